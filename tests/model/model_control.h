// What the control stream says: the log's name, ranges of ids, declared tags and attributes, keys, and what became of
// parked records. A fold in log order, whatever times the events carry.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/model/model_stream.h"

namespace rapport::model {

struct Key {
  KeyCreated created;
  bool revoked = false;

  friend bool operator==(const Key&, const Key&) = default;
};

enum class ParkedFate : std::uint8_t { retried, discarded };

struct Control {
  std::optional<LogOpened> log;
  std::vector<IdsReserved> ranges;           // the effective ones, in log order
  std::map<std::uint64_t, TagDefined> tags;  // those not deleted
  std::map<std::uint64_t, AttributeDefined> attributes;
  std::map<std::string, Key> keys;
  std::map<LogPosition, EventParked> parked;  // what the inbox could not take
  std::map<std::string, ParkedFate> fates;    // by the position that the retry or discard names

  friend bool operator==(const Control&, const Control&) = default;
};

Control control_of(const Stream& stream);

// ids_overlap for a range that shares an id with an effective one of its kind; duplicate_record where the name of a
// tag, the object and key of an attribute, or the id of a key is taken, and for a log.opened that contradicts the
// first.
std::optional<Errc> refusal_of_control_event(const Stream& stream, const Event& event);

}  // namespace rapport::model
