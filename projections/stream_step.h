// The records of one company or identity, of one fold step or of several: the state is read before the first, and
// written behind the last. What contact_step.h does for a contact, whose rows are more.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "projections/company_fold.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"
#include "projections/seen_lookup.h"
#include "projections/step_context.h"

namespace rapport {

// How a company's and an identity's state stands in its row.
struct CompanyKind {
  using Rows = CompanyRows;
  static auto decode(std::string_view row) { return decode_company(row); }
  static auto encode(const CompanyState& state) { return encode_company(state); }
  static Digest digest(const CompanyRows& rows) { return company_digest(rows.id, rows.state); }
  static void count(Checkpoint& checkpoint, const CompanyState& before, const CompanyState& after) {
    checkpoint.companies += static_cast<std::uint64_t>(after.is_live()) - static_cast<std::uint64_t>(before.is_live());
  }
};

struct IdentityKind {
  using Rows = IdentityRows;
  static auto decode(std::string_view row) { return decode_identity(row); }
  static auto encode(const IdentityState& state) { return encode_identity(state); }
  static Digest digest(const IdentityRows& rows) { return identity_digest(rows.id, rows.state); }
  static void count(Checkpoint&, const IdentityState&, const IdentityState&) {}
};

template <class Kind>
class StreamStep {
 public:
  explicit StreamStep(decltype(Kind::Rows::id) id) : rows_(std::move(id)) {}

  // The stream's next records, in log order. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<void> fold(StepContext& step, const RecordIndexes& indexes) {
    if (!partition_) RAPPORT_TRY(load_state(step));
    partition_ = step.recorded(indexes.front()).position.partition;
    if (step.store && !rows_.stream.erase_rows) RAPPORT_TRY(load_seen(step, indexes));
    const auto apply_to_stream = [](auto& stream, RecordedEvent&& recorded) {
      return apply(stream, std::move(recorded));
    };
    for (const std::uint32_t index : indexes) step.apply_to(rows_, index, apply_to_stream);
    return {};
  }
  // No more come. Errors: storage_failed.
  [[nodiscard]] Result<void> finish(StepContext& step) {
    if (rows_.stream.appended.empty()) return {};  // repeats leave nothing
    change_digest(step, *partition_, rows_.stream.key, digest_before_, Kind::digest(rows_));
    Kind::count(step.checkpoints[*partition_], before_, rows_.state);
    step.rows.put(state_key(rows_.stream.key), Kind::encode(rows_.state));
    return write_stream_rows(step, rows_.stream);
  }

 private:
  Result<void> load_state(const StepContext& step) {
    if (step.store == nullptr) return {};
    auto row = step.store->get(state_key(rows_.stream.key));
    if (!row) return row.error();
    if (!*row) return {};
    auto state = Kind::decode(**row);
    if (!state) return state.error();
    rows_.state = *std::move(state);
    digest_before_ = Kind::digest(rows_);
    before_ = rows_.state;
    return {};
  }
  // Which of the records it has seen.
  Result<void> load_seen(const StepContext& step, const RecordIndexes& indexes) {
    std::vector<const RecordedEvent*> events;
    for (const std::uint32_t index : indexes) events.push_back(&step.recorded(index));
    SeenLookup lookup;
    lookup.plan(rows_.stream, rows_.state.ledger, events);
    return lookup.load(*step.store);
  }

  typename Kind::Rows rows_;
  decltype(Kind::Rows::state) before_;
  Digest digest_before_{};
  std::optional<Partition> partition_;  // once there was a record
};

}  // namespace rapport
