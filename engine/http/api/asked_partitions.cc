#include "engine/http/api/asked_partitions.h"

#include <algorithm>

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

std::string partitions_text(const std::set<Partition>& partitions) {
  std::string out;
  for (const Partition partition : partitions) out += (out.empty() ? "" : ",") + std::to_string(partition.value);
  return out;
}

Result<std::set<Partition>> parse_partitions(std::string_view text) {
  std::set<Partition> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto number = parse_number<std::int32_t>(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!number) return Error{Errc::invalid_argument, "is a list of partitions", std::string(kPartitionsHeader)};
    out.insert(Partition{*number});
  }
  if (out.empty()) return Error{Errc::invalid_argument, "names no partition", std::string(kPartitionsHeader)};
  return out;
}

Result<std::set<Partition>> partitions_asked(const HttpRequest& request) {
  return parse_partitions(request.headers.find(kPartitionsHeader).value_or(""));
}

Result<void> check_answerable(const ApiServices& services, const View& view, const std::set<Partition>& partitions) {
  const Positions reached = view.positions(), floor = services.group->floor();
  for (const Partition partition : partitions) {
    const auto least = floor.find(partition);
    const bool ours = least != floor.end();
    if (ours && offset_in(reached, partition) >= least->second) continue;
    return Error{Errc::unreachable,
                 "partition " + std::to_string(partition.value) +
                     (ours ? " is not folded up to where it was taken over" : " is another member's by now")};
  }
  return {};
}

}  // namespace rapport
