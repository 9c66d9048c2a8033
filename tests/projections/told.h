// What a folded log says, as plain text: one line per fact, "contact/1 field email" = ""a" at 2026-.../5". Told twice,
// by the oracle and by the rows, so that a difference reads as a sentence and nothing that is there goes unseen.
#pragma once

#include <map>
#include <span>
#include <string>

#include "projections/outcome.h"
#include "projections/timeline_row.h"
#include "projections/view.h"
#include "tests/model/history.h"
#include "tests/model/model_fold.h"

namespace rapport {

// How many partitions the histories of these tests are for.
inline constexpr std::int32_t kPartitions = 4;

using Told = std::map<std::string, std::string>;

// `history` is what `model` was folded from.
Told told_by_model(const model::History& history, const model::Model& model);
// Reads every row. `outcomes`: of the whole history, in its order. A row that does not decode is told as such.
Told told_by_rows(const model::History& history, std::span<const Outcome> outcomes, const View& view);

// One line per fact that is missing, extra or different; empty where there is none.
std::string difference(const Told& expected, const Told& actual);

// The words that both use.
std::string told_time(std::optional<Timestamp> time);
std::string told_stamp(Timestamp time, Offset offset);
std::string told_row(const TimelineRow& row);
std::string told_payload(EventType type, Payload payload);

}  // namespace rapport
