#include "projections/contact_row.h"

#include "projections/ledger_row.h"
#include "projections/row_bytes.h"

namespace rapport {
namespace {

constexpr std::uint8_t kRowFormat = 1;
constexpr std::size_t kNameBytesMin = 3;  // a tag: the length of its name, a stamp, whether it stands

// Which parts follow.
enum Part : std::uint32_t {
  kExists = 1u << 0,
  kDeleted = 1u << 1,
  kErased = 1u << 2,
  kCreated = 1u << 3,
  kUpdated = 1u << 4,
  kSeen = 1u << 5,
  kCompany = 1u << 6,
  kArchived = 1u << 7,
  kBlocked = 1u << 8,
  kMergedInto = 1u << 9,
  kAbsorbed = 1u << 10,
  kIdentities = 1u << 11,
  kFields = 1u << 12,
  kClient = 1u << 13,
  kTags = 1u << 14,
  kVisits = 1u << 15,
  kCases = 1u << 16,
};

std::uint32_t parts_of(const ContactState& s) {
  std::uint32_t parts = 0;
  const auto mark = [&](bool present, Part part) { parts |= present ? part : 0u; };
  mark(s.exists, kExists);
  mark(s.gone == Gone::deleted, kDeleted);
  mark(s.gone == Gone::erased, kErased);
  mark(s.created_stamp.has_value(), kCreated);
  mark(s.updated.has_value(), kUpdated);
  mark(s.first_seen.has_value(), kSeen);
  mark(s.company.written(), kCompany);
  mark(s.archived.written(), kArchived);
  mark(s.blocked.written(), kBlocked);
  mark(s.merged_into.written(), kMergedInto);
  mark(!s.absorbed.empty(), kAbsorbed);
  mark(!s.identities.empty(), kIdentities);
  mark(!s.fields.empty(), kFields);
  mark(!s.client.empty(), kClient);
  mark(!s.tags.empty(), kTags);
  mark(s.visits != 0, kVisits);
  mark(s.cases != 0, kCases);
  return parts;
}

std::uint64_t id_or_zero(const std::optional<ContactId>& id) { return id ? id->value : 0; }
std::uint64_t id_or_zero(const std::optional<CompanyId>& id) { return id ? id->value : 0; }

void write_block(RowWriter& out, const std::optional<Block>& block) {
  out.byte(static_cast<std::uint8_t>((block ? 1 : 0) | (block && block->until ? 2 : 0)));
  if (block && block->until) out.time(*block->until);
}

std::optional<Block> read_block(RowReader& in) {
  const std::uint8_t flags = in.byte();
  if (!(flags & 1)) return std::nullopt;
  Block block;
  if (flags & 2) block.until = in.time();
  return block;
}

void write_identities(RowWriter& out, const ContactState& s) {
  out.number(s.identities.size());
  for (const Identity& identity : s.identities) {
    out.text(identity.channel);
    out.text(identity.external_id);
  }
}

// Writes the state; `stamps` decides how a stamp stands, which is all that the row and the canonical form differ in.
template <class Stamps>
void write_state(RowWriter& out, Stamps& stamps, const ContactState& s, std::uint32_t parts) {
  out.number(parts);
  if (parts & (kDeleted | kErased)) stamps.time(s.gone_at);
  if (parts & kCreated) {
    stamps.stamp(*s.created_stamp);
    stamps.time(s.created_date);
  }
  if (parts & kUpdated) stamps.time(*s.updated);
  if (parts & kSeen) {
    stamps.time(*s.first_seen);
    stamps.time(*s.last_seen);
  }
  if (parts & kCompany) {
    stamps.stamp(s.company.stamp);
    out.number(id_or_zero(s.company.value));
  }
  if (parts & kArchived) {
    stamps.stamp(s.archived.stamp);
    out.byte(s.archived.value);
  }
  if (parts & kBlocked) {
    stamps.stamp(s.blocked.stamp);
    write_block(out, s.blocked.value);
  }
  if (parts & kMergedInto) {
    stamps.stamp(s.merged_into.stamp);
    out.number(id_or_zero(s.merged_into.value));
  }
  if (parts & kAbsorbed) {
    out.number(s.absorbed.size());
    for (const auto& [id, absorbed] : s.absorbed) {
      out.number(id.value);
      stamps.stamp(absorbed.stamp);
      out.byte(absorbed.value);
    }
  }
  if (parts & kIdentities) write_identities(out, s);
  if (parts & kFields) {
    out.number(s.fields.size());
    for (const auto& [key, field] : s.fields) {
      out.text(key);
      stamps.stamp(field.stamp);
      out.text(field.value.text);
    }
  }
  if (parts & kClient) {
    out.number(s.client.size());
    for (const auto& [attribute, value] : s.client) {
      out.byte(static_cast<std::uint8_t>(attribute));
      stamps.stamp(value.stamp);
      out.text(value.value.text);
    }
  }
  if (parts & kTags) {
    out.number(s.tags.size());
    for (const auto& [tag, present] : s.tags) {
      out.text(tag);
      stamps.stamp(present.stamp);
      out.byte(present.value);
    }
  }
  if (parts & kVisits) out.number(s.visits);
  if (parts & kCases) {
    out.number(s.cases);
    out.number(s.open_cases);
  }
}

// Times only: equal events of two logs have equal times, but not equal offsets.
struct CanonicalStamps {
  RowWriter& out;
  void time(Timestamp time) { out.time(time); }
  void stamp(WriteStamp stamp) { out.time(stamp.time); }
};

template <class T>
void read_count(RowReader& in, const T& read_one) {
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) read_one();
}

void read_state(RowReader& in, StampReader& stamps, ContactState& s) {
  const auto parts = static_cast<std::uint32_t>(in.number());
  s.exists = parts & kExists;
  s.gone = parts & kErased ? Gone::erased : parts & kDeleted ? Gone::deleted : Gone::no;
  if (parts & (kDeleted | kErased)) s.gone_at = stamps.time();
  if (parts & kCreated) {
    s.created_stamp = stamps.stamp();
    s.created_date = stamps.time();
  }
  if (parts & kUpdated) s.updated = stamps.time();
  if (parts & kSeen) {
    s.first_seen = stamps.time();
    s.last_seen = stamps.time();
  }
  if (parts & kCompany) {
    s.company.stamp = stamps.stamp();
    if (const std::uint64_t id = in.number()) s.company.value = CompanyId{id};
  }
  if (parts & kArchived) {
    s.archived.stamp = stamps.stamp();
    s.archived.value = in.byte() != 0;
  }
  if (parts & kBlocked) {
    s.blocked.stamp = stamps.stamp();
    s.blocked.value = read_block(in);
  }
  if (parts & kMergedInto) {
    s.merged_into.stamp = stamps.stamp();
    if (const std::uint64_t id = in.number()) s.merged_into.value = ContactId{id};
  }
  if (parts & kAbsorbed) {
    read_count(in, [&] {
      auto& absorbed = s.absorbed[ContactId{in.number()}];
      absorbed.stamp = stamps.stamp();
      absorbed.value = in.byte() != 0;
    });
  }
  if (parts & kIdentities) {
    read_count(in, [&] {
      Identity identity;
      identity.channel = in.text();
      identity.external_id = in.text();
      s.identities.insert(s.identities.end(), std::move(identity));
    });
  }
  if (parts & kFields) {
    read_count(in, [&] {
      auto& field = s.fields[std::string(in.text())];
      field.stamp = stamps.stamp();
      field.value.text = in.text();
    });
  }
  if (parts & kClient) {
    read_count(in, [&] {
      const std::uint8_t attribute = in.byte();
      if (attribute >= kClientAttributeNames.size()) return in.damage();
      auto& value = s.client[static_cast<ClientAttribute>(attribute)];
      value.stamp = stamps.stamp();
      value.value.text = in.text();
    });
  }
  if (parts & kTags) {
    read_count(in, [&] {
      auto& tag = s.tags[std::string(in.text())];
      tag.stamp = stamps.stamp();
      tag.value = in.byte() != 0;
    });
  }
  if (parts & kVisits) s.visits = static_cast<std::uint32_t>(in.number());
  if (parts & kCases) {
    s.cases = static_cast<std::uint32_t>(in.number());
    s.open_cases = static_cast<std::uint32_t>(in.number());
  }
}

}  // namespace

