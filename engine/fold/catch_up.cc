#include "engine/fold/catch_up.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "events/thread_name.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

constexpr std::uint64_t kNearlyLevelShare = 8;   // of what is missing of a partition on average
constexpr std::uint64_t kBytesOfRecord = 1'024;  // on the disk: it, sorted, and its rows

std::uint64_t missing_between(Offset reached, Offset end) {
  return static_cast<std::uint64_t>(std::max(end, reached).value - reached.value);
}

bool has_room_for(std::uint64_t records, const std::filesystem::path& directory) {
  std::error_code failed;
  const auto disk = std::filesystem::space(directory, failed);
  return !failed && disk.available / kBytesOfRecord >= records;
}

}  // namespace

std::optional<CatchUpDue> catch_up_due(EventLog& log, const Generation& generation, const OwnedPartitions& partitions,
                                       std::uint64_t records_min) {
  if (generation.has_many_new_files()) return std::nullopt;
  const auto ends = log.ends();
  if (!ends) return std::nullopt;
  CatchUpDue due{.after = generation.view()->positions(), .until = {}, .is_first = generation.is_new()};
  for (const auto& [partition, end] : *ends) {
    if (!is_folded(partitions, partition)) continue;
    due.until.emplace(partition, end);
    if (partition == kControlPartition) continue;
    due.records += missing_between(offset_in(due.after, partition), end);
  }
  if (due.records < records_min) return std::nullopt;
  if (!has_room_for(due.records, generation.build_directory().parent_path())) return std::nullopt;
  return due;
}

bool is_far_behind(const Positions& reached, const Positions& ends, const OwnedPartitions& partitions,
                   std::uint64_t records_min) {
  std::uint64_t missing = 0, least = std::numeric_limits<std::uint64_t>::max(), count = 0;
  for (const auto& [partition, offset] : reached) {
    const Offset end = offset_in(ends, partition);
    if (partition == kControlPartition || end < Offset{0} || !is_folded(partitions, partition)) continue;
    const std::uint64_t lag = missing_between(offset, end);
    missing += lag;
    least = std::min(least, lag);
    ++count;
  }
  return missing >= std::max<std::uint64_t>(records_min, 1) && least >= missing / count / kNearlyLevelShare;
}

std::string notice_of(const CatchUpDue& due) {
  return (due.is_first ? "nothing was folded yet: reads show the log's " : "far behind: reads show ") +
         std::to_string(due.records) + " records once all of them are folded";
}

CatchUp::CatchUp(EventLog& log, std::shared_ptr<Generation> generation, const CatchUpDue& due,
                 std::function<void()> ended)
    : generation_(std::move(generation)),
      indexes_(generation_->streams_fold().indexes),
      mends_(generation_->mends()),
      refold_(log, generation_->build_directory(),
              {indexes_, generation_->streams_fold().apply_to_contact, generation_->streams_fold().onto},
              [this](std::uint64_t done) {
                records_ = done;
                return !stopping_;
              }) {
  thread_ = std::thread([this, due, ended = std::move(ended)] {
    name_thread("catch up");
    give_way_to_answers();
    try {
      if (auto built = refold_.build(due.after, due.until); !built) error_ = built.error();
    } catch (const std::exception& e) {
      error_ = Error{Errc::internal, std::string("a catch-up threw: ") + e.what()};
    }
    if (stopping_) return;
    ended_ = true;
    ended();
  });
}

CatchUp::~CatchUp() {
  stopping_ = true;
  thread_.join();
}

Result<void> CatchUp::built_for(const Generation& live) const {
  if (error_) return *error_;
  if (&live != generation_.get()) return Error{Errc::overloaded, "other rows came meanwhile"};
  if (live.mends() != mends_) return Error{Errc::overloaded, "a contact was mended meanwhile"};
  // One that was dropped and is kept again has no rows of contacts that did not change meanwhile.
  if (live.streams_fold().indexes.kept() != indexes_.kept() || !live.has_whole_indexes()) {
    return Error{Errc::overloaded, "attributes were declared meanwhile"};
  }
  return {};
}

Result<void> CatchUp::hand_over() { return refold_.hand_over(*generation_); }

}  // namespace rapport
