// The partitions that one fold has, of a log whose others another instance folds.
#pragma once

#include <optional>
#include <set>

#include "engine/log/event_log.h"
#include "projections/checkpoint.h"

namespace rapport {

// Absent: all. The control stream is folded everywhere.
using OwnedPartitions = std::optional<std::set<Partition>>;

bool is_folded(const OwnedPartitions& owned, Partition partition);

// Where each begins: behind its checkpoint, or with the log.
Positions folded_partitions(const EventLog& log, const OwnedPartitions& owned, const Checkpoints& checkpoints);

// Whether a partition beside the control stream is among both.
bool share_one(const OwnedPartitions& one, const OwnedPartitions& other);

Checkpoints of_owned(Checkpoints checkpoints, const OwnedPartitions& owned);

}  // namespace rapport
