// This engine among those that share its log: what it owns and folds, and who owns the rest.
//
//   Kafka's group --- assigned ---> Folder::own     (what is ours: folded from its own checkpoint)
//                 \-- members ----> owner_of        (what is others': asked over MemberCalls)
//
// Invariants: a partition counts as ours once it is folded here. Ownership is no lock: it says who answers
// (docs/adr/0009).
// Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "engine/fold/folder.h"
#include "engine/group/member_calls.h"
#include "engine/log/event_log.h"
#include "engine/log/kafka_group.h"

namespace rapport {

inline constexpr std::size_t kGroupKeySizeMin = 32;

struct GroupOptions {
  KafkaGroupOptions membership;
  std::string key;   // that members show each other
  bool tls = false;  // they are reached by https
};

struct GroupStatus {
  std::string name, address;
  bool confirmed = false;
  std::vector<GroupMember> members;
  std::optional<Error> error;
};

class Group {
 public:
  // Joins in the background. The folder starts with no partitions. Both outlive it. Errors: invalid_argument (an
  // option; or the log is encrypted with keys that members do not share), log_unavailable.
  [[nodiscard]] static Result<std::unique_ptr<Group>> open(const GroupOptions& options, EventLog& log, Folder& folder);
  ~Group();

  // Lets go of the folder and ends all calls.
  void leave();

  const std::string& address() const { return options_.membership.address; }
  std::int32_t partition_count() const { return log_.partition_count(); }
  bool owns(Partition partition) const;
  // Ours, and folded up to where it was when it became ours: what is found in its rows is not older than what whoever
  // had it before has answered.
  bool is_level(Partition partition) const;
  // Of a partition that is level while the broker confirms us: a number that is another one each time that it becomes
  // ours. Absent: what is asked of it is another one's to answer.
  std::optional<std::uint64_t> tenure(Partition partition) const;
  std::set<Partition> owned() const;
  // Each owned partition, and where the log ended in it when it became ours: what was acknowledged before stands there.
  Positions floor() const;
  // Folds partitions that are not ours as far as the log holds them now, and does not answer for them: for rows that
  // were left here and are to be what the log says. Blocks. Errors: unreachable (partitions moved meanwhile: do it
  // again), those of Folder::own.
  [[nodiscard]] Result<void> catch_up(const std::set<Partition>& partitions);
  // The address of another member. Errors: unreachable: nobody, as far as the broker says; or it is to be us, but is
  // not folded here yet.
  [[nodiscard]] Result<std::string> owner_of(Partition partition) const;
  // The broker has said lately that we are a member: else others may own what we think is ours.
  bool is_confirmed() const;
  // Whether the text is the group's key. In constant time.
  bool is_key(std::string_view text) const;
  MemberCalls& calls() { return calls_; }
  GroupStatus status() const;

 private:
  Group(const GroupOptions& options, EventLog& log, Folder& folder)
      : options_(options), log_(log), folder_(folder), calls_({.key = options.key, .tls = options.tls}) {}
  Result<void> take(const std::set<Partition>& partitions);
  void watch(const std::stop_token& stop);
  bool is_stopping() const;

  const GroupOptions options_;
  EventLog& log_;
  Folder& folder_;
  MemberCalls calls_;
  std::mutex moving_;  // what is folded
  mutable std::mutex mutex_;
  bool stopping_ = false;
  Positions owned_;                    // and the floor of each
  mutable std::set<Partition> level_;  // of them, those known to be
  std::map<Partition, std::uint64_t> tenures_;
  std::uint64_t takes_ = 0;
  std::unique_ptr<KafkaGroup> membership_;
  std::jthread watcher_;  // last: it ends before what it uses
};

}  // namespace rapport
