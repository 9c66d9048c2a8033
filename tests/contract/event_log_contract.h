// What every EventLog promises, as one suite: each implementation instantiates it with a maker of its own logs
// (INSTANTIATE_TEST_SUITE_P), and adds tests of its own only for what the others cannot meet.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "engine/log/event_log.h"

namespace rapport {

struct LogShape {
  std::int32_t partition_count = 4;
  std::size_t queue_bytes_max = 64u << 20;
};

// Makes logs of one implementation, and keeps what they stand on (a directory, topics) as long as it lives.
class LogMaker {
 public:
  virtual ~LogMaker() = default;
  // A new log, with no record but log.opened.
  virtual Result<std::unique_ptr<EventLog>> make(const LogShape& shape) = 0;
  // The log that was made last, which has been closed.
  virtual Result<std::unique_ptr<EventLog>> reopen() = 0;
};

using MakeLogMaker = std::function<std::unique_ptr<LogMaker>()>;

class EventLogContract : public testing::TestWithParam<MakeLogMaker> {
 protected:
  void SetUp() override { maker_ = GetParam()(); }

  // Makes log_; the test fails where that does.
  void make(const LogShape& shape = {});
  void reopen();

  std::unique_ptr<LogMaker> maker_;
  std::unique_ptr<EventLog> log_;
};

}  // namespace rapport
