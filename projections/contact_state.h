// A contact's current state: the winner of each register, and counters. What a write replaced or lost to is not here:
// it is read from the timeline.
//
// Invariants: a pure value, made only by apply() (contact_fold.h) and the row codec (contact_row.h). Maps are sorted,
// so that the same state has one encoding.
#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "events/event.h"
#include "projections/register.h"
#include "projections/stream_ledger.h"

namespace rapport {

enum class Gone : std::uint8_t { no = 0, deleted = 1, erased = 2 };

// How a contact stands in a list of all of them.
enum class Standing : std::uint8_t { none, active, archived };

struct ContactState {
  StreamLedger ledger;
  bool exists = false;  // an accepted event has created it
  Gone gone = Gone::no;
  Timestamp gone_at{};  // meaningful once gone

  // The earliest contact.created by (time, offset), and the date it claims.
  std::optional<WriteStamp> created_stamp;
  Timestamp created_date{};
  std::optional<Timestamp> updated;                // greatest time of an accepted contact.* event
  std::optional<Timestamp> first_seen, last_seen;  // of visits, pages and chats

  boost::container::flat_map<std::string, Register<JsonText>> fields;  // null: removed
  boost::container::flat_map<ClientAttribute, Register<JsonText>> client;
  boost::container::flat_map<std::string, Register<bool>> tags;  // false: removed
  Register<std::optional<CompanyId>> company;
  Register<bool> archived;
  Register<std::optional<Block>> blocked;
  Register<std::optional<ContactId>> merged_into;
  boost::container::flat_map<ContactId, Register<bool>> absorbed;  // hints for reads: merged into this one
  boost::container::flat_set<Identity> identities;

  std::uint32_t visits = 0;
  std::uint32_t cases = 0;
  std::uint32_t open_cases = 0;

  std::uint64_t version() const;
  // Whether reads and lists show it.
  bool is_live() const { return exists && gone == Gone::no; }
  // None of one that is not live or is merged into another, whose root the list shows instead.
  Standing standing() const;
  // The earliest contact.created's date, or else the earliest time. The contact has an accepted event.
  Timestamp date_created() const;
  std::size_t field_count() const;  // without removed ones
  std::size_t tag_count() const;
  std::size_t bytes() const;  // about as many as it takes in memory

  friend bool operator==(const ContactState&, const ContactState&) = default;
};

// Whether the type is one of contact.*: what dateUpdated looks at.
bool is_contact_change(EventType type);
// Whether an accepted event of the type counts as a version of its contact: contact.* but absorbed and parted.
bool counts_as_version(EventType type);

}  // namespace rapport
