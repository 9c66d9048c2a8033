// Answers about a contact that were given lately, each with the digest of the contact's row that it was made from.
// While that is its row nothing of it has changed, its timeline included: the row counts its events and sums up their
// hashes.
//
// Invariants:
// - An answer is found only with the row that it was made from, so nothing has to be dropped when a contact changes.
// - It holds at most about `bytes_max`; what nobody asked for lately goes first. A long body is packed (LZ4): a page of
//   a timeline to two fifths of itself, for a microsecond when it is read.
// Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "events/ids.h"
#include "projections/digest.h"
#include "projections/lru_map.h"

namespace rapport {

inline constexpr std::size_t kAnswersBytesDefault = 64u << 20;

class AnswerCache {
 public:
  // What was asked of a contact.
  struct Question {
    ContactId contact;
    std::size_t newest_events = 0;  // a page of its timeline; 0: the contact itself

    friend bool operator==(const Question&, const Question&) = default;
  };
  struct Answer {
    std::string body, tag;
  };
  class KeptAnswer {
   public:
    explicit KeptAnswer(Answer answer);

    std::string body() const;  // with room for some more
    const std::string& tag() const { return tag_; }
    std::size_t bytes() const;  // that it needs, about

   private:
    std::size_t body_size_;
    std::string body_;  // packed where it is shorter than body_size_
    std::string tag_;
  };

  explicit AnswerCache(std::size_t bytes_max) : shard_bytes_max_(bytes_max / kShards) {}

  // Null: there is none, or it is of another row.
  std::shared_ptr<const KeptAnswer> find(Question question, Digest row);
  void keep(Question question, Digest row, Answer answer);

 private:
  static constexpr std::size_t kShards = 64;

  struct Hash {
    std::size_t operator()(const Question& question) const noexcept {
      return std::hash<ContactId>()(question.contact) * 31 + question.newest_events;
    }
  };
  struct Kept {
    Digest row;
    std::shared_ptr<const KeptAnswer> answer;
  };
  struct Shard {
    std::mutex mutex;
    LruMap<Question, Kept, Hash> kept;
  };
  Shard& shard_of(ContactId contact) { return shards_[contact.value % kShards]; }

  const std::size_t shard_bytes_max_;
  std::array<Shard, kShards> shards_;
};

}  // namespace rapport
