#include "projections/generation_builder.h"

#include "projections/key_layout.h"

namespace rapport {
namespace {

constexpr std::uint64_t kFileBytes = 64u << 20;
constexpr std::size_t kSortBufferBytes = 32u << 20;

}  // namespace

GenerationBuilder::GenerationBuilder(std::filesystem::path directory)
    : directory_(std::move(directory)), unsorted_(directory_, kSortBufferBytes) {}

GenerationBuilder::~GenerationBuilder() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<void> GenerationBuilder::add(NewStreams& streams) {
  for (const auto& [partition, counted] : streams.checkpoints) checkpoints_[partition].add_streams(counted);
  buckets_.add(streams.buckets);
  return streams.rows.drain([this](std::string_view key, std::string_view value) {
    return RowBuffer::is_kept_in_order(key.front()) ? write(key, value) : unsorted_.add(key, value);
  });
}

Result<void> GenerationBuilder::write(std::string_view key, std::string_view value) {
  auto& file = files_[key.front()];
  if (!file) {
    std::error_code failed;
    std::filesystem::create_directories(directory_, failed);
    auto begun = SortedFile::create(directory_ / (std::to_string(files_begun_++) + ".rows"));
    if (!begun) return begun.error();
    file = *std::move(begun);
  }
  RAPPORT_TRY(file->add(key, value));
  return file->size_bytes() < kFileBytes ? Result<void>() : finish_file(key.front());
}

Result<void> GenerationBuilder::finish_file(char kind) {
  const auto file = std::move(files_.at(kind));
  files_.erase(kind);
  RAPPORT_TRY(file->finish());
  finished_.push_back(file->path());
  return {};
}

Result<std::vector<std::filesystem::path>> GenerationBuilder::finish(RowBuffer& facts) {
  RAPPORT_TRY(unsorted_.finish());
  while (unsorted_.valid()) {
    RAPPORT_TRY(write(unsorted_.key(), unsorted_.value()));
    RAPPORT_TRY(unsorted_.next());
  }
  RAPPORT_TRY(facts.drain([this](std::string_view key, std::string_view value) { return write(key, value); }));
  while (!files_.empty()) RAPPORT_TRY(finish_file(files_.begin()->first));
  return finished_;
}

}  // namespace rapport
