#include "engine/feed/feed_filter.h"

#include <algorithm>

namespace rapport {
namespace {

bool fits(std::string_view mask, std::string_view path) {
  if (!mask.ends_with('*')) return mask == path;
  return path.starts_with(mask.substr(0, mask.size() - 1));
}

}  // namespace

bool FeedFilter::passes(const FeedItem& item) const {
  if (item.is_gone) return false;
  if (!types.empty() && !types.contains(item.entry.row.type_name)) return false;
  if (!contacts.empty() && !contacts.contains(item.contact)) return false;
  const auto is_changed = [&](const std::string& mask) {
    const auto& changes = item.entry.changes;
    return std::any_of(changes.begin(), changes.end(), [&](const auto& change) { return fits(mask, change.path); });
  };
  return changed.empty() || std::any_of(changed.begin(), changed.end(), is_changed);
}

}  // namespace rapport
