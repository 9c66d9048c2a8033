// A history: records to be appended to a log, in order, as a test makes them up, cuts them down and prints them.
//
// Invariants: every record carries its own recordedAt, so a history folds to the same on any log and at any time. Any
// subset of a history is a history.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/log/event_log.h"
#include "events/event_decoder.h"
#include "tests/model/model_stream.h"

namespace rapport::model {

using History = std::vector<NewRecord>;

// The partition that a log of so many has for the key (EventLog::partition_of).
Partition partition_of_key(std::string_view key, std::int32_t partition_count);
NewRecord record_of_event(const Event& event, Timestamp recorded_at, std::int32_t partition_count);

// The records that the oracle folds: as an empty log would hold the history, offsets from 0, or as one was read back.
std::vector<Record> records_of(const History& history);
Record record_of(const RecordBatch::Record& record, EventDecoder& decoder);

// A smaller history for which `fails` still holds, from which no single record can be taken: found by leaving out ever
// smaller parts (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002). `fails` holds for
// `history`, is pure, and is asked at most kMinimiseTriesMax times, after which the smallest found so far is returned.
inline constexpr std::size_t kMinimiseTriesMax = 5'000;
History minimise(History history, const std::function<bool(const History&)>& fails);

// One line a record: {"partition":0,"recordedAt":"...","event":{...}}; where its bytes do not decode, "key" and "hex"
// stand for the event.
std::string to_ndjson(const History& history);

// What the environment says, as a decimal number: how much of a test is to be run.
std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise);
// RAPPORT_SEED from the environment, else a fresh one. A test prints it, so that its failure can be run again.
std::uint64_t seed_of_this_run();

}  // namespace rapport::model
