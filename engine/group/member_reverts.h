// Pieces of a revert, of partitions that other members own: asked of each by JSON. What goes each way stands in
// encode_step() and encode_piece(); both sides of it are here, so that they agree.
//
//   POST /v1/member/reverts   {"id":"revert-01J...","partition":3,"from":0,"source":"import/b",...}
//                          -> {"partition":3,"counts":{"rows":812,...},"told":[...],"next":null}
//
// Invariants: an answer is one of the partition that was asked for, whose owner had it for the whole of the piece.
#pragma once

#include <string>
#include <string_view>

#include "engine/group/group.h"
#include "engine/revert/partition_owners.h"

namespace rapport {

inline constexpr std::string_view kMemberRevertsPath = "/v1/member/reverts";

std::string encode_step(const RevertStep& step);
std::string encode_piece(Partition partition, const RevertPiece& piece);
// Errors of both: invalid_argument: it is no such text; decode_piece's also where it is of another partition.
[[nodiscard]] Result<RevertStep> decode_step(std::string_view text);
[[nodiscard]] Result<RevertPiece> decode_piece(std::string_view text, Partition partition);

class MemberReverts final : public PartitionOwners {
 public:
  // It outlives this.
  explicit MemberReverts(Group& group) : group_(group) {}

  std::optional<std::uint64_t> tenure(Partition partition) const override { return group_.tenure(partition); }
  Result<RevertPiece> ask(const RevertStep& step) override;

 private:
  Group& group_;
};

}  // namespace rapport
