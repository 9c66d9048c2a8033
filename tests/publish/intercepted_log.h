// A log over another one, at which a test stands: it sees what is appended, may change it, refuse it or claim that it
// failed, and may hold the readers back.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "engine/log/event_log.h"

namespace rapport {

class InterceptedLog final : public EventLog {
 public:
  // Called on the appending thread, before the records are written; an error is the answer, and nothing is written.
  using Before = std::function<std::optional<Error>(std::vector<NewRecord>&)>;
  // Called once they are written; an error is the answer all the same.
  using After = std::function<std::optional<Error>()>;

  explicit InterceptedLog(EventLog& inner) : inner_(inner) {}

  // Set while nobody appends.
  Before before = [](std::vector<NewRecord>&) { return std::nullopt; };
  After after = [] { return std::nullopt; };

  // Readers of this log find nothing more until they are let go on.
  void hold_readers(bool held);

  EventLog& inner() { return inner_; }
  LogId id() const override { return inner_.id(); }
  std::int32_t partition_count() const override { return inner_.partition_count(); }
  void append(std::vector<NewRecord> records, AppendDone done) override;
  [[nodiscard]] Result<std::unique_ptr<LogReader>> open_reader(const Positions& after_positions) override;
  [[nodiscard]] Result<Positions> ends() override { return inner_.ends(); }
  LogHealth health() const override { return inner_.health(); }

 private:
  class Reader;

  EventLog& inner_;
  std::mutex mutex_;
  std::condition_variable let_go_;
  bool held_ = false;
  int reading_ = 0;
};

}  // namespace rapport
