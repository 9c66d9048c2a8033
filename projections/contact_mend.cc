#include "projections/contact_mend.h"

#include "projections/contact_fold.h"
#include "projections/contact_index.h"
#include "projections/contact_reader.h"
#include "projections/contact_row.h"
#include "projections/index_rows.h"
#include "projections/key_layout.h"
#include "projections/stream_digest.h"

namespace rapport {
namespace {

// Of the bucket's streams in the partition, the contact's left out.
Result<Digest> sum_of_others(const Store& store, const ContactMend& mend, std::uint32_t bucket) {
  const std::string own = state_key(stream_key(mend.contact));
  const std::string prefix(1, static_cast<char>(RowKind::state));
  Digest sum;
  Cursor cursor = store.cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    if (cursor.key() == own || digest_bucket_of(cursor.key().substr(1)) != bucket) continue;
    const auto subject = subject_of_state_key(cursor.key());
    if (!subject || !mend.in_partition(to_string(*subject))) continue;
    const auto digest = stream_digest(cursor.key(), cursor.value());
    if (!digest) return digest.error();
    sum += *digest;
  }
  RAPPORT_TRY(cursor.status());
  return sum;
}

// The state as it stands; of a row that does not decode it cannot be said, and the counts stay.
Result<std::optional<ContactState>> state_before(const Store& store, ContactId id) {
  const auto row = store.get(state_key(stream_key(id)));
  if (!row) return row.error();
  if (!*row) return std::optional(ContactState{});
  auto state = decode_contact(**row);
  return state ? std::optional(*std::move(state)) : std::nullopt;
}

Result<void> replace_index_rows(const Store& store, const IndexCatalog& indexes, ContactId id,
                                const ContactState& truth, RowBatch& batch) {
  const auto stored = read_index_rows(store, id);
  if (!stored) return stored.error();
  for (const std::string& key : *stored) batch.erase(key);
  const IndexEntries entries(indexes, id, truth, IndexScope::all);
  for (std::size_t i = 0; i < entries.size(); ++i) batch.put(entries[i], {});
  return {};
}

Result<void> replace_rows(const ContactMend& mend, RowBatch& batch) {
  for (const auto& [from, to] : contact_row_ranges(mend.contact)) {
    batch.erase_range(from, to);
    Cursor cursor = mend.truth.store().cursor(from, to, mend.truth.at());
    for (cursor.seek_first(); cursor.valid(); cursor.next()) batch.put(cursor.key(), cursor.value());
    RAPPORT_TRY(cursor.status());
  }
  return {};
}

}  // namespace

Result<void> mend_contact(const Store& store, FoldMemory& memory, const ContactMend& mend, RowBatch& batch) {
  const std::string stream = stream_key(mend.contact);
  const std::uint32_t bucket = digest_bucket_of(stream);
  const auto others = sum_of_others(store, mend, bucket);
  if (!others) return others.error();
  const auto stored = state_before(store, mend.contact);
  if (!stored) return stored.error();
  const auto truth = read_contact(mend.truth, mend.contact);
  if (!truth) return truth.error();

  const ContactState now = truth->value_or(ContactState{});
  const ContactState& was = stored->has_value() ? **stored : now;
  const Digest own = *truth ? contact_digest(mend.contact, **truth) : Digest{};
  const Digest before =
      memory.buckets.all().contains(mend.partition) ? memory.buckets.all().at(mend.partition)[bucket] : Digest{};
  memory.buckets.change(mend.partition, stream, before, *others + own);
  Checkpoint& checkpoint = memory.checkpoints[mend.partition];
  checkpoint.digest += *others + own;
  checkpoint.digest -= before;
  checkpoint.contacts += static_cast<std::uint64_t>(now.is_live()) - static_cast<std::uint64_t>(was.is_live());
  checkpoint.move_root(was.standing(), now.standing());
  (void)memory.cache.take(mend.contact);

  RAPPORT_TRY(replace_rows(mend, batch));
  RAPPORT_TRY(replace_index_rows(store, memory.indexes, mend.contact, now, batch));
  RowBuffer rows;
  rows.put(checkpoint_key(mend.partition), encode_checkpoint(checkpoint));
  memory.buckets.write_changed(rows);
  rows.move_into(batch);
  return {};
}

}  // namespace rapport
