// /v1/status, /healthz and /readyz: how the engine is, for people and orchestrators.
#include <array>
#include <set>
#include <string>
#include <vector>

#include "engine/http/api/read_position.h"
#include "engine/http/problem.h"
#include "events/json_writer.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

// Anybody may ask whether it is ready, and what keeps it from that may name a path, a broker or a visitor.
constexpr const char* kDetailInStatus = "GET /v1/status says why";

std::string seconds_text(double seconds) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3f", seconds);
  return text.data();
}

Positions ends_of(const FoldStatus& status) {
  Positions ends;
  for (const PartitionStatus& row : status.partitions) ends.emplace(row.partition, row.end);
  return ends;
}

std::vector<Error> warnings_of(const FoldStatus& status, const LogHealth& health,
                               const std::optional<InboxStatus>& inbox, const std::optional<ScrubStatus>& scrub) {
  std::vector<Error> out;
  if (scrub && scrub->error) out.push_back(*scrub->error);
  if (scrub && scrub->damaged > 0) {
    out.push_back({Errc::corrupt, "the rows of " + std::to_string(scrub->damaged) +
                                      " contacts do not agree; rapport rebuild --one ID mends one"});
  }
  if (inbox && inbox->error) out.push_back(*inbox->error);
  if (inbox && inbox->lost > 0) {
    out.push_back({Errc::position_gone, std::to_string(inbox->lost) +
                                            " records of the inbox were deleted before they were read; rapport parked "
                                            "list says which"});
  }
  if (status.halted) out.push_back(*status.halted);
  if (status.damage) out.push_back(*status.damage);
  if (status.frozen_version) {
    out.push_back({Errc::wrong_format, "the rows were folded by fold version " +
                                           std::to_string(*status.frozen_version) +
                                           " and are served as they stand, until a rebuild with version " +
                                           std::to_string(kFoldVersion) + " takes over"});
  }
  if (health.error) out.push_back(*health.error);
  for (const PartitionFault& fault : health.partitions) out.push_back(fault.error);
  for (const PartitionStatus& row : status.partitions) {
    if (row.error) out.push_back(*row.error);
  }
  return out;
}

