#include "projections/checkpoint.h"

#include "projections/row_bytes.h"

namespace rapport {

void OutcomeCounts::add(OutcomeStatus status) {
  switch (status) {
    case OutcomeStatus::accepted: ++accepted; return;
    case OutcomeStatus::repeated: ++repeated; return;
    case OutcomeStatus::refused: ++refused; return;
    case OutcomeStatus::parked: ++parked; return;
  }
}

OutcomeCounts& OutcomeCounts::operator+=(const OutcomeCounts& other) {
  accepted += other.accepted;
  repeated += other.repeated;
  refused += other.refused;
  parked += other.parked;
  return *this;
}

void Checkpoint::add_streams(const Checkpoint& counted) {
  digest += counted.digest;
  counts += counted.counts;
  contacts += counted.contacts;
  active_roots += counted.active_roots;
  archived_roots += counted.archived_roots;
  companies += counted.companies;
}

void Checkpoint::move_root(Standing before, Standing after) {
  if (before == Standing::active) --active_roots;
  if (before == Standing::archived) --archived_roots;
  if (after == Standing::active) ++active_roots;
  if (after == Standing::archived) ++archived_roots;
}

namespace {

// Fold versions 1 and 2 did not.
bool counts_roots(const Checkpoint& checkpoint) { return checkpoint.fold_version > 2; }

}  // namespace

std::string encode_checkpoint(const Checkpoint& c) {
  std::string row;
  RowWriter out(row);
  out.number(c.fold_version);
  out.signed_number(c.offset.value);
  out.fixed64(c.record_hash);
  out.time(c.recorded_at);
  write_digest(out, c.digest);
  out.number(c.counts.accepted);
  out.number(c.counts.repeated);
  out.number(c.counts.refused);
  out.number(c.counts.parked);
  out.number(c.contacts);
  if (counts_roots(c)) {
    out.number(c.active_roots);
    out.number(c.archived_roots);
  }
  out.number(c.companies);
  return row;
}

Result<Checkpoint> decode_checkpoint(std::string_view row) {
  RowReader in(row);
  Checkpoint c;
  c.fold_version = static_cast<std::uint32_t>(in.number());
  c.offset.value = in.signed_number();
  c.record_hash = in.fixed64();
  c.recorded_at = in.time();
  c.digest = read_digest(in);
  c.counts.accepted = in.number();
  c.counts.repeated = in.number();
  c.counts.refused = in.number();
  c.counts.parked = in.number();
  c.contacts = in.number();
  if (counts_roots(c)) {
    c.active_roots = in.number();
    c.archived_roots = in.number();
  }
  c.companies = in.number();
  if (!in.done()) return Error{Errc::corrupt, "a checkpoint row does not decode"};
  return c;
}

Digest total_digest(const Checkpoints& checkpoints) {
  Digest sum;
  for (const auto& [partition, checkpoint] : checkpoints) sum += checkpoint.digest;
  return sum;
}

OutcomeCounts total_counts(const Checkpoints& checkpoints) {
  OutcomeCounts sum;
  for (const auto& [partition, checkpoint] : checkpoints) sum += checkpoint.counts;
  return sum;
}

Positions positions_of(const Checkpoints& checkpoints) {
  Positions positions;
  for (const auto& [partition, checkpoint] : checkpoints) positions.emplace(partition, checkpoint.offset);
  return positions;
}

}  // namespace rapport
