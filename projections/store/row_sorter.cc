#include "projections/store/row_sorter.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "projections/store/key_sort.h"
#include "projections/store/row_file.h"

namespace rapport {
namespace {

constexpr std::size_t kCacheLine = 64, kRowBytesMostly = 4 * kCacheLine;
constexpr std::size_t kAskedAhead = 8;  // rows of a buffer, which in key order are each a miss of the caches

// Of keys that lead alike: short ones differ in size alone.
int compare_keys(std::string_view a, std::string_view b) {
  if (std::max(a.size(), b.size()) > sizeof(std::uint64_t)) return a.compare(b);
  return static_cast<int>(a.size()) - static_cast<int>(b.size());
}

}  // namespace

// Rows one behind the other as they stand in a file: head, key, value.
struct RowSorter::Buffer {
  struct Entry {
    std::uint32_t begin, key_size;
    std::uint64_t leading;  // KeySort's
  };
  std::string bytes;
  std::vector<Entry> entries;

  explicit Buffer(std::size_t bytes_max) { bytes.reserve(bytes_max); }

  void add(std::string_view key, std::initializer_list<std::string_view> value) {
    entries.push_back(
        {static_cast<std::uint32_t>(bytes.size()), static_cast<std::uint32_t>(key.size()), leading_number(key)});
    append_row(bytes, key, value);
  }
  RowHead head(const Entry& entry) const {
    RowHead head;
    std::memcpy(&head, bytes.data() + entry.begin, sizeof head);
    return head;
  }
  std::string_view key(const Entry& entry) const {
    return std::string_view(bytes).substr(entry.begin + sizeof(RowHead), entry.key_size);
  }
  std::string_view value(const Entry& entry) const {
    const RowHead sizes = head(entry);
    return std::string_view(bytes).substr(entry.begin + sizeof sizes + sizes.key_size, sizes.value_size);
  }
  std::size_t size_bytes() const { return bytes.size() + entries.size() * sizeof(Entry); }
  void clear() {
    bytes.clear();
    entries.clear();
  }
  void sort() {
    const auto key_of = [this](const Entry& entry) { return key(entry); };
    KeySort<Entry, decltype(key_of)>(key_of).sort_led(entries);
  }

  void ask_ahead(std::size_t index) const {
    if (index + kAskedAhead >= entries.size()) return;
    const char* const row = bytes.data() + entries[index + kAskedAhead].begin;
    for (std::size_t line = 0; line < kRowBytesMostly; line += kCacheLine) __builtin_prefetch(row + line);
  }

  Result<void> write_to(const std::filesystem::path& path) const {
    RowFileWriter file(path);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      ask_ahead(i);
      RAPPORT_TRY(file.add(std::string_view(bytes).substr(entries[i].begin, head(entries[i]).row_size())));
    }
    return file.finish();
  }
};

// The rows of one file, or of the last buffer, one after the other.
class RowSorter::Run {
 public:
  explicit Run(std::unique_ptr<Buffer> buffer) : buffer_(std::move(buffer)) {}
  explicit Run(const std::filesystem::path& path) : file_(path) {}

  // False: there is none.
  Result<bool> next() {
    if (buffer_) {
      if (at_ == buffer_->entries.size()) return false;
      buffer_->ask_ahead(at_);
      const Buffer::Entry& entry = buffer_->entries[at_++];
      key_ = buffer_->key(entry);
      value_ = buffer_->value(entry);
    } else {
      const auto more = file_->next();
      if (!more || !*more) return more;
      key_ = file_->key();
      value_ = file_->value();
    }
    leading_ = leading_number(key_);
    return true;
  }

  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }
  std::uint64_t leading_of_key() const { return leading_; }

 private:
  std::unique_ptr<Buffer> buffer_;
  std::optional<RowFileReader> file_;
  std::size_t at_ = 0;
  std::string_view key_, value_;
  std::uint64_t leading_ = 0;
};

