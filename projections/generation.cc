#include "projections/generation.h"

#include "events/event_decoder.h"
#include "projections/generation_builder.h"
#include "projections/index_fill.h"
#include "projections/key_layout.h"
#include "projections/store/durable_file.h"

namespace rapport {
namespace {

constexpr std::uint64_t kNewestFilesMax = 16;  // a read looks into each
constexpr std::size_t kContactRowsShare = 8;   // of the cache: one part in so many

Result<Checkpoints> load_checkpoints(const Store& store) {
  Checkpoints checkpoints;
  const std::string prefix = checkpoint_prefix();
  Cursor cursor = store.cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    auto checkpoint = decode_checkpoint(cursor.value());
    if (!checkpoint) return checkpoint.error();
    checkpoints.emplace(partition_of_checkpoint_key(cursor.key()), *checkpoint);
  }
  RAPPORT_TRY(cursor.status());
  return checkpoints;
}

Result<ControlState> load_control(const Store& store) {
  ControlState control;
  EventDecoder decoder;
  const std::string prefix(1, static_cast<char>(RowKind::control));
  Cursor cursor = store.cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto row = decode_control_row(cursor.value());
    if (!row) return row.error();
    const auto event = decoder.decode(row->event);
    if (!event) return Error{Errc::corrupt, "a control row does not decode: " + to_string(event.error())};
    control.accept(*event, row->time);
  }
  RAPPORT_TRY(cursor.status());
  return control;
}

}  // namespace

Generation::Generation(std::shared_ptr<Store> store, const GenerationOptions& options)
    : options_(options),
      store_(std::move(store)),
      memory_(empty_memory(options)),
      durability_(options.unlogged ? Durability::unlogged : Durability::buffered),
      contact_rows_(std::make_shared<ContactRowCache>(options.cache_bytes / kContactRowsShare)) {}

FoldMemory Generation::empty_memory(const GenerationOptions& options) {
  return {StateCache(options.cached_states_bytes_max), {}, {}, {}, {}, options.apply_to_contact};
}

Result<std::unique_ptr<Generation>> Generation::open(const GenerationOptions& options) {
  auto store = Store::open({.directory = options.directory,
                            .use = StoreOptions::Use::projections,
                            .cache_bytes = options.cache_bytes - options.cache_bytes / kContactRowsShare,
                            .write_buffer_bytes = options.write_buffer_bytes});
  if (!store) return store.error();
  std::unique_ptr<Generation> generation(new Generation(*std::move(store), options));
  RAPPORT_TRY(generation->drop_leftovers());
  auto checkpoints = load_checkpoints(*generation->store_);
  if (!checkpoints) return checkpoints.error();
  for (const auto& [partition, checkpoint] : *checkpoints) generation->fold_version_ = checkpoint.fold_version;
  if (!generation->is_foldable() && !options.other_versions) {
    return Error{Errc::wrong_format,
                 "was folded by fold version " + std::to_string(generation->fold_version_) + ", this program's is " +
                     std::to_string(kFoldVersion),
                 options.directory.string()};
  }
  generation->memory_.checkpoints = *std::move(checkpoints);
  RAPPORT_TRY(generation->load());
  return generation;
}

// What a kill left of a step or of a build. Rows that the store has taken may have their old name there still, under
// which they would outlive an erasure.
Result<void> Generation::drop_leftovers() const {
  for (const std::filesystem::path& path : {step_path(), build_directory()}) {
    std::error_code failed;
    std::filesystem::remove_all(path, failed);
    if (failed) return storage_error(path, "cannot be deleted", failed.value());
  }
  return {};
}

Result<Checkpoints> read_stored_checkpoints(const std::filesystem::path& directory) {
  const auto store = Store::open({.directory = directory, .use = StoreOptions::Use::projections, .read_only = true});
  if (!store) return store.error();
  return load_checkpoints(**store);
}

Result<void> Generation::load() {
  auto control = load_control(*store_);
  if (!control) return control.error();
  memory_.control = std::make_shared<const ControlState>(*std::move(control));
  RAPPORT_TRY(memory_.buckets.load(*store_));
  auto indexes = IndexCatalog::load(*store_);
  if (!indexes) return indexes.error();
  memory_.indexes = is_foldable() ? *std::move(indexes) : IndexCatalog::none();
  publish_view();
  return {};
}

Result<std::vector<Outcome>> Generation::fold(std::span<FoldRecord> records) {
  if (!is_foldable()) panic("a generation of another fold version, or one that was given up, is to be folded");
  RowBuffer rows;
  auto outcomes = fold_step(*store_, memory_, records, rows);
  if (!outcomes) return outcomes;
  forget_rows_of(records);
  RAPPORT_TRY(write(rows));
  memory_.cache.end_step();
  publish_view();
  return outcomes;
}

Result<void> Generation::resume() {
  RAPPORT_TRY(store_->resume());
  auto checkpoints = load_checkpoints(*store_);
  if (!checkpoints) return checkpoints.error();
  memory_ = empty_memory(options_);
  memory_.checkpoints = *std::move(checkpoints);
  forget_all_rows();
  return load();
}

// A large step is written as a file that the store takes: no log, no memtable, no flush. Where compaction is behind,
// the other way slows down for it; what goes wrong with a file, as on a full disk, is told by the other way, too.
Result<void> Generation::write(RowBuffer& rows) {
  const bool as_file =
      rows.size_bytes() >= options_.file_step_bytes_min && !rows.erases_ranges() && !has_many_new_files();
  if (as_file && write_as_file(rows)) return {};
  std::error_code ignored;
  if (as_file) std::filesystem::remove(step_path(), ignored);
  RowBatch batch;
  rows.move_into(batch);
  return store_->write(batch, durability_);
}

