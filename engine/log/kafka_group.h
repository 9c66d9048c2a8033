// A membership of a Kafka consumer group: which partitions of the log are this member's, and who has the others. Kafka
// detects failures, agrees and assigns; here it is only listened to.
//
// Invariants:
// - Nothing is read through the group, and no offset committed: whoever owns a partition reads it by a KafkaReader,
//   from its own checkpoint.
// - Membership is static: its name in the group is made of its address, so a member that restarts within the session
//   timeout has its partitions again, and nothing moves. A second one with that name fences the first, which stays out
//   until nobody else of that name has been in the group for a session timeout: a join of our own that the broker did
//   twice, because its answer was slow, or has lost again, fences, too, and would leave nobody.
// - A member that the broker does not have, and tells nothing, for two session timeouts joins anew.
// - What it says of others is the broker's own view of the group, while that is settled. Its members' client ids are
//   their addresses.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/log/kafka_connection.h"
#include "events/position.h"
#include "events/result.h"

namespace rapport {

struct KafkaGroupOptions {
  KafkaConnection connection;
  std::string topic;    // of the log
  std::string group;    // its name
  std::string address;  // "host:port", where other members reach this one
  std::chrono::milliseconds session_timeout{6'000};
  std::chrono::milliseconds describe_interval{500};
};

struct GroupMember {
  std::string address;
  std::set<Partition> partitions;

  friend bool operator==(const GroupMember&, const GroupMember&) = default;
};

class KafkaGroup {
 public:
  // These are ours from now on, and no others. On the group's own thread, which does nothing else meanwhile; called
  // again, after a moment, where it fails.
  using Assigned = std::function<Result<void>(const std::set<Partition>& partitions)>;

  // Joins in the background. Errors: invalid_argument (a property, a name), log_unavailable.
  [[nodiscard]] static Result<std::unique_ptr<KafkaGroup>> open(const KafkaGroupOptions& options, Assigned assigned);
  // Its partitions stay its own until the session timeout.
  ~KafkaGroup();

  // When the group was settled last. Thread-safe.
  std::vector<GroupMember> members() const;
  // Whether the broker has said within the session timeout that we are a member. Time passes for it while the process
  // is stopped. Thread-safe.
  bool is_confirmed() const;
  // What keeps us from being one. Thread-safe.
  std::optional<Error> error() const;

 private:
  struct Impl;
  explicit KafkaGroup(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
