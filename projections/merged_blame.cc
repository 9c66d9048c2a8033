#include "projections/merged_blame.h"

#include <algorithm>
#include <map>

namespace rapport {
namespace {

// What merge_reader.cc takes from the root alone.
bool is_of_root_alone(std::string_view path) { return path == "archived" || path == "blocked" || path == "mergedInto"; }

// Whether the member's value counts as one in the whole: a tag that was taken away is none.
bool is_set(const Blame& blame) {
  const JsonText& value = blame.writes.front().value;
  return !is_null(value) && (!blame.path.starts_with("tags.") || value.text == "true");
}

}  // namespace

Result<std::vector<MergedBlame>> read_merged_blame(const View& view, const MergedContact& contact,
                                                   const std::optional<std::string>& path) {
  std::map<std::string, MergedBlame> by_path;
  for (const ContactId member : contact.precedence) {
    auto blames = read_blame(view, member, path);
    if (!blames) return blames.error();
    for (Blame& blame : *blames) {
      if (member != contact.root && is_of_root_alone(blame.path)) continue;
      std::vector<MemberBlame>& members = by_path[blame.path].members;
      members.push_back({member, std::move(blame)});
    }
  }
  std::vector<MergedBlame> out;
  for (auto& [name, merged] : by_path) {
    const auto holder = std::find_if(merged.members.begin(), merged.members.end(),
                                     [](const MemberBlame& member) { return is_set(member.blame); });
    if (holder != merged.members.end()) std::rotate(merged.members.begin(), holder, holder + 1);
    out.push_back(std::move(merged));
  }
  return out;
}

}  // namespace rapport
