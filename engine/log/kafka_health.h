// What is known to be wrong with a cluster: written by whoever asks it something, read by operators.
//
// Invariants: an error stands until the same thing succeeds. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "engine/log/event_log.h"

namespace rapport {

class KafkaHealth {
 public:
  void broker_answers();
  void broker_fails(Error error);
  // A delivery is an answer too.
  void append_succeeded(Partition partition);
  void append_failed(Partition partition, Error error);

  std::optional<Error> error() const;
  LogHealth now() const;

 private:
  mutable std::mutex mutex_;
  std::optional<Error> error_;
  std::map<Partition, Error> failed_appends_;
};

}  // namespace rapport
