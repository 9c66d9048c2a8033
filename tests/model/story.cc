#include "tests/model/story.h"

namespace rapport::model {
namespace {

std::string accepted_or_refused(Outcome outcome, std::optional<Errc> reason) {
  return outcome == Outcome::refused ? "refused " + std::string(errc_name(reason.value())) : "accepted";
}

}  // namespace

std::string outcome_text(const Decision& decision) {
  const std::string version = " v" + std::to_string(decision.version);
  switch (decision.outcome) {
    case Outcome::parked: return "parked";
    case Outcome::repeated:
      return "repeated " + std::to_string(decision.first->position.offset.value) + " " +
             accepted_or_refused(decision.first->outcome, decision.first->reason) + version;
    case Outcome::accepted:
    case Outcome::refused: return accepted_or_refused(decision.outcome, decision.reason) + version;
  }
  return "no outcome";
}

std::vector<Record> records_of_steps(const Subject& subject, const std::vector<Step>& steps) {
  const Partition partition = std::holds_alternative<ControlSubject>(subject) ? kControlPartition : Partition{0};
  std::vector<Record> records;
  for (const Step& step : steps) {
    const auto offset = static_cast<std::int64_t>(records.size());
    const auto time = step.time ? std::optional(at(*step.time)) : std::nullopt;
    Event event = make_event(step.id, step.source, step.said.type, subject, time, step.said.payload);
    if (step.said.type == EventType::custom) event.type_name = "shop.order_placed";
    event.expected_version = step.expected;
    event.identity = step.identity;
    records.push_back({{partition, Offset{offset}}, at(step.recorded.value_or(kRecordedFirst + offset)), event});
  }
  return records;
}

Model tell(const Subject& subject, const std::vector<Step>& steps) {
  Model model = fold(records_of_steps(subject, steps));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].becomes.empty()) {
      EXPECT_EQ(model.decisions[i].outcome, Outcome::accepted) << "step " << i;
    } else {
      EXPECT_EQ(outcome_text(model.decisions[i]), steps[i].becomes) << "step " << i;
    }
  }
  return model;
}

Said created(Fields fields) { return {EventType::contact_created, ContactCreated{.fields = std::move(fields)}}; }
Said changed(ContactChanged change) { return {EventType::contact_changed, std::move(change)}; }
Said field(std::string key, std::string json) {
  return {EventType::contact_fields_changed, ContactChanged{.fields = {{std::move(key), JsonText{std::move(json)}}}}};
}
Said tagged(std::string tag) {
  return {EventType::contact_tags_changed, ContactChanged{.tags_added = {std::move(tag)}}};
}
Said untagged(std::string tag) {
  return {EventType::contact_tags_changed, ContactChanged{.tags_removed = {std::move(tag)}}};
}
Said visit_started(VisitDetails visit) { return {EventType::visit_started, VisitStarted{std::move(visit)}}; }
Said visit_ended(std::optional<std::string> visit_id) {
  return {EventType::visit_ended, VisitEnded{VisitDetails{.visit_id = std::move(visit_id)}}};
}
Said page(std::optional<std::string> visit_id) {
  return {EventType::page_viewed, PageViewed{std::move(visit_id), "https://shop.example/", {}}};
}
Said chat(ChatStarted chat) { return {EventType::chat_started, std::move(chat)}; }
Said message(std::string case_id) { return {EventType::chat_message, ChatMessage{.case_id = std::move(case_id)}}; }
Said status(std::string case_id, CaseStatus status) {
  return {EventType::case_status_changed, CaseStatusChanged{.case_id = std::move(case_id), .status = status}};
}
Said note() { return {EventType::note_added, NoteAdded{"called back", {}}}; }
Said merged_into(std::uint64_t contact) {
  return {EventType::contact_merged_into, ContactMergedInto{ContactId{contact}}};
}
Said unmerged() { return {EventType::contact_unmerged, ContactUnmerged{}}; }
Said absorbed(std::uint64_t contact) { return {EventType::contact_absorbed, ContactAbsorbed{ContactId{contact}}}; }
Said parted(std::uint64_t contact) { return {EventType::contact_parted, ContactParted{ContactId{contact}}}; }
Said deleted() { return {EventType::contact_deleted, ContactDeleted{}}; }
Said erased() { return {EventType::contact_erased, ContactErased{}}; }

}  // namespace rapport::model
