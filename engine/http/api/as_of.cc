#include "engine/http/api/as_of.h"

#include "events/number_text.h"
#include "projections/contact_history.h"
#include "projections/merges_shown.h"

namespace rapport {
namespace {

Result<AsOf> parse(const ApiServices& services, std::string_view text, AsOfWhat of) {
  if (text.starts_with('v')) {
    if (of == AsOfWhat::list) {
      return Error{Errc::invalid_argument, "a version is one contact's own: a list takes a time or a position"};
    }
    const auto version = parse_number<std::uint64_t>(text.substr(1));
    if (!version) return Error{Errc::invalid_argument, "is no version, like v17"};
    return AsOf(AtVersion{*version});
  }
  if (const auto time = parse_timestamp(text)) return AsOf(*time);
  const auto token = parse_position(text);
  if (!token) {
    return Error{Errc::invalid_argument, of == AsOfWhat::list
                                             ? "is neither an RFC 3339 time nor a position, which a list takes"
                                             : "is neither an RFC 3339 time nor a position nor a version like v17"};
  }
  if (token->log != services.log.id()) {
    return Error{Errc::position_of_other_log, "this log is " + to_string(services.log.id())};
  }
  return AsOf(token->offsets);
}

Result<Moment> moment_of_positions(const ApiServices& services, const View& view, ContactId contact,
                                   const Positions& positions) {
  const Partition partition = services.log.partition_of(to_string(Subject{contact}));
  const auto asked = positions.find(partition);
  if (asked == positions.end()) {
    return Error{Errc::invalid_argument, "names no position in partition " + std::to_string(partition.value) +
                                             ", which contact " + std::to_string(contact.value) + " is in"};
  }
  const auto folded = view.checkpoints().find(partition);
  const Offset reached = folded == view.checkpoints().end() ? Offset{} : folded->second.offset;
  if (reached < asked->second) {
    const Positions now{{partition, reached}};
    return Error{Errc::wait_timeout, "the fold has reached " + to_string(PositionToken{services.log.id(), now})};
  }
  return Moment::after_record(asked->second);
}

Result<Moment> moment_of_version_or_error(const View& view, ContactId contact, std::uint64_t version) {
  const auto moment = moment_of_version(view, contact, version);
  if (!moment) return moment.error();
  if (*moment) return **moment;
  return Error{Errc::not_found,
               "contact " + std::to_string(contact.value) + " has no version " + std::to_string(version) + " yet"};
}

}  // namespace

Result<std::optional<AsOf>> as_of_parameter(const ApiServices& services, const HttpRequest& request,
                                            std::string_view name, AsOfWhat of) {
  const auto text = request.query.find(name);
  if (!text) return std::optional<AsOf>();
  auto as_of = parse(services, *text, of);
  if (!as_of) return Error{as_of.error().code, as_of.error().detail, std::string(name)};
  return std::optional(*std::move(as_of));
}

Result<Moment> moment_of(const ApiServices& services, const View& view, ContactId contact, const AsOf& as_of) {
  if (const auto* time = std::get_if<Timestamp>(&as_of)) return Moment::at_time(*time);
  if (const auto* at = std::get_if<AtVersion>(&as_of)) return moment_of_version_or_error(view, contact, at->version);
  return moment_of_positions(services, view, contact, std::get<Positions>(as_of));
}

ContactSource contacts_as_of(const ApiServices& services, const View& view, const AsOf& as_of) {
  return [&](ContactId id) -> Result<std::optional<ContactState>> {
    if (!view.shows(id)) return merge_leads_out(id);
    const auto* positions = std::get_if<Positions>(&as_of);
    const Partition partition = services.log.partition_of(to_string(Subject{id}));
    const bool unnamed = positions != nullptr && !positions->contains(partition);
    const auto moment = unnamed ? Result<Moment>(Moment::now()) : moment_of(services, view, id, as_of);
    if (!moment) return moment.error();
    auto state = read_contact_at(view, id, *moment);
    if (state && *state && std::holds_alternative<AtVersion>(as_of)) {
      (*state)->merged_into = {};
      (*state)->absorbed.clear();
    }
    return state;
  };
}

}  // namespace rapport
