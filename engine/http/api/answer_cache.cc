#include "engine/http/api/answer_cache.h"

namespace rapport {
namespace {

constexpr std::size_t kEntryBytes = 256;  // of the list, the table and the answer, beside its texts

}  // namespace

std::shared_ptr<const AnswerCache::Answer> AnswerCache::find(Question question, Digest row) {
  Shard& shard = shard_of(question.contact);
  const std::lock_guard lock(shard.mutex);
  const Kept* kept = shard.kept.find(question);
  if (kept == nullptr) return nullptr;
  if (kept->row == row) return kept->answer;
  shard.kept.erase(question);
  return nullptr;
}

void AnswerCache::keep(Question question, Digest row, Answer answer) {
  const std::size_t bytes = answer.body.size() + answer.tag.size() + kEntryBytes;
  auto kept = std::make_shared<const Answer>(std::move(answer));
  Shard& shard = shard_of(question.contact);
  const std::lock_guard lock(shard.mutex);
  shard.kept.put(question, {row, std::move(kept)}, bytes);
  shard.kept.shrink_to(shard_bytes_max_);
}

}  // namespace rapport
