#include "engine/feed/feed_pieces.h"

#include <algorithm>

namespace rapport {
namespace {

constexpr std::chrono::seconds kUnusedMax{10};          // of a piece since it was read, and of a reader
constexpr std::chrono::seconds kFirstPiecePatience{2};  // of a reader that has not given anything yet

}  // namespace

bool are_of_same(const Positions& a, const Positions& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& one, const auto& other) { return one.first == other.first; });
}

std::size_t size_bytes(const FeedItem& item) { return sizeof(FeedItem) + 3 * item.entry.row.data.size(); }

Result<FeedPieces::Piece> FeedPieces::behind(const Positions& after, std::chrono::milliseconds wait_max) {
  trim();
  if (Piece known = find(after)) return known;
  const auto lane = lane_at(after);
  if (!lane) return lane.error();
  if (*lane != nullptr) return read(**lane, wait_max);
  // Meanwhile somebody else's: the one that has waited longest for its first piece.
  const auto oldest = std::min_element(lanes_.begin(), lanes_.end(),
                                       [](const Lane& a, const Lane& b) { return a.opened_at < b.opened_at; });
  (void)read(*oldest, wait_max).has_value();  // its error is told to whoever stands there, when it is their turn
  return Piece();
}

// The newest that fits: it leads furthest.
FeedPieces::Piece FeedPieces::find(const Positions& after) const {
  const auto found = std::find_if(kept_.rbegin(), kept_.rend(), [&](const Piece& piece) {
    return are_of_same(after, piece->begin) && covers(after, piece->begin) && !covers(after, piece->end);
  });
  return found == kept_.rend() ? nullptr : *found;
}

// Null: every reader is waited for by somebody.
Result<FeedPieces::Lane*> FeedPieces::lane_at(const Positions& after) {
  const auto now = Clock::now();
  for (Lane& lane : lanes_) {
    if (lane.reader->positions() != after) continue;
    lane.used_at = now;
    return &lane;
  }
  if (lanes_.size() >= options_.readers_max) {
    auto free = lanes_.end();
    for (auto lane = lanes_.begin(); lane != lanes_.end(); ++lane) {
      const bool is_free = lane->has_given || now - lane->opened_at > kFirstPiecePatience;
      if (is_free && (free == lanes_.end() || lane->used_at < free->used_at)) free = lane;
    }
    if (free == lanes_.end()) return nullptr;
    lanes_.erase(free);
  }
  auto reader = FeedReader::open(log_, folder_, after);
  if (!reader) return reader.error();
  return &lanes_.emplace_back(Lane{*std::move(reader), now, now});
}

Result<FeedPieces::Piece> FeedPieces::read(Lane& lane, std::chrono::milliseconds wait_max) {
  FeedPiece piece{.begin = lane.reader->positions(), .read_at = Clock::now()};
  auto items = lane.reader->read(options_.records_max, wait_max);
  if (!items) {
    const auto failed = std::find_if(lanes_.begin(), lanes_.end(), [&](const Lane& other) { return &other == &lane; });
    lanes_.erase(failed);
    return items.error();
  }
  piece.items = *std::move(items);
  piece.end = lane.reader->positions();
  if (piece.end == piece.begin) return Piece();
  lane.has_given = true;
  for (const auto& item : piece.items) piece.bytes += size_bytes(*item);
  kept_.push_back(std::make_shared<const FeedPiece>(std::move(piece)));
  kept_bytes_ += kept_.back()->bytes;
  return kept_.back();
}

void FeedPieces::trim() {
  const auto too_old = Clock::now() - kUnusedMax;
  while (!kept_.empty() &&
         (kept_.size() > options_.pieces_max || kept_bytes_ > options_.bytes_max || kept_.front()->read_at < too_old)) {
    kept_bytes_ -= kept_.front()->bytes;
    kept_.pop_front();
  }
  std::erase_if(lanes_, [&](const Lane& lane) { return lane.used_at < too_old; });
}

void FeedPieces::forget() {
  kept_.clear();
  kept_bytes_ = 0;
}

void FeedPieces::close() {
  forget();
  lanes_.clear();
}

}  // namespace rapport
