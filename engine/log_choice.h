// Which log an engine has: the embedded one, or Kafka's.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/group/group.h"
#include "engine/log/event_log.h"
#include "engine/log/kafka_inbox.h"
#include "engine/log/kafka_log.h"
#include "engine/log/log_seal.h"

namespace rapport {

// Which log, by its kind's name, and how it is opened.
struct LogChoice {
  std::string kind = "embedded";
  // Given the directory for a log that keeps its own files.
  std::function<Result<std::unique_ptr<EventLog>>(const std::filesystem::path& directory)> open;
  // Of a log that others write to: where their events come in. Unset: there is no such way in.
  std::function<Result<std::unique_ptr<KafkaInbox>>(KafkaInbox::Handler, bool delete_moved)> open_inbox = {};
  SealOptions seal = {};
  // Of one instance of many: who they are (engine/group/). Unset: it is the only one, and folds all.
  std::optional<GroupOptions> group = std::nullopt;
};

LogChoice embedded_log(std::int32_t partition_count);
// With `<topic>.inbox`, where any Kafka client publishes.
LogChoice kafka_log(const KafkaLogOptions& options);

}  // namespace rapport
