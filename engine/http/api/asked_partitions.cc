#include "engine/http/api/asked_partitions.h"

#include "engine/http/api/comma_list.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "events/number_text.h"

namespace rapport {

Result<std::map<std::string, std::set<Partition>>> partitions_by_owner(const ApiServices& services) {
  const Group& group = *services.group;
  const std::set<Partition> own = group.owned();
  std::map<std::string, std::set<Partition>> out;
  for (Partition p; p.value < services.log.partition_count(); ++p.value) {
    const auto owner = own.contains(p) ? Result<std::string>(group.address()) : group.owner_of(p);
    if (!owner) return owner.error();
    out[*owner].insert(p);
  }
  return out;
}

std::string partitions_text(const std::set<Partition>& partitions) { return join_with_commas(partitions); }

Result<std::set<Partition>> parse_partitions(std::string_view text) {
  std::set<Partition> out;
  for (const std::string_view piece : split_at_commas(text)) {
    const auto number = parse_number<std::int32_t>(piece);
    if (!number) return Error{Errc::invalid_argument, "is a list of partitions", std::string(kPartitionsHeader)};
    out.insert(Partition{*number});
  }
  if (out.empty()) return Error{Errc::invalid_argument, "names no partition", std::string(kPartitionsHeader)};
  return out;
}

Result<std::set<Partition>> partitions_asked(const HttpRequest& request) {
  return parse_partitions(request.headers.find(kPartitionsHeader).value_or(""));
}

Result<void> check_owned(const ApiServices& services, const std::set<Partition>& partitions) {
  for (const Partition partition : partitions) {
    if (services.group->owns(partition)) continue;
    return Error{Errc::unreachable, "partition " + std::to_string(partition.value) + " is another member's by now"};
  }
  return {};
}

Positions catching_up(const ApiServices& services, const View& view, const std::set<Partition>& partitions) {
  const Positions reached = view.positions();
  Positions out;
  for (const auto& [partition, least] : services.group->floor()) {
    if (partitions.contains(partition) && offset_in(reached, partition) < least) out.emplace(partition, least);
  }
  return out;
}

Result<void> check_answerable(const ApiServices& services, const View& view, const std::set<Partition>& partitions) {
  RAPPORT_TRY(check_owned(services, partitions));
  const Positions lacking = catching_up(services, view, partitions);
  if (lacking.empty()) return {};
  return Error{Errc::unreachable, "partition " + std::to_string(lacking.begin()->first.value) +
                                      " is not folded up to where it was taken over"};
}

void mark_catching_up(HttpResponse& response, const ApiServices& services, const Positions& positions) {
  if (positions.empty()) return;
  Positions all = positions;
  if (const auto told = response.headers.find(kCatchingUpHeader)) {
    const auto token = parse_position(*told);
    if (token) advance(all, token->offsets);
  }
  response.headers.set(kCatchingUpHeader, position_text(services, all));
  response.headers.set(kStaleHeader, "true");
}

}  // namespace rapport
