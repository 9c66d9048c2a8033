// What the live feed tells: one event of a contact as the contact's timeline shows it, in the order of the log.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "projections/fold_record.h"
#include "projections/timeline_reader.h"
#include "projections/view.h"

namespace rapport {

struct FeedItem {
  LogPosition position;
  ContactId contact;
  TimelineEntry entry;
  bool is_gone = false;  // an erasure took it since: nothing is told of it
};
using FeedItems = std::vector<std::shared_ptr<const FeedItem>>;

// The items of records that the view has folded, in their order. An accepted or refused event of a contact is one;
// repeats, parked records, other streams and what an erasure took are none. Errors: storage_failed, corrupt.
[[nodiscard]] Result<FeedItems> feed_items(const View& view, std::span<const FoldRecord> records);

}  // namespace rapport
