#include "engine/group/member_reverts.h"

#include <boost/json.hpp>
#include <future>

#include "engine/group/member_events.h"
#include "engine/group/member_json.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<const char*, std::uint64_t RevertCounts::*>, 11> kCounts{{
    {"rows", &RevertCounts::rows},
    {"contacts", &RevertCounts::contacts},
    {"events", &RevertCounts::events},
    {"kept", &RevertCounts::kept},
    {"changes", &RevertCounts::changes},
    {"conflicts", &RevertCounts::conflicts},
    {"created", &RevertCounts::created},
    {"removed", &RevertCounts::removed},
    {"gone", &RevertCounts::gone},
    {"written", &RevertCounts::written},
    {"refused", &RevertCounts::refused},
}};

std::optional<std::string> text_or_none(const json::value& value) {
  return value.is_null() ? std::nullopt : std::optional(string_of(value));
}

void write_contact(JsonWriter& out, const RevertedContact& contact) {
  out.begin_object().key("contact").number(contact.contact.value);
  out.key("created").boolean(contact.created).key("removed").boolean(contact.removed);
  out.key("gone").boolean(contact.gone).key("refused");
  if (contact.refused) {
    out.begin_array().string(errc_name(contact.refused->code)).string(contact.refused->detail);
    out.string(contact.refused->field).end_array();
  } else {
    out.null();
  }
  out.key("changes").begin_array();
  for (const RevertChange& change : contact.changes) {
    out.begin_array().string(change.path).string(change.now.text).string(change.then.text).end_array();
  }
  out.end_array().key("conflicts").begin_array();
  for (const RevertConflict& conflict : contact.conflicts) {
    out.begin_array().string(conflict.path).string(conflict.value.text).number(conflict.stamp.time.ms);
    out.number(conflict.stamp.offset.value).string(conflict.source).string(conflict.event_id).end_array();
  }
  out.end_array().end_object();
}

RevertedContact read_contact(const json::object& from) {
  RevertedContact out{.contact = contact_id_of(from.at("contact")),
                      .created = from.at("created").as_bool(),
                      .removed = from.at("removed").as_bool(),
                      .gone = from.at("gone").as_bool(),
                      .refused = std::nullopt,
                      .changes = {},
                      .conflicts = {}};
  if (!from.at("refused").is_null()) {
    const json::array& refused = from.at("refused").as_array();
    out.refused = Error{errc_named(string_of(refused.at(0))), string_of(refused.at(1)), string_of(refused.at(2))};
  }
  for (const json::value& one : from.at("changes").as_array()) {
    const json::array& change = one.as_array();
    out.changes.push_back(
        {string_of(change.at(0)), JsonText{string_of(change.at(1))}, JsonText{string_of(change.at(2))}});
  }
  for (const json::value& one : from.at("conflicts").as_array()) {
    const json::array& conflict = one.as_array();
    out.conflicts.push_back({string_of(conflict.at(0)), JsonText{string_of(conflict.at(1))},
                             WriteStamp{Timestamp{conflict.at(2).to_number<std::int64_t>()},
                                        Offset{conflict.at(3).to_number<std::int64_t>()}},
                             string_of(conflict.at(4)), string_of(conflict.at(5))});
  }
  return out;
}

Result<RevertPiece> read_piece(const json::value& from, Partition partition) {
  if (from.at("partition").to_number<std::int32_t>() != partition.value) throw std::invalid_argument("partition");
  RevertPiece out;
  for (const auto& [name, count] : kCounts) out.counts.*count = from.at("counts").at(name).to_number<std::uint64_t>();
  for (const json::value& contact : from.at("told").as_array()) out.told.push_back(read_contact(contact.as_object()));
  if (!from.at("next").is_null()) out.next = contact_id_of(from.at("next"));
  return out;
}

}  // namespace