// The rows of several runs in one order. Runs come in the order of adding: of equal keys the earlier run's come first.
class RowSorter::Merge {
 public:
  Result<void> start(std::vector<Run> runs) {
    runs_ = std::move(runs);
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      const auto more = runs_[run].next();
      if (!more) return more.error();
      if (*more) heap_.push_back(run);
    }
    std::make_heap(heap_.begin(), heap_.end(), [this](std::size_t a, std::size_t b) { return comes_later(a, b); });
    return {};
  }
  bool valid() const { return !heap_.empty(); }
  std::string_view key() const { return runs_[heap_.front()].key(); }
  std::string_view value() const { return runs_[heap_.front()].value(); }

  Result<void> next() {
    const auto more = runs_[heap_.front()].next();
    if (!more) return more.error();
    if (!*more) {
      heap_.front() = heap_.back();
      heap_.pop_back();
    }
    settle_front();
    return {};
  }

 private:
  bool comes_later(std::size_t a, std::size_t b) const {
    const Run &one = runs_[a], &other = runs_[b];
    if (one.leading_of_key() != other.leading_of_key()) return one.leading_of_key() > other.leading_of_key();
    const int order = compare_keys(one.key(), other.key());
    return order != 0 ? order > 0 : a > b;
  }
  // The front run's row is another: down to where it belongs, which mostly is where it stands.
  void settle_front() {
    for (std::size_t at = 0;;) {
      std::size_t child = 2 * at + 1;
      if (child >= heap_.size()) return;
      if (child + 1 < heap_.size() && comes_later(heap_[child], heap_[child + 1])) ++child;
      if (!comes_later(heap_[at], heap_[child])) return;
      std::swap(heap_[at], heap_[child]);
      at = child;
    }
  }

  std::vector<Run> runs_;
  std::vector<std::size_t> heap_;  // of runs that have a row, the least in front
};

RowSorter::RowSorter(std::filesystem::path directory, std::size_t buffer_bytes_max)
    : directory_(std::move(directory)),
      buffer_bytes_max_(buffer_bytes_max),
      filling_(std::make_unique<Buffer>(buffer_bytes_max)),
      merge_(std::make_unique<Merge>()) {}

RowSorter::~RowSorter() {
  if (spilling_.valid()) spilling_.wait();
  merge_.reset();
  std::error_code ignored;
  for (const auto& file : files_) std::filesystem::remove(file, ignored);
}

Result<void> RowSorter::add(std::string_view key, std::initializer_list<std::string_view> value) {
  if (filling_->size_bytes() >= buffer_bytes_max_) RAPPORT_TRY(spill());
  filling_->add(key, value);
  return {};
}

Result<void> RowSorter::wait_for_spill() {
  if (!spilling_.valid()) return {};
  auto done = spilling_.get();
  if (!done) return done.error();
  filling_ = *std::move(done);
  return {};
}

std::filesystem::path RowSorter::next_file() { return directory_ / ("run-" + std::to_string(files_begun_++)); }

Result<void> RowSorter::spill() {
  auto full = std::move(filling_);
  RAPPORT_TRY(wait_for_spill());
  if (!filling_) filling_ = std::make_unique<Buffer>(buffer_bytes_max_);
  std::error_code failed;
  std::filesystem::create_directories(directory_, failed);
  files_.push_back(next_file());
  spilling_ = std::async(std::launch::async,
                         [buffer = std::move(full), path = files_.back()]() mutable -> Result<std::unique_ptr<Buffer>> {
                           buffer->sort();
                           RAPPORT_TRY(buffer->write_to(path));
                           buffer->clear();
                           return std::move(buffer);
                         });
  return {};
}

// Every kRunsMax files become one, the first of them first, until no more than that are left.
Result<void> RowSorter::merge_files() {
  while (files_.size() > kRunsMax) {
    std::vector<std::filesystem::path> merged;
    for (std::size_t begin = 0; begin < files_.size(); begin += kRunsMax) {
      const std::size_t end = std::min(begin + kRunsMax, files_.size());
      std::vector<Run> runs;
      for (std::size_t i = begin; i < end; ++i) runs.emplace_back(files_[i]);
      Merge merge;
      RAPPORT_TRY(merge.start(std::move(runs)));
      merged.push_back(next_file());
      RAPPORT_TRY(write_rows(merge, merged.back()));
      std::error_code ignored;
      for (std::size_t i = begin; i < end; ++i) std::filesystem::remove(files_[i], ignored);
    }
    files_ = std::move(merged);
  }
  return {};
}

Result<void> RowSorter::write_rows(Merge& rows, const std::filesystem::path& path) {
  RowFileWriter file(path);
  while (rows.valid()) {
    RAPPORT_TRY(file.add(rows.key(), rows.value()));
    RAPPORT_TRY(rows.next());
  }
  return file.finish();
}

Result<void> RowSorter::finish() {
  auto last = std::move(filling_);
  RAPPORT_TRY(wait_for_spill());
  filling_.reset();
  last->sort();
  RAPPORT_TRY(merge_files());
  std::vector<Run> runs;
  for (const auto& file : files_) runs.emplace_back(file);
  runs.emplace_back(std::move(last));
  return merge_->start(std::move(runs));
}

bool RowSorter::valid() const { return merge_->valid(); }
std::string_view RowSorter::key() const { return merge_->key(); }
std::string_view RowSorter::value() const { return merge_->value(); }
Result<void> RowSorter::next() { return merge_->next(); }

}  // namespace rapport
