#include "projections/store/row_sorter.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "projections/store/key_sort.h"

namespace rapport {
namespace {

constexpr std::size_t kFileBufferBytes = 256u << 10;

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

File open_file(const std::filesystem::path& path, const char* mode) {
  File file(std::fopen(path.c_str(), mode));
  if (file) (void)std::setvbuf(file.get(), nullptr, _IOFBF, kFileBufferBytes);
  return file;
}

Error file_error(const std::filesystem::path& path) {
  return {Errc::storage_failed, std::strerror(errno), path.string()};
}

Error cut_short(const std::filesystem::path& path) {
  return {Errc::storage_failed, "ends in the middle of a row, or cannot be read", path.string()};
}

struct RowHead {
  std::uint32_t key_size, value_size;
};

void append_row(std::string& out, std::string_view key, std::string_view value) {
  const RowHead head{static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size())};
  out.append(reinterpret_cast<const char*>(&head), sizeof head).append(key).append(value);
}

// Of keys that lead alike: short ones differ in size alone.
int compare_keys(std::string_view a, std::string_view b) {
  if (std::max(a.size(), b.size()) > sizeof(std::uint64_t)) return a.compare(b);
  return static_cast<int>(a.size()) - static_cast<int>(b.size());
}

}  // namespace

// Rows one behind the other as they stand in a file: head, key, value.
struct RowSorter::Buffer {
  struct Entry {
    std::size_t begin;
    std::uint64_t leading;  // KeySort's
  };
  std::string bytes;
  std::vector<Entry> entries;

  void add(std::string_view key, std::string_view value) {
    entries.push_back({bytes.size(), 0});
    append_row(bytes, key, value);
  }
  RowHead head(const Entry& entry) const {
    RowHead head;
    std::memcpy(&head, bytes.data() + entry.begin, sizeof head);
    return head;
  }
  std::string_view key(const Entry& entry) const {
    return std::string_view(bytes).substr(entry.begin + sizeof(RowHead), head(entry).key_size);
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
    KeySort<Entry, decltype(key_of)>(key_of).sort(entries);
  }

  Result<void> write_to(const std::filesystem::path& path) const {
    const File file = open_file(path, "wb");
    if (!file) return file_error(path);
    for (const Entry& entry : entries) {
      const RowHead sizes = head(entry);
      const std::size_t row_size = sizeof sizes + sizes.key_size + sizes.value_size;
      if (std::fwrite(bytes.data() + entry.begin, row_size, 1, file.get()) != 1) return file_error(path);
    }
    if (std::fflush(file.get()) != 0) return file_error(path);
    return {};
  }
};

// The rows of one file, or of the last buffer, one after the other.
class RowSorter::Run {
 public:
  explicit Run(std::unique_ptr<Buffer> buffer) : buffer_(std::move(buffer)) {}
  explicit Run(std::filesystem::path path) : path_(std::move(path)), file_(open_file(path_, "rb")) {}

  // False: there is none.
  Result<bool> next() {
    if (buffer_) {
      if (at_ == buffer_->entries.size()) return false;
      const Buffer::Entry& entry = buffer_->entries[at_++];
      key_ = buffer_->key(entry);
      value_ = buffer_->value(entry);
      leading_ = leading_number(key_);
      return true;
    }
    if (!file_) return file_error(path_);
    RowHead head;
    const std::size_t head_size = std::fread(&head, 1, sizeof head, file_.get());
    if (head_size == 0 && std::feof(file_.get()) != 0) return false;
    if (head_size != sizeof head) return cut_short(path_);
    row_.resize(head.key_size + head.value_size);
    if (std::fread(row_.data(), row_.size(), 1, file_.get()) != 1) return cut_short(path_);
    key_ = std::string_view(row_).substr(0, head.key_size);
    value_ = std::string_view(row_).substr(head.key_size);
    leading_ = leading_number(key_);
    return true;
  }

  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }
  std::uint64_t leading_of_key() const { return leading_; }

 private:
  std::unique_ptr<Buffer> buffer_;
  std::filesystem::path path_;
  File file_;
  std::size_t at_ = 0;
  std::string row_;
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
      filling_(std::make_unique<Buffer>()),
      merge_(std::make_unique<Merge>()) {}

RowSorter::~RowSorter() {
  if (spilling_.valid()) spilling_.wait();
  merge_.reset();
  std::error_code ignored;
  for (const auto& file : files_) std::filesystem::remove(file, ignored);
}

Result<void> RowSorter::add(std::string_view key, std::string_view value) {
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
  if (!filling_) filling_ = std::make_unique<Buffer>();
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
  const File file = open_file(path, "wb");
  if (!file) return file_error(path);
  for (std::string row; rows.valid(); row.clear()) {
    append_row(row, rows.key(), rows.value());
    if (std::fwrite(row.data(), row.size(), 1, file.get()) != 1) return file_error(path);
    RAPPORT_TRY(rows.next());
  }
  if (std::fflush(file.get()) != 0) return file_error(path);
  return {};
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
