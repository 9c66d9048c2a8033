#include "engine/http/api/answer_cache.h"

namespace rapport {
namespace {

constexpr std::size_t kEntryBytes = 256;  // of the list, the table and the answer, beside its texts

}  // namespace

std::size_t AnswerCache::Kept::bytes() const { return answer->body.size() + answer->tag.size() + kEntryBytes; }

void AnswerCache::Shard::drop(List::iterator it) {
  bytes -= it->bytes();
  by_question.erase(it->question);
  kept.erase(it);
}

std::shared_ptr<const AnswerCache::Answer> AnswerCache::find(Question question, Digest row) {
  Shard& shard = shard_of(question.contact);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_question.find(question);
  if (found == shard.by_question.end()) return nullptr;
  if (found->second->row != row) {
    shard.drop(found->second);
    return nullptr;
  }
  shard.kept.splice(shard.kept.begin(), shard.kept, found->second);
  return found->second->answer;
}

void AnswerCache::keep(Question question, Digest row, Answer answer) {
  Kept kept{question, row, std::make_shared<const Answer>(std::move(answer))};
  Shard& shard = shard_of(question.contact);
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.by_question.find(question); found != shard.by_question.end()) {
    shard.drop(found->second);
  }
  shard.bytes += kept.bytes();
  shard.kept.push_front(std::move(kept));
  shard.by_question.emplace(question, shard.kept.begin());
  while (shard.bytes > shard_bytes_max_) shard.drop(std::prev(shard.kept.end()));
}

}  // namespace rapport
