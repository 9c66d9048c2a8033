#include "engine/fold/first_fold.h"

#include <filesystem>
#include <utility>

#include "events/thread_name.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

constexpr std::uint64_t kBytesOfRecord = 1'024;  // on the disk: it, sorted, and its rows

Positions of_streams(Positions positions) {
  positions.erase(kControlPartition);
  return positions;
}

// At most: a log may begin behind the first offset.
std::uint64_t records_in(const Positions& ends) {
  std::uint64_t records = 0;
  for (const auto& [partition, end] : ends) records += static_cast<std::uint64_t>(end.value + 1);
  return records;
}

}  // namespace

std::optional<Positions> first_fold_due(EventLog& log, const Generation& generation, const OwnedPartitions& partitions,
                                        std::uint64_t records_min) {
  if (!generation.is_new()) return std::nullopt;
  auto ends = log.ends();
  if (!ends) return std::nullopt;
  std::erase_if(*ends, [&](const auto& end) { return !is_folded(partitions, end.first); });
  const std::uint64_t records = records_in(of_streams(*ends));
  if (records < records_min) return std::nullopt;
  std::error_code failed;
  const auto disk = std::filesystem::space(generation.build_directory().parent_path(), failed);
  if (failed || disk.available / kBytesOfRecord < records) return std::nullopt;
  return *std::move(ends);
}

FirstFold::FirstFold(EventLog& log, std::shared_ptr<Generation> generation, const Positions& until,
                     std::function<void()> ended)
    : generation_(std::move(generation)),
      indexes_(generation_->new_streams_fold().indexes),
      total_(records_in(of_streams(until))),
      refold_(log, generation_->build_directory(), {indexes_, generation_->new_streams_fold().apply_to_contact},
              [this](std::uint64_t done) {
                records_ = done;
                return !stopping_;
              }) {
  thread_ = std::thread([this, until = of_streams(until), ended = std::move(ended)] {
    name_thread("first fold");
    give_way_to_answers();
    try {
      if (auto built = refold_.build(until); !built) error_ = built.error();
    } catch (const std::exception& e) {
      error_ = Error{Errc::internal, std::string("the first fold threw: ") + e.what()};
    }
    if (stopping_) return;
    ended_ = true;
    ended();
  });
}

FirstFold::~FirstFold() {
  stopping_ = true;
  thread_.join();
}

Result<void> FirstFold::built_for(const Generation& live) const {
  if (error_) return *error_;
  if (&live != generation_.get() || !live.is_new()) return Error{Errc::overloaded, "other rows came meanwhile"};
  if (live.new_streams_fold().indexes.kept() != indexes_.kept()) {
    return Error{Errc::overloaded, "attributes were declared meanwhile"};
  }
  return {};
}

Result<void> FirstFold::hand_over() { return refold_.hand_over(*generation_); }

}  // namespace rapport
