#include "engine/fold/first_fold.h"

#include <filesystem>
#include <utility>

#include "events/thread_name.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

constexpr std::uint64_t kBytesOfRecord = 1'024;  // on the disk: it, sorted, and its rows

}  // namespace

std::optional<FirstFoldDue> first_fold_due(EventLog& log, const Generation& generation,
                                           const OwnedPartitions& partitions, std::uint64_t records_min) {
  if (!generation.is_new()) return std::nullopt;
  const auto ends = log.ends();
  if (!ends) return std::nullopt;
  FirstFoldDue due;
  for (const auto& [partition, end] : *ends) {
    if (!is_folded(partitions, partition)) continue;
    due.until.emplace(partition, end);
    if (partition != kControlPartition) due.records += static_cast<std::uint64_t>(end.value + 1);
  }
  if (due.records < records_min) return std::nullopt;
  std::error_code failed;
  const auto disk = std::filesystem::space(generation.build_directory().parent_path(), failed);
  if (failed || disk.available / kBytesOfRecord < due.records) return std::nullopt;
  return due;
}

FirstFold::FirstFold(EventLog& log, std::shared_ptr<Generation> generation, const FirstFoldDue& due,
                     std::function<void()> ended)
    : generation_(std::move(generation)),
      indexes_(generation_->new_streams_fold().indexes),
      refold_(log, generation_->build_directory(), {indexes_, generation_->new_streams_fold().apply_to_contact},
              [this](std::uint64_t done) {
                records_ = done;
                return !stopping_;
              }) {
  thread_ = std::thread([this, until = due.until, ended = std::move(ended)] {
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
