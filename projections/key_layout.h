// Where each row stands. One column family; the first byte says which kind of row. docs/rows.md draws the same.
//
//   S stream                          state of a contact, company or identity
//   T stream time offset              a timeline row
//   D stream [time] name              an event seen that is not the first at its time, or has no time of its own
//   V contact visit-id                a visit
//   A contact "s" time offset         the contact's state as it was (contact_past.h)
//   A contact "v" visit-id segment    a visit as it was; "c" case-id segment: a case
//   C contact case-id                 a case
//   G offset                          an accepted control event, for ControlState to be made again from
//   P partition offset                a parked record
//   I index value contact             an index row: index_key.h
//   M name                            the generation's own facts; Mc partition: a checkpoint; Mb partition bucket:
//                                     digests; Mi field: how far its index is filled
//
//   stream = "c" id (8 bytes) | "o" id (8 bytes) | "i" channel 00 external-id 00 (00 within as 00 ff) | "x" control
//
// Invariants: numbers are big-endian, times have their sign bit flipped, so that keys sort as what they name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/ids.h"
#include "events/position.h"
#include "events/subject.h"
#include "projections/register.h"
#include "projections/stream_ledger.h"

namespace rapport {

enum class RowKind : char {
  past = 'A',
  cases = 'C',
  seen = 'D',
  control = 'G',
  index = 'I',
  meta = 'M',
  parked = 'P',
  state = 'S',
  timeline = 'T',
  visits = 'V',
};

// Appends the text so that no text's bytes begin another's, and they sort as the texts do: it ends with 00 00, and a 00
// within becomes 00 ff.
void append_terminated(std::string& key, std::string_view text);

// The part of a key that names a stream.
std::string stream_key(const Subject& subject);
std::string stream_key(ContactId id);

std::string state_key(std::string_view stream);
std::string timeline_key(std::string_view stream, WriteStamp stamp);
std::string timeline_prefix(std::string_view stream);
void append_timeline_stamp(std::string& prefix, WriteStamp stamp);
// The least key of the stream's timeline rows at `time`.
std::string timeline_key_at(std::string_view stream, Timestamp time);
std::string seen_key(std::string_view stream, const EventName& name);
std::string seen_prefix(std::string_view stream);
std::string visit_key(ContactId contact, std::string_view visit_id);
std::string case_key(ContactId contact, std::string_view case_id);
// Everything of the contact's past.
std::string past_prefix(ContactId contact);
std::string snapshot_prefix(ContactId contact);
std::string snapshot_key(ContactId contact, WriteStamp covered);
std::string past_visit_key(ContactId contact, std::string_view visit_id, std::uint32_t segment);
std::string past_case_key(ContactId contact, std::string_view case_id, std::uint32_t segment);
// [from, to) of every row of the contact, one per kind.
std::vector<std::pair<std::string, std::string>> contact_row_ranges(ContactId contact);
std::string checkpoint_key(Partition partition);
std::string checkpoint_prefix();
std::string bucket_key(Partition partition, std::uint32_t bucket);
std::string bucket_prefix();
// `index_key` without its first byte names the index.
std::string index_fill_key(std::string_view index_key);
std::string index_fill_prefix();
std::string control_key(Offset offset);
std::string parked_key(LogPosition position);

// What a row is about, for a person: "contact/42" and "timeline".
struct RowName {
  std::string subject, part;

  friend bool operator==(const RowName&, const RowName&) = default;
};
// Of any bytes: a damaged key has a name too.
RowName row_name(std::string_view key);

// Whose state it is. Absent: the key is damaged.
std::optional<Subject> subject_of_state_key(std::string_view key);
// Of a timeline row's key, or a snapshot's.
WriteStamp timeline_stamp(std::string_view key);
// Of the key of an event seen that has its own time.
Timestamp time_of_seen_key(std::string_view key);
ContactId contact_of_state_key(std::string_view key);
ContactId contact_of_timeline_key(std::string_view key);  // of a contact's timeline row
// The contact and the case's id; the latter a view into the key.
std::pair<ContactId, std::string_view> name_of_case_key(std::string_view key);
Partition partition_of_checkpoint_key(std::string_view key);
std::pair<Partition, std::uint32_t> bucket_of_key(std::string_view key);
LogPosition position_of_parked_key(std::string_view key);

}  // namespace rapport