void write_scrub(JsonWriter& json, const ScrubStatus& scrub) {
  json.key("scrub").begin_object();
  json.key("contactsPerSecond").number(std::uint64_t{scrub.contacts_per_second});
  json.key("checked").number(scrub.checked).key("rounds").number(scrub.rounds).key("damaged").number(scrub.damaged);
  json.key("found").begin_array();
  for (const RowDifference& row : scrub.found) {
    json.begin_object();
    json.key("subject").string(row.subject).key("part").string(row.part).key("how").string(row.how);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_group(JsonWriter& json, const GroupStatus& group) {
  json.key("group").begin_object();
  json.key("name").string(group.name).key("address").string(group.address).key("confirmed").boolean(group.confirmed);
  json.key("members").begin_array();
  for (const GroupMember& member : group.members) {
    json.begin_object().key("address").string(member.address).key("partitions").begin_array();
    for (const Partition partition : member.partitions) json.number(std::int64_t{partition.value});
    json.end_array().end_object();
  }
  json.end_array().key("error");
  group.error ? json.string(to_string(*group.error)) : json.null();
  json.end_object();
}

void write_counts(JsonWriter& json, const OutcomeCounts& counts) {
  json.key("events").begin_object();
  json.key("accepted").number(counts.accepted).key("repeated").number(counts.repeated);
  json.key("refused").number(counts.refused).key("parked").number(counts.parked).end_object();
}

void write_partitions(JsonWriter& json, const std::vector<PartitionStatus>& partitions) {
  json.key("partitions").begin_array();
  for (const PartitionStatus& row : partitions) {
    json.begin_object();
    row.partition == kControlPartition ? json.key("partition").string("control")
                                       : json.key("partition").number(std::int64_t{row.partition.value});
    json.key("position").number(row.position.value).key("end").number(row.end.value).key("lag").number(row.lag);
    json.key("lagSeconds").raw(seconds_text(row.lag_seconds));
    json.key("error");
    row.error ? json.string(to_string(*row.error)) : json.null();
    json.end_object();
  }
  json.end_array();
}

void write_inbox(JsonWriter& json, const InboxStatus& inbox) {
  json.key("inbox").begin_object().key("moved").number(inbox.handed_on);
  json.key("parked").number(inbox.parked).key("lost").number(inbox.lost);
  json.key("partitions").begin_array();
  for (const InboxPartition& partition : inbox.partitions) {
    json.begin_object();
    json.key("partition").number(std::int64_t{partition.partition});
    json.key("committed").number(partition.committed).key("lost").number(partition.lost);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_limited(JsonWriter& json, const LimitedCounts& limited) {
  json.key("rateLimited").begin_object().key("keys").number(limited.keys);
  json.key("pages").number(limited.pages).key("wrongKeys").number(limited.wrong_keys).end_object();
}

asio::awaitable<HttpResponse> get_status(RequestContext& context, ApiServices& services) {
  const auto newest = co_await view_for(context, services);
  if (!newest) co_return problem_response(newest.error(), context.request().request_id);
  const auto& view = *newest;
  const FoldStatus status = services.folder.status();
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("version").string(services.version);
  json.key("log").string(services.log_kind);
  json.key("position").string(position_text(services, view->positions()));
  json.key("end").string(position_text(services, ends_of(status)));
  json.key("lag").begin_object().key("events").number(status.lag_events);
  json.key("seconds").raw(seconds_text(status.lag_seconds)).end_object();
  if (const auto& catch_up = status.catch_up) {
    json.key("catchUp").begin_object().key("events").number(catch_up->records);
    json.key("of").number(catch_up->total).key("first").boolean(catch_up->is_first).end_object();
  }
  json.key("contacts").number(contact_count(*view));
  json.key("digest").string(to_string(total_digest(view->checkpoints())));
  json.key("generation").number(services.rebuilder.live_number());
  write_counts(json, total_counts(view->checkpoints()));
  write_partitions(json, status.partitions);
  const std::optional<InboxStatus> inbox = services.inbox();
  if (inbox) write_inbox(json, *inbox);
  const std::optional<ScrubStatus> scrub = services.scrub();
  if (scrub) write_scrub(json, *scrub);
  write_limited(json, services.keys.limited());
  std::optional<GroupStatus> group;
  if (services.group != nullptr) group = services.group->status();
  if (group) write_group(json, *group);
  std::vector<std::string> warnings;
  if (group && !group->confirmed) {
    warnings.push_back("unreachable: the broker has not said lately that this is a member");
  }
  if (group && group->error) warnings.push_back(to_string(*group->error));
  if (const auto room = services.check_room(); !room) warnings.push_back(to_string(room.error()));
  for (const Error& warning : warnings_of(status, services.log.health(), inbox, scrub)) {
    warnings.push_back(to_string(warning));
  }
  std::set<std::string> told;  // a broker that is gone is noticed in several places
  json.key("warnings").begin_array();
  for (const std::string& warning : warnings) {
    if (told.insert(warning).second) json.string(warning);
  }
  json.end_array().end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, view->positions());
  co_return response;
}

HttpResponse ready(RequestContext& context, ApiServices& services) {
  const FoldStatus status = services.folder.status();
  const LogHealth health = services.log.health();
  if (status.halted)
    return problem_response(Problem{.status = 503,
                                    .code = std::string(errc_name(status.halted->code)),
                                    .title = "The fold has halted",
                                    .detail = kDetailInStatus},
                            context.request().request_id);
  if (health.error) {
    return problem_response(Problem{.status = 503,
                                    .code = std::string(errc_name(health.error->code)),
                                    .title = "The log is not well",
                                    .detail = kDetailInStatus},
                            context.request().request_id);
  }
  if (const auto& first = status.catch_up; first && first->is_first) {
    return problem_response(Problem{.status = 503,
                                    .code = std::string(errc_name(Errc::overloaded)),
                                    .title = "Nothing is folded yet",
                                    .detail = std::to_string(first->records) + " of the log's " +
                                              std::to_string(first->total) + " records are"},
                            context.request().request_id);
  }
  return HttpResponse::json("{\"ready\":true}");
}

}  // namespace

void add_status_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/status",
              .scope = "status:read",
              .handler = [&services](RequestContext& context) { return get_status(context, services); }});
  router.add({.method = HttpMethod::get,
              .pattern = "/healthz",
              .handler = handler_of([](RequestContext&) { return HttpResponse::json("{\"alive\":true}"); }),
              .open = true});
  router.add({.method = HttpMethod::get,
              .pattern = "/readyz",
              .handler = handler_of([&services](RequestContext& c) { return ready(c, services); }),
              .open = true});
}

}  // namespace rapport
