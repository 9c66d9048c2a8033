#include "projections/key_layout.h"

#include "projections/row_bytes.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

std::string key_of(RowKind kind, std::string_view stream, std::size_t more) {
  std::string key;
  key.reserve(1 + stream.size() + more);
  key += static_cast<char>(kind);
  key += stream;
  return key;
}

void append_time(std::string& key, Timestamp time) {
  append_big_endian64(key, static_cast<std::uint64_t>(time.ms) ^ kSignBit);
}

// Ends with 00 00; a 00 within becomes 00 ff, so no identity's key is the beginning of another's.
void append_terminated(std::string& key, std::string_view text) {
  for (const char c : text) {
    key += c;
    if (c == '\0') key += '\xff';
  }
  key.append(2, '\0');
}

}  // namespace

std::string stream_key(ContactId id) {
  std::string key = "c";
  append_big_endian64(key, id.value);
  return key;
}

std::string stream_key(const Subject& subject) {
  struct Visitor {
    std::string operator()(const ContactId& id) const { return stream_key(id); }
    std::string operator()(const CompanyId& id) const {
      std::string key = "o";
      append_big_endian64(key, id.value);
      return key;
    }
    std::string operator()(const Identity& identity) const {
      std::string key = "i";
      append_terminated(key, identity.channel);
      append_terminated(key, identity.external_id);
      return key;
    }
    std::string operator()(const ControlSubject&) const { return "x"; }
  };
  return std::visit(Visitor{}, subject);
}

std::string state_key(std::string_view stream) { return key_of(RowKind::state, stream, 0); }
std::string timeline_prefix(std::string_view stream) { return key_of(RowKind::timeline, stream, 0); }

std::string timeline_key_at(std::string_view stream, Timestamp time) {
  std::string key = key_of(RowKind::timeline, stream, 16);
  append_time(key, time);
  return key;
}

void append_timeline_stamp(std::string& prefix, WriteStamp stamp) {
  append_time(prefix, stamp.time);
  append_big_endian64(prefix, static_cast<std::uint64_t>(stamp.offset.value));
}

std::string timeline_key(std::string_view stream, WriteStamp stamp) {
  std::string key = key_of(RowKind::timeline, stream, 16);
  append_timeline_stamp(key, stamp);
  return key;
}

std::string seen_prefix(std::string_view stream) { return key_of(RowKind::seen, stream, 0); }

std::string seen_key(std::string_view stream, const EventName& name) {
  std::string key = key_of(RowKind::seen, stream, 25);
  key += name.time ? 't' : 'u';
  if (name.time) append_time(key, *name.time);
  append_big_endian64(key, static_cast<std::uint64_t>(name.hash.value >> 64));
  append_big_endian64(key, static_cast<std::uint64_t>(name.hash.value));
  return key;
}

std::string visit_key(ContactId contact, std::string_view visit_id) {
  std::string key(1, static_cast<char>(RowKind::visits));
  append_big_endian64(key, contact.value);
  return key.append(visit_id);
}

std::string case_key(ContactId contact, std::string_view case_id) {
  std::string key(1, static_cast<char>(RowKind::cases));
  append_big_endian64(key, contact.value);
  return key.append(case_id);
}

std::string checkpoint_key(Partition partition) {
  std::string key = "Mc";
  append_big_endian32(key, static_cast<std::uint32_t>(partition.value));
  return key;
}

std::string bucket_key(Partition partition, std::uint32_t bucket) {
  std::string key = "Mb";
  append_big_endian32(key, static_cast<std::uint32_t>(partition.value));
  append_big_endian32(key, bucket);
  return key;
}

std::string checkpoint_prefix() { return "Mc"; }
std::string bucket_prefix() { return "Mb"; }

std::string control_key(Offset offset) {
  std::string key(1, static_cast<char>(RowKind::control));
  append_big_endian64(key, static_cast<std::uint64_t>(offset.value));
  return key;
}

std::string parked_key(LogPosition position) {
  std::string key = "P";
  append_big_endian32(key, static_cast<std::uint32_t>(position.partition.value));
  append_big_endian64(key, static_cast<std::uint64_t>(position.offset.value));
  return key;
}

WriteStamp timeline_stamp(std::string_view key) {
  const std::string_view tail = key.substr(key.size() - 16);
  return {Timestamp{static_cast<std::int64_t>(read_big_endian64(tail) ^ kSignBit)},
          Offset{static_cast<std::int64_t>(read_big_endian64(tail.substr(8)))}};
}

ContactId contact_of_state_key(std::string_view key) { return ContactId{read_big_endian64(key.substr(2))}; }

Partition partition_of_checkpoint_key(std::string_view key) {
  return Partition{static_cast<std::int32_t>(read_big_endian32(key.substr(2)))};
}

std::pair<Partition, std::uint32_t> bucket_of_key(std::string_view key) {
  return {partition_of_checkpoint_key(key), read_big_endian32(key.substr(6))};
}

LogPosition position_of_parked_key(std::string_view key) {
  return {Partition{static_cast<std::int32_t>(read_big_endian32(key.substr(1)))},
          Offset{static_cast<std::int64_t>(read_big_endian64(key.substr(5)))}};
}

}  // namespace rapport
