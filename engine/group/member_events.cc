#include "engine/group/member_events.h"

#include <boost/json.hpp>

#include "engine/group/member_json.h"
#include "events/event_decoder.h"
#include "events/event_encoder.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::size_t kEventsMax = 10'000;

void write_or_null(JsonWriter& out, const std::optional<std::uint64_t>& number) {
  number ? out.number(*number) : out.null();
}

std::optional<std::uint64_t> number_of(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return value.to_number<std::uint64_t>();
}

PublishStatus status_of(std::string_view name) {
  for (const auto status : {PublishStatus::accepted, PublishStatus::repeated, PublishStatus::refused,
                            PublishStatus::parked, PublishStatus::rejected, PublishStatus::durable}) {
    if (publish_status_name(status) == name) return status;
  }
  throw std::invalid_argument("no status");
}

PublishResult result_of(const json::object& from) {
  PublishResult out;
  out.status = status_of(string_of(from.at("status")));
  if (const auto contact = number_of(from.at("contact"))) out.contact = ContactId{*contact};
  out.version = number_of(from.at("version"));
  if (!from.at("partition").is_null()) {
    out.position = LogPosition{Partition{from.at("partition").to_number<std::int32_t>()},
                               Offset{from.at("offset").to_number<std::int64_t>()}};
  }
  if (!from.at("first").is_null()) out.first_outcome = status_of(string_of(from.at("first")));
  if (!from.at("code").is_null()) {
    out.error =
        Error{errc_named(string_of(from.at("code"))), string_of(from.at("detail")), string_of(from.at("field"))};
  }
  return out;
}

void write_result(JsonWriter& out, const PublishResult& result) {
  out.begin_object();
  out.key("status").string(publish_status_name(result.status));
  out.key("contact");
  result.contact ? out.number(result.contact->value) : out.null();
  out.key("version");
  write_or_null(out, result.version);
  out.key("partition");
  result.position ? out.number(std::int64_t{result.position->partition.value}) : out.null();
  out.key("offset");
  result.position ? out.number(result.position->offset.value) : out.null();
  out.key("first");
  result.first_outcome ? out.string(publish_status_name(*result.first_outcome)) : out.null();
  out.key("code");
  result.error ? out.string(errc_name(result.error->code)) : out.null();
  out.key("detail").string(result.error ? result.error->detail : "");
  out.key("field").string(result.error ? result.error->field : "");
  out.end_object();
}

Result<IdentitiesAsked> identities_asked_of(const json::value& from) {
  IdentitiesAsked out;
  for (const json::value& one : from.at("identities").as_array()) {
    const auto identity = make_identity(string_of(one.at("channel")), string_of(one.at("externalId")));
    if (!identity) return identity.error();
    out.identities.push_back(*identity);
    if (const auto gone = number_of(one.at("gone"))) out.gone.emplace(*identity, ContactId{*gone});
  }
  return out;
}

}  // namespace

Errc errc_named(std::string_view name) {
  for (int code = 0; code < static_cast<int>(Errc::internal); ++code) {
    if (errc_name(static_cast<Errc>(code)) == name) return static_cast<Errc>(code);
  }
  return Errc::internal;
}

std::string encode_identities(const IdentitiesAsked& asked) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("identities").begin_array();
  for (const Identity& identity : asked.identities) {
    out.begin_object().key("channel").string(identity.channel).key("externalId").string(identity.external_id);
    const auto gone = asked.gone.find(identity);
    out.key("gone");
    gone == asked.gone.end() ? out.null() : out.number(gone->second.value);
    out.end_object();
  }
  out.end_array().end_object();
  return text;
}

Result<IdentitiesAsked> decode_identities(std::string_view text) {
  return read_member_json(text, not_understood("list of identities"), identities_asked_of);
}

std::string encode_contacts(const std::vector<Identity>& identities, const IdentityResolver::Contacts& contacts) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("contacts").begin_array();
  for (const Identity& identity : identities) out.number(contacts.at(identity).value);
  out.end_array().end_object();
  return text;
}

Result<IdentityResolver::Contacts> decode_contacts(const std::vector<Identity>& identities, std::string_view text) {
  using Contacts = IdentityResolver::Contacts;
  return read_member_json(text, not_understood("list of contacts"), [&](const json::value& from) -> Result<Contacts> {
    const json::array& ids = from.at("contacts").as_array();
    if (ids.size() != identities.size()) return not_understood("answer for each identity");
    Contacts out;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      out.emplace(identities[i], ContactId{ids[i].to_number<std::uint64_t>()});
    }
    return out;
  });
}

std::string encode_events(const std::vector<Event>& events) {
  std::string text = "[";
  for (const Event& event : events) {
    if (text.size() > 1) text += ',';
    text += encode_event(event);
  }
  text += ']';
  return text;
}

Result<std::vector<Event>> decode_events(std::string_view text) {
  EventDecoder decoder;
  const auto elements = decoder.split_array(text, kEventsMax);
  if (!elements) return elements.error();
  std::vector<Event> out;
  for (const std::string& element : *elements) {
    auto event = decoder.decode(element);
    if (!event) return event.error();
    out.push_back(*std::move(event));
  }
  return out;
}

std::string encode_published(const Published& published) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("positions").begin_array();
  for (const auto& [partition, offset] : published.positions) {
    out.begin_array().number(std::int64_t{partition.value}).number(offset.value).end_array();
  }
  out.end_array().key("results").begin_array();
  for (const PublishResult& result : published.results) write_result(out, result);
  out.end_array().end_object();
  return text;
}

Result<Published> decode_published(std::string_view text, std::size_t events) {
  return read_member_json(text, not_understood("list of results"), [&](const json::value& from) -> Result<Published> {
    Published out;
    for (const json::value& row : from.at("positions").as_array()) {
      out.positions.emplace(Partition{row.as_array().at(0).to_number<std::int32_t>()},
                            Offset{row.as_array().at(1).to_number<std::int64_t>()});
    }
    for (const json::value& result : from.at("results").as_array())
      out.results.push_back(result_of(result.as_object()));
    if (out.results.size() != events) return not_understood("result for each event");
    return out;
  });
}

Error decode_problem(std::string_view text) {
  Error out;
  const auto told = read_member_json(text, not_understood("problem"), [&](const json::value& from) -> Result<void> {
    out = {errc_named(string_of(from.at("code"))), string_of(from.at("detail"))};
    if (const json::value* field = from.as_object().if_contains("field")) out.field = string_of(*field);
    return {};
  });
  return told ? out : told.error();
}

}  // namespace rapport