Result<void> Generation::write_as_file(RowBuffer& rows) {
  const std::filesystem::path path = step_path();
  std::error_code ignored;
  std::filesystem::remove(path, ignored);  // it may be the name of a file still that the store has taken
  store_->let_files_gather(true);
  const auto file = SortedFile::create(path, SortedFile::Packing::none);
  if (!file) return file.error();
  RAPPORT_TRY(rows.for_each_sorted([&](std::string_view key, std::optional<std::string_view> value) {
    return value ? (*file)->add(key, *value) : (*file)->erase(key);
  }));
  RAPPORT_TRY((*file)->finish());
  return store_->ingest({path});
}

bool Generation::has_many_new_files() const { return store_->newest_files() >= kNewestFilesMax; }

bool Generation::is_new() const {
  const Checkpoints& all = memory_.checkpoints;
  return all.empty() || (all.size() == 1 && all.contains(kControlPartition));
}

Result<void> Generation::take(GenerationBuilder& built, const Checkpoints& reached) {
  const bool is_new_before = is_new();
  // Where the rows stay as they are, so does what the next step says of them.
  const Checkpoints checkpoints = memory_.checkpoints;
  const DigestBuckets buckets = memory_.buckets;
  const IndexCatalog indexes = memory_.indexes;
  const auto files = finish(built, reached);
  forget_all_rows();
  memory_.cache.clear();
  if (!is_new_before) store_->let_files_gather(true);
  // A file that the store takes beside a view gets a number of its own, and is written once more to be rid of it. So
  // who asks for a view waits meanwhile; one that somebody has still is as good, and costs that.
  const std::lock_guard lock(view_mutex_);
  view_ = nullptr;
  const auto taken = files ? store_->ingest(*files) : Result<void>(files.error());
  // What the store then has is not known.
  if (files && !taken && !store_->is_full()) give_up(taken.error());
  if (!taken) {
    memory_.checkpoints = checkpoints;
    memory_.buckets = buckets;
    memory_.indexes = indexes;
  }
  view_ = newest_view();
  return taken;
}

Result<std::vector<std::filesystem::path>> Generation::finish(GenerationBuilder& built, const Checkpoints& reached) {
  RowBuffer facts;
  for (const auto& [partition, last] : reached) {
    Checkpoint& checkpoint = memory_.checkpoints[partition];
    checkpoint.offset = last.offset;
    checkpoint.record_hash = last.record_hash;
    checkpoint.recorded_at = last.recorded_at;
    if (const auto counted = built.checkpoints().find(partition); counted != built.checkpoints().end()) {
      checkpoint.add_streams(counted->second);
    }
    facts.put(checkpoint_key(partition), encode_checkpoint(checkpoint));
  }
  memory_.buckets.add(built.buckets());
  memory_.buckets.write_changed(facts);
  memory_.indexes.set_all_whole(facts);
  return built.finish(facts);
}

Result<void> Generation::flush() {
  RAPPORT_TRY(store_->flush());
  durability_ = Durability::buffered;
  return {};
}

Result<void> Generation::write_anew() const {
  RAPPORT_TRY(store_->flush());
  return store_->compact();
}

Result<void> Generation::mend(const ContactMend& mend) {
  if (given_up_) return Error{Errc::corrupt, "was given up: the whole is rebuilt"};
  if (!is_foldable()) return Error{Errc::wrong_format, "another fold version made these rows: rebuild the whole"};
  // Where the rows stay as they are, so does what the next step says of them.
  const Checkpoints checkpoints = memory_.checkpoints;
  const DigestBuckets buckets = memory_.buckets;
  if (auto written = write_mended(mend); !written) {
    memory_.checkpoints = checkpoints;
    memory_.buckets = buckets;
    return written;
  }
  publish_view();
  return {};
}

Result<void> Generation::write_mended(const ContactMend& mend) {
  ++mends_;
  RowBatch batch;
  RAPPORT_TRY(mend_contact(*store_, memory_, mend, batch));
  contact_rows_->close(view_number_);
  contact_rows_->forget(mend.contact);
  return store_->write(batch, durability_);
}

Result<bool> Generation::fill_indexes(std::size_t contacts_max) {
  if (!is_foldable() || !memory_.indexes.first_unfilled()) return false;
  RowBatch batch;
  RAPPORT_TRY(fill_index(*store_, memory_.indexes, contacts_max, batch));
  const auto written = store_->write(batch, durability_);
  if (!written) return written.error();
  publish_view();
  return memory_.indexes.first_unfilled().has_value();
}

Result<void> Generation::finish_indexes() {
  for (;;) {
    const auto more = fill_indexes();
    if (!more) return more.error();
    if (!*more) return {};
  }
}

std::shared_ptr<const View> Generation::view() const {
  const std::lock_guard lock(view_mutex_);
  return view_;
}

void Generation::forget_all_rows() {
  contact_rows_->close(view_number_);
  contact_rows_->clear();
}

void Generation::forget_rows_of(std::span<const FoldRecord> records) {
  if (!contact_rows_->close(view_number_)) return;
  for (const FoldRecord& record : records) {
    const auto* contact = std::get_if<ContactId>(&record.recorded.event.subject);
    if (contact != nullptr) contact_rows_->forget(*contact);
  }
}

std::shared_ptr<const View> Generation::newest_view() {
  return std::make_shared<const View>(store_, memory_.checkpoints, memory_.control, memory_.indexes, contact_rows_,
                                      ++view_number_);
}

void Generation::publish_view() {
  auto view = newest_view();
  const std::lock_guard lock(view_mutex_);
  view_ = std::move(view);
}

}  // namespace rapport
