#include "engine/log/embedded_log.h"
#include "tests/contract/event_log_contract.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class EmbeddedLogMaker final : public LogMaker {
 public:
  Result<std::unique_ptr<EventLog>> make(const LogShape& shape) override {
    options_ = {.directory = directory_.path() / std::to_string(++made_),
                .partition_count = shape.partition_count,
                .queue_bytes_max = shape.queue_bytes_max};
    return reopen();
  }

  Result<std::unique_ptr<EventLog>> reopen() override {
    auto log = EmbeddedLog::open(options_);
    if (!log) return log.error();
    return std::unique_ptr<EventLog>(*std::move(log));
  }

 private:
  TemporaryDirectory directory_;
  EmbeddedLogOptions options_;
  int made_ = 0;
};

INSTANTIATE_TEST_SUITE_P(EmbeddedLog, EventLogContract,
                         testing::Values([] { return std::make_unique<EmbeddedLogMaker>(); }));

}  // namespace
}  // namespace rapport
