#include "projections/key_layout.h"

#include "projections/row_bytes.h"
#include "projections/store/big_endian.h"
#include "projections/store/store.h"

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

}  // namespace

void append_terminated(std::string& key, std::string_view text) {
  for (const char c : text) {
    key += c;
    if (c == '\0') key += '\xff';
  }
  key.append(2, '\0');
}

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

std::string past_prefix(ContactId contact) {
  std::string key(1, static_cast<char>(RowKind::past));
  append_big_endian64(key, contact.value);
  return key;
}

std::string snapshot_prefix(ContactId contact) { return past_prefix(contact) + 's'; }

std::string snapshot_key(ContactId contact, WriteStamp covered) {
  std::string key = snapshot_prefix(contact);
  append_timeline_stamp(key, covered);
  return key;
}

namespace {

std::string past_entry_key(ContactId contact, char kind, std::string_view id, std::uint32_t segment) {
  std::string key = past_prefix(contact) + kind;
  append_terminated(key, id);
  append_big_endian32(key, segment);
  return key;
}

}  // namespace

std::string past_visit_key(ContactId contact, std::string_view visit_id, std::uint32_t segment) {
  return past_entry_key(contact, 'v', visit_id, segment);
}

std::string past_case_key(ContactId contact, std::string_view case_id, std::uint32_t segment) {
  return past_entry_key(contact, 'c', case_id, segment);
}

std::vector<std::pair<std::string, std::string>> contact_row_ranges(ContactId contact) {
  const std::string stream = stream_key(contact);
  std::vector<std::pair<std::string, std::string>> ranges;
  for (const std::string& prefix : {state_key(stream), timeline_prefix(stream), seen_prefix(stream),
                                    visit_key(contact, ""), case_key(contact, ""), past_prefix(contact)}) {
    ranges.emplace_back(prefix, prefix_end(prefix));
  }
  return ranges;
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

std::string index_fill_prefix() { return "Mi"; }
std::string index_fill_key(std::string_view index_key) { return index_fill_prefix().append(index_key.substr(1)); }

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

namespace {

std::string hex(std::string_view bytes) {
  std::string out = "key ";
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}

// Reads what append_terminated wrote, and moves `bytes` behind it.
std::optional<std::string> take_terminated(std::string_view& bytes) {
  std::string out;
  while (bytes.size() >= 2) {
    if (bytes[0] != '\0') {
      out += bytes[0];
      bytes.remove_prefix(1);
      continue;
    }
    const bool end = bytes[1] == '\0';
    bytes.remove_prefix(2);
    if (end) return out;
    out += '\0';
  }
  return std::nullopt;
}

std::optional<Subject> subject_of_stream(std::string_view stream) {
  if (stream.empty()) return std::nullopt;
  const char kind = stream[0];
  stream.remove_prefix(1);
  if (kind == 'x') return Subject{ControlSubject{}};
  if (kind == 'i') {
    auto channel = take_terminated(stream);
    auto external_id = take_terminated(stream);
    if (!channel || !external_id) return std::nullopt;
    return Subject{Identity{*std::move(channel), *std::move(external_id)}};
  }
  if (stream.size() < 8) return std::nullopt;
  const std::uint64_t id = read_big_endian64(stream);
  if (kind == 'c') return Subject{ContactId{id}};
  if (kind == 'o') return Subject{CompanyId{id}};
  return std::nullopt;
}

std::optional<std::string> name_of_stream(std::string_view stream) {
  const auto subject = subject_of_stream(stream);
  if (!subject) return std::nullopt;
  return std::holds_alternative<ControlSubject>(*subject) ? "control" : to_string(*subject);
}

std::optional<std::string> contact_name(std::string_view id) {
  if (id.size() < 8) return std::nullopt;
  return to_string(Subject{ContactId{read_big_endian64(id)}});
}

}  // namespace

RowName row_name(std::string_view key) {
  const std::string_view rest = key.substr(std::min<std::size_t>(1, key.size()));
  const auto named = [&](std::optional<std::string> subject, const char* part) {
    return RowName{subject ? *std::move(subject) : hex(key), part};
  };
  switch (key.empty() ? RowKind::meta : static_cast<RowKind>(key[0])) {
    case RowKind::state: return named(name_of_stream(rest), "state");
    case RowKind::timeline: return named(name_of_stream(rest), "timeline");
    case RowKind::seen: return named(name_of_stream(rest), "repeats");
    case RowKind::past: return named(contact_name(rest), "past");
    case RowKind::visits: return named(contact_name(rest), "visits");
    case RowKind::cases: return named(contact_name(rest), "cases");
    case RowKind::control: return named("control", "control");
    case RowKind::parked: return named("control", "parked");
    case RowKind::index:
      return named(contact_name(rest.substr(rest.size() - std::min<std::size_t>(8, rest.size()))), "index");
    case RowKind::meta:
      return named("generation", key.starts_with("Mc") ? "checkpoint" : key.starts_with("Mi") ? "index" : "digest");
  }
  return named(std::nullopt, "unknown");
}

std::optional<Subject> subject_of_state_key(std::string_view key) { return subject_of_stream(key.substr(1)); }

WriteStamp timeline_stamp(std::string_view key) {
  const std::string_view tail = key.substr(key.size() - 16);
  return {Timestamp{static_cast<std::int64_t>(read_big_endian64(tail) ^ kSignBit)},
          Offset{static_cast<std::int64_t>(read_big_endian64(tail.substr(8)))}};
}

Timestamp time_of_seen_key(std::string_view key) {
  return Timestamp{static_cast<std::int64_t>(read_big_endian64(key.substr(key.size() - 24)) ^ kSignBit)};
}

ContactId contact_of_state_key(std::string_view key) { return ContactId{read_big_endian64(key.substr(2))}; }

ContactId contact_of_timeline_key(std::string_view key) { return contact_of_state_key(key); }
std::pair<ContactId, std::string_view> name_of_case_key(std::string_view key) {
  constexpr std::size_t kIdEnd = 1 + 8;
  return {ContactId{read_big_endian64(key.substr(1))}, key.substr(kIdEnd)};
}

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
