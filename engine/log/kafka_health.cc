#include "engine/log/kafka_health.h"

namespace rapport {

void KafkaHealth::broker_answers() {
  const std::lock_guard lock(mutex_);
  error_.reset();
}

void KafkaHealth::broker_fails(Error error) {
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);
}

void KafkaHealth::append_succeeded(Partition partition) {
  const std::lock_guard lock(mutex_);
  error_.reset();
  if (!failed_appends_.empty()) failed_appends_.erase(partition);
}

void KafkaHealth::append_failed(Partition partition, Error error) {
  const std::lock_guard lock(mutex_);
  failed_appends_.insert_or_assign(partition, std::move(error));
}

std::optional<Error> KafkaHealth::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

LogHealth KafkaHealth::now() const {
  const std::lock_guard lock(mutex_);
  LogHealth health{error_, {}};
  for (const auto& [partition, error] : failed_appends_) health.partitions.push_back({partition, error});
  return health;
}

}  // namespace rapport