std::string encode_contact(const ContactState& state) {
  std::string row;
  row.reserve(256);
  RowWriter out(row);
  out.byte(kRowFormat);
  write_ledger(out, state.ledger);
  StampWriter stamps(out, state.ledger.latest.value_or(Timestamp{}));
  write_state(out, stamps, state, parts_of(state));
  return row;
}

Result<ContactState> decode_contact(std::string_view row) {
  RowReader in(row);
  const std::uint8_t format = in.byte();
  if (in.ok() && format != kRowFormat) {
    return Error{Errc::wrong_format, "a contact row of format " + std::to_string(format) + ", this program knows 1"};
  }
  ContactState state;
  state.ledger = read_ledger(in);
  StampReader stamps(in, state.ledger.latest.value_or(Timestamp{}));
  read_state(in, stamps, state);
  if (!in.done()) return Error{Errc::corrupt, "a contact row does not decode"};
  return state;
}

std::size_t names_at_most(std::string_view row) { return row.size() / kNameBytesMin; }

void append_canonical_contact(std::string& out_bytes, ContactId id, const ContactState& state) {
  RowWriter out(out_bytes);
  out.number(id.value);
  // The counts say what a tombstone keeps: how many of each type there were.
  for (std::size_t i = 0; i < state.ledger.accepted.size(); ++i) {
    if (state.ledger.accepted[i] == 0) continue;
    out.number(i + 1);
    out.number(state.ledger.accepted[i]);
  }
  out.number(0);
  out.number(state.ledger.refused);
  out.time(state.ledger.earliest.value_or(kTimestampMax));
  CanonicalStamps stamps{out};
  write_state(out, stamps, state, parts_of(state) & ~kAbsorbed);
}

}  // namespace rapport
