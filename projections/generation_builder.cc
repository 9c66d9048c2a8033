#include "projections/generation_builder.h"

#include <future>
#include <limits>

#include "projections/index_key.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

constexpr std::uint64_t kFileBytes = 64u << 20;
constexpr std::size_t kSortBufferBytes = 8u << 20;
constexpr std::string_view kIsThere = "+", kIsGone = "-";  // before the value, while it is sorted

std::uint64_t file_bytes_max(bool beside_others) {
  return beside_others ? std::numeric_limits<std::uint64_t>::max() : kFileBytes;
}

using Paths = std::vector<std::filesystem::path>;

}  // namespace

GenerationBuilder::GenerationBuilder(std::filesystem::path directory, bool beside_others)
    : directory_(std::move(directory)),
      files_(directory_, "rows", file_bytes_max(beside_others)),
      words_{RowSorter(directory_ / "words", kSortBufferBytes),
             Files(directory_, "words", file_bytes_max(beside_others))},
      others_{RowSorter(directory_ / "others", kSortBufferBytes),
              Files(directory_, "others", file_bytes_max(beside_others))} {}

GenerationBuilder::~GenerationBuilder() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<void> GenerationBuilder::add(FoldedStreams& streams) {
  for (const auto& [partition, counted] : streams.checkpoints) checkpoints_[partition].add_streams(counted);
  buckets_.add(streams.buckets);
  return streams.rows.drain(
      [this, word = index_key(IndexLetter::words)](std::string_view key, std::optional<std::string_view> value) {
        if (RowBuffer::is_kept_in_order(key.front())) return files_.write(key, value);
        return (key.starts_with(word) ? words_ : others_).add(key, value);
      });
}

Result<void> GenerationBuilder::finish_streams() {
  auto finishing_words = std::async(std::launch::async, [this] { return words_.finish(); });
  // A finished file is on the disk, which is waited for beside the others.
  auto finishing_files = std::async(std::launch::async, [this] { return files_.finish(); });
  const auto others = others_.finish(), words = finishing_words.get(), files = finishing_files.get();
  for (const auto* paths : {&others, &words, &files}) {
    if (!*paths) return paths->error();
    of_streams_.insert(of_streams_.end(), (*paths)->begin(), (*paths)->end());
  }
  return {};
}

Result<Paths> GenerationBuilder::finish(RowBuffer& facts) {
  RAPPORT_TRY(facts.drain(
      [this](std::string_view key, std::optional<std::string_view> value) { return files_.write(key, value); }));
  auto paths = files_.finish();
  if (paths) paths->insert(paths->end(), of_streams_.begin(), of_streams_.end());
  return paths;
}

Result<void> GenerationBuilder::Unsorted::add(std::string_view key, std::optional<std::string_view> value) {
  return value ? sorter.add(key, {kIsThere, *value}) : sorter.add(key, kIsGone);
}

Result<Paths> GenerationBuilder::Unsorted::finish() {
  RAPPORT_TRY(sorter.finish());
  while (sorter.valid()) {
    const std::string_view value = sorter.value();
    const bool is_put = value.starts_with(kIsThere);
    RAPPORT_TRY(files.write(sorter.key(), is_put ? std::optional(value.substr(kIsThere.size())) : std::nullopt));
    RAPPORT_TRY(sorter.next());
  }
  return files.finish();
}

Result<void> GenerationBuilder::Files::write(std::string_view key, std::optional<std::string_view> value) {
  auto& file = open_[key.front()];
  if (!file) {
    std::error_code failed;
    std::filesystem::create_directories(directory_, failed);
    auto begun = SortedFile::create(directory_ / (name_ + std::to_string(begun_++)));
    if (!begun) return begun.error();
    file = *std::move(begun);
  }
  RAPPORT_TRY(value ? file->add(key, *value) : file->erase(key));
  return file->size_bytes() < file_bytes_max_ ? Result<void>() : finish_file(key.front());
}

Result<void> GenerationBuilder::Files::finish_file(char kind) {
  const auto file = std::move(open_.at(kind));
  open_.erase(kind);
  RAPPORT_TRY(file->finish());
  finished_.push_back(file->path());
  return {};
}

Result<Paths> GenerationBuilder::Files::finish() {
  while (!open_.empty()) RAPPORT_TRY(finish_file(open_.begin()->first));
  return std::move(finished_);
}

}  // namespace rapport
