#include "engine/http/api/answer_cache.h"

#include <lz4.h>

#include <optional>

namespace rapport {
namespace {

constexpr std::size_t kEntryBytes = 256;  // of the list, the table and the answer, beside its texts
constexpr std::size_t kPackedFrom = 1024;
constexpr std::size_t kRoom = 128;       // behind a body: a position
constexpr std::size_t kLargestPart = 4;  // of a shard that one answer takes, at most

// None: it is short, or hardly shorter when packed.
std::optional<std::string> packed(const std::string& body) {
  if (body.size() < kPackedFrom || body.size() > LZ4_MAX_INPUT_SIZE) return std::nullopt;
  const int size = static_cast<int>(body.size());
  std::string to(body.size() - body.size() / 8, '\0');
  const int written = LZ4_compress_default(body.data(), to.data(), size, static_cast<int>(to.size()));
  if (written <= 0) return std::nullopt;
  to.resize(static_cast<std::size_t>(written));
  to.shrink_to_fit();
  return to;
}

}  // namespace

AnswerCache::KeptAnswer::KeptAnswer(Answer answer) : body_size_(answer.body.size()), tag_(std::move(answer.tag)) {
  auto shorter = packed(answer.body);
  body_ = shorter ? *std::move(shorter) : std::move(answer.body);
}

std::string AnswerCache::KeptAnswer::body() const {
  std::string text;
  text.reserve(body_size_ + kRoom);
  if (body_.size() == body_size_) return text.append(body_);
  text.resize(body_size_);
  // Packed here, in memory: it cannot fail.
  LZ4_decompress_safe(body_.data(), text.data(), static_cast<int>(body_.size()), static_cast<int>(body_size_));
  return text;
}

std::size_t AnswerCache::KeptAnswer::bytes() const { return body_.size() + tag_.size() + kEntryBytes; }

std::shared_ptr<const AnswerCache::KeptAnswer> AnswerCache::find(Question question, Digest row) {
  Shard& shard = shard_of(question.contact);
  const std::lock_guard lock(shard.mutex);
  const Kept* kept = shard.kept.find(question);
  if (kept == nullptr) return nullptr;
  if (kept->row == row) return kept->answer;
  shard.kept.erase(question);
  return nullptr;
}

void AnswerCache::keep(Question question, Digest row, Answer answer) {
  auto kept = std::make_shared<const KeptAnswer>(std::move(answer));
  const std::size_t bytes = kept->bytes();
  if (bytes > shard_bytes_max_ / kLargestPart) return;
  Shard& shard = shard_of(question.contact);
  const std::lock_guard lock(shard.mutex);
  shard.kept.put(question, {row, std::move(kept)}, bytes);
  shard.kept.shrink_to(shard_bytes_max_);
}

}  // namespace rapport
