#include "tests/model/random_history.h"

#include <algorithm>
#include <array>

#include "tests/model/model_fold.h"

namespace rapport::model {
namespace {

constexpr Timestamp kStart{1'767'225'600'000};  // 2026-01-01T00:00:00Z
constexpr std::int64_t kSecondMs = 1'000;

// Such an event may not stand under the contact that it names.
bool is_about_another_contact(const Event& event) {
  return std::holds_alternative<ContactMergedInto>(event.payload) ||
         std::holds_alternative<ContactAbsorbed>(event.payload) || std::holds_alternative<ContactParted>(event.payload);
}

class Generator {
 public:
  explicit Generator(const HistoryOptions& options)
      : options_(options), dice_(options.seed), random_(dice_, options.cast) {}

  History run() {
    while (history_.size() < options_.records) {
      recorded_at_ = next_recorded_at();
      if (options_.unfoldable && dice_.one_in(25)) {
        history_.push_back(unfoldable());
      } else if (!told_.empty() && dice_.one_in(8)) {
        add(repeat());
      } else {
        add(fresh());
      }
    }
    return std::move(history_);
  }

 private:
  NewRecord encoded(const Event& event) const { return record_of_event(event, recorded_at_, options_.partitions); }

  void add(const Event& event) {
    history_.push_back(encoded(event));
    const LogPosition position{history_.back().partition, Offset{static_cast<std::int64_t>(history_.size())}};
    told_.push_back({position, recorded_at_, event});
  }

  std::string next_id() const { return "e" + std::to_string(told_.size()); }

  // The log's clock: mostly forward, sometimes still, now and then set back.
  Timestamp next_recorded_at() {
    const Timestamp now{kStart.ms + static_cast<std::int64_t>(history_.size()) * kSecondMs};
    if (history_.empty()) return now;
    if (dice_.one_in(5)) return recorded_at_;
    if (dice_.one_in(20)) return Timestamp{now.ms - 20 * kSecondMs};
    return now;
  }

  // Whole seconds, so that equal times are common; half of them late. The ends of time are rare: an event at the last
  // millisecond leaves no later one to those without a time.
  std::optional<Timestamp> time() {
    if (options_.events_without_time && dice_.one_in(5)) return std::nullopt;
    if (dice_.one_in(150)) return dice_.one_in(2) ? kTimestampMin : kTimestampMax;
    if (!told_.empty() && dice_.one_in(6)) return dice_.pick(told_).event->time.value_or(recorded_at_);
    if (dice_.one_in(2)) return recorded_at_;
    const std::uint64_t span = history_.size() + 10;
    return Timestamp{kStart.ms + static_cast<std::int64_t>(dice_.below(span)) * kSecondMs};
  }

  Event fresh() {
    Event event = random_.of(subject(), next_id());
    event.time = time();
    if (options_.expected_versions && dice_.one_in(6)) event.expected_version = expected_version(event.subject);
    if (std::holds_alternative<ContactId>(event.subject) && dice_.one_in(4)) event.identity = random_.identity();
    if (dice_.one_in(10)) event.correlation_id = "order-" + std::to_string(dice_.below(3));
    if (dice_.one_in(10)) event.causation_id = next_id();
    if (dice_.one_in(10)) event.extensions.emplace_back("traceparent", json_string("00-" + next_id()));
    if (dice_.one_in(6)) event.actor = "key/" + std::to_string(dice_.below(3));
    return event;
  }

  Subject subject() {
    const std::uint64_t roll = dice_.below(20);
    if (roll < 2) return random_.company();
    if (roll < 4) return random_.identity();
    if (roll < 6 && options_.control) return ControlSubject{};
    return random_.contact();
  }

  // Right more often than not.
  std::uint64_t expected_version(const Subject& of) {
    std::vector<Record> records;
    for (const Record& record : told_) {
      if (record.event->subject == of) records.push_back(record);
    }
    const Model model = fold(records);
    const std::uint64_t version = model.decisions.empty() ? 0 : model.decisions.back().version;
    if (dice_.one_in(3)) return version + dice_.below(3);
    return dice_.one_in(5) ? 0 : version;
  }

  // An earlier event again: just as it was, or a twin that differs in what decides whether it is the same one.
  Event repeat() {
    const std::uint64_t reach = dice_.one_in(2) ? std::min<std::uint64_t>(told_.size(), 5) : told_.size();
    const Record& earlier = told_[told_.size() - 1 - static_cast<std::size_t>(dice_.below(reach))];
    return dice_.one_in(4) ? twin_of(earlier) : *earlier.event;
  }

  Event twin_of(const Record& earlier) {
    Event event = *earlier.event;
    switch (dice_.below(5)) {
      case 0: event.source = "elsewhere"; break;
      case 1:
        if (event.time) event.time = Timestamp{std::min(event.time->ms + 1, kTimestampMax.ms)};
        break;
      case 2:  // with a time where there was none, often the very one that the fold gave it; or the other way round
        if (options_.events_without_time) {
          event.time = event.time ? std::nullopt : std::optional(earlier.recorded_at);
        }
        break;
      case 3:
        if (std::holds_alternative<ContactId>(event.subject) && !is_about_another_contact(event)) {
          event.subject = random_.contact();
        }
        break;
      default: {  // the same by name, with other contents
        const Event named = event;
        event = random_.of(named.subject, named.id);
        event.source = named.source;
        event.time = named.time;
      }
    }
    return event;
  }

  NewRecord unfoldable() {
    switch (dice_.below(6)) {
      case 0: return unresolved();
      case 1: return claim_of_another_identity();
      case 2: return astray();
      default: return undecodable();
    }
  }

  // Bytes that no program of ours wrote.
  NewRecord undecodable() {
    std::string key = to_string(Subject{random_.contact()});
    const std::string head = R"({"specversion":"1.0","id":"x","source":"crm","subject":")" + key + R"(","type":)";
    const std::array<std::string, 9> values{
        "",
        "{",
        "\xff\xfe",
        head + R"("contact.deleted","data":{"why":"asked"}})",
        head + R"("chat.message","data":{"author":"contact"}})",
        head + R"("contact.changed","schemaversion":9,"data":{}})",
        head + R"("contact.changed","data":{"archived":true,"archived":false}})",
        head + R"("company.deleted"})",
        head + R"("contact.changed","time":"yesterday"})",
    };
    const Partition partition = partition_of_key(key, options_.partitions);
    return {partition, std::move(key), dice_.pick(values), recorded_at_};
  }

  // A contact's event under an identity that nobody resolved.
  NewRecord unresolved() {
    Event event = random_.of_contact(random_.identity());
    event.id = next_id();
    return encoded(event);
  }

  NewRecord claim_of_another_identity() {
    const Identity identity = random_.identity();
    return encoded(make_event(next_id(), "crm", EventType::identity_claimed, identity, recorded_at_,
                              IdentityClaimed{{"web", "another"}, random_.contact()}));
  }

  // A contact's event in the control stream, or a control event among the contacts'.
  NewRecord astray() {
    const bool in_control = dice_.one_in(2);
    const Subject subject = in_control ? Subject{random_.contact()} : Subject{ControlSubject{}};
    NewRecord record = encoded(random_.of(subject, next_id()));
    record.partition = in_control ? kControlPartition : Partition{0};
    return record;
  }

  const HistoryOptions& options_;
  Dice dice_;
  RandomEvents random_;
  Timestamp recorded_at_ = kStart;
  History history_;
  std::vector<Record> told_;  // the foldable ones so far
};

}  // namespace

History random_history(const HistoryOptions& options) { return Generator(options).run(); }

}  // namespace rapport::model
