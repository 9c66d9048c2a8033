// What subscribers that are behind read of the log, piece by piece, shared: a thousand who come late read it once.
//
//   after ... begin [ items of one piece ] end      of use to everyone who stands at `begin` or in it
//
// Invariants:
// - A piece holds every item behind its begin, up to its end, whoever asked for it.
// - Pieces are bounded, by number, bytes and age; so are the readers, which on Kafka are a client each. One that has
//   just been opened is read from before another takes its place, however many wait: each turn gets somebody on.
#pragma once

#include <chrono>
#include <deque>
#include <memory>

#include "engine/feed/feed_reader.h"

namespace rapport {

struct FeedPiece {
  Positions begin;
  FeedItems items;
  Positions end;  // behind all of them, and behind all records that are no items
  std::size_t bytes = 0;
  std::chrono::steady_clock::time_point read_at;
};

struct FeedPiecesOptions {
  std::size_t records_max = 500;  // of a piece
  std::size_t pieces_max = 64;
  std::size_t bytes_max = 16u << 20;
  std::size_t readers_max = 4;
};

// Whether both name the same partitions: else neither is behind the other.
bool are_of_same(const Positions& a, const Positions& b);

// About what an item takes of memory.
std::size_t size_bytes(const FeedItem& item);

// One thread at a time.
class FeedPieces {
 public:
  // `log` and `folder` must outlive it.
  FeedPieces(EventLog& log, Folder& folder, const FeedPiecesOptions& options)
      : log_(log), folder_(folder), options_(options) {}

  // The piece that goes on behind `after`: its first items may stand before that. Null where nothing came, or was
  // folded, within `wait_max`, or no reader was free: ask again. Errors: FeedReader's.
  [[nodiscard]] Result<std::shared_ptr<const FeedPiece>> behind(const Positions& after,
                                                                std::chrono::milliseconds wait_max);

  // Lets go of what was read.
  void forget();
  // Of the readers, too.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  using Piece = std::shared_ptr<const FeedPiece>;
  struct Lane {
    std::unique_ptr<FeedReader> reader;
    Clock::time_point opened_at, used_at;
    bool has_given = false;
  };

  Piece find(const Positions& after) const;
  Result<Lane*> lane_at(const Positions& after);
  Result<Piece> read(Lane& lane, std::chrono::milliseconds wait_max);
  void trim();

  EventLog& log_;
  Folder& folder_;
  const FeedPiecesOptions options_;
  std::deque<Piece> kept_;  // the newest last
  std::size_t kept_bytes_ = 0;
  std::deque<Lane> lanes_;
};

}  // namespace rapport