std::string encode_step(const RevertStep& step) {
  std::string text;
  JsonWriter out(text);
  const RevertSelection& selection = step.request.selection;
  out.begin_object().key("id").string(step.id);
  out.key("partition").number(std::int64_t{step.partition ? step.partition->value : -1});
  out.key("from").number(step.from.value);
  out.key("source").string_or_null(selection.source);
  out.key("sourcePrefix").string_or_null(selection.source_prefix);
  out.key("correlationId").string_or_null(selection.correlation_id);
  out.key("since");
  selection.since ? out.number(selection.since->ms) : out.null();
  out.key("created").number(static_cast<std::uint64_t>(step.request.created));
  out.key("dryRun").boolean(step.request.dry_run).key("actor").string(step.request.actor);
  out.key("named").begin_array();
  for (const auto& [contact, offsets] : step.named) {
    out.begin_array().number(contact.value);
    for (const Offset offset : offsets) out.number(offset.value);
    out.end_array();
  }
  out.end_array().end_object();
  return text;
}

Result<RevertStep> decode_step(std::string_view text) {
  return read_member_json(text, not_understood("step of a revert"), [](const json::value& from) -> Result<RevertStep> {
    RevertStep out;
    out.id = string_of(from.at("id"));
    out.partition = Partition{from.at("partition").to_number<std::int32_t>()};
    out.from = contact_id_of(from.at("from"));
    out.request.selection.source = text_or_none(from.at("source"));
    out.request.selection.source_prefix = text_or_none(from.at("sourcePrefix"));
    out.request.selection.correlation_id = text_or_none(from.at("correlationId"));
    if (!from.at("since").is_null()) {
      out.request.selection.since = Timestamp{from.at("since").to_number<std::int64_t>()};
    }
    const auto created = from.at("created").to_number<std::size_t>();
    if (created >= kCreatedContactsNames.size()) throw std::invalid_argument("created");
    out.request.created = static_cast<CreatedContacts>(created);
    out.request.dry_run = from.at("dryRun").as_bool();
    out.request.actor = string_of(from.at("actor"));
    for (const json::value& one : from.at("named").as_array()) {
      std::set<Offset>& offsets = out.named[contact_id_of(one.as_array().at(0))];
      for (std::size_t i = 1; i < one.as_array().size(); ++i) {
        offsets.insert(Offset{one.as_array().at(i).to_number<std::int64_t>()});
      }
    }
    // By position it has none: the named contacts are what is chosen.
    if (out.named.empty()) RAPPORT_TRY(check_selection(out.request.selection));
    return out;
  });
}

std::string encode_piece(Partition partition, const RevertPiece& piece) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("partition").number(std::int64_t{partition.value}).key("counts").begin_object();
  for (const auto& [name, count] : kCounts) out.key(name).number(piece.counts.*count);
  out.end_object().key("told").begin_array();
  for (const RevertedContact& contact : piece.told) write_contact(out, contact);
  out.end_array().key("next");
  piece.next ? out.number(piece.next->value) : out.null();
  out.end_object();
  return text;
}

Result<RevertPiece> decode_piece(std::string_view text, Partition partition) {
  return read_member_json(text, not_understood("piece of a revert"),
                          [&](const json::value& from) { return read_piece(from, partition); });
}

Result<RevertPiece> MemberReverts::ask(const RevertStep& step) {
  const auto owner = group_.owner_of(*step.partition);
  if (!owner) return owner.error();
  std::promise<Result<HttpClientResponse>> told;
  HttpClientRequest request{.method = HttpMethod::post,
                            .target = std::string(kMemberRevertsPath),
                            .content_type = "application/json",
                            .body = encode_step(step)};
  group_.calls().ask(*owner, std::move(request),
                     [&told](Result<HttpClientResponse> answer) { told.set_value(std::move(answer)); });
  const auto answer = told.get_future().get();
  if (!answer) return answer.error();
  if (answer->status != 200) return decode_problem(answer->body);
  return decode_piece(answer->body, *step.partition);
}

}  // namespace rapport
