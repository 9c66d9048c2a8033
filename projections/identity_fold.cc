#include "projections/identity_fold.h"

#include "projections/key_layout.h"
#include "projections/ledger_row.h"

namespace rapport {
namespace {

constexpr std::uint8_t kRowFormat = 1;

Refusal decide(const IdentityState& state, const Event& event) {
  if (const auto* claim = std::get_if<IdentityClaimed>(&event.payload)) {
    return state.holder && *state.holder != claim->contact ? Refusal::identity_taken : Refusal::none;
  }
  if (const auto* release = std::get_if<IdentityReleased>(&event.payload)) {
    return state.holder == release->contact ? Refusal::none : Refusal::identity_not_held;
  }
  panic("an event of another stream in an identity's: " + event.type_name);
}

void accept(IdentityState& state, const Event& event, WriteStamp at) {
  if (const auto* claim = std::get_if<IdentityClaimed>(&event.payload)) {
    if (!state.holder) state.since = at.time;
    state.holder = claim->contact;
  } else {
    state.holder.reset();
  }
}

}  // namespace

IdentityRows::IdentityRows(Identity identity) : id(std::move(identity)), stream(stream_key(Subject{id})) {}

Outcome apply(IdentityRows& rows, RecordedEvent&& recorded) {
  IdentityState& state = rows.state;
  return fold_into(
      rows.stream, state.ledger, std::move(recorded), [&](const Event& event) { return decide(state, event); },
      [&](const Event& event, WriteStamp at) { accept(state, event, at); },
      [&] { return state.ledger.accepted_count(); });
}

Digest identity_digest(const Identity& id, const IdentityState& state) {
  if (!state.holder) return {};
  std::string bytes;
  RowWriter out(bytes);
  out.text("identity");
  out.text(id.channel);
  out.text(id.external_id);
  out.number(state.holder->value);
  return hash_digest(bytes);
}

std::string encode_identity(const IdentityState& state) {
  std::string row;
  RowWriter out(row);
  out.byte(kRowFormat);
  write_ledger(out, state.ledger);
  out.number(state.holder ? state.holder->value : 0);
  if (state.holder) out.time(state.since);
  return row;
}

Result<IdentityState> decode_identity(std::string_view row) {
  RowReader in(row);
  const std::uint8_t format = in.byte();
  if (in.ok() && format != kRowFormat) {
    return Error{Errc::wrong_format, "an identity row of format " + std::to_string(format) + ", this program knows 1"};
  }
  IdentityState state;
  state.ledger = read_ledger(in);
  if (const std::uint64_t holder = in.number()) {
    state.holder = ContactId{holder};
    state.since = in.time();
  }
  if (!in.done()) return Error{Errc::corrupt, "an identity row does not decode"};
  return state;
}

}  // namespace rapport
