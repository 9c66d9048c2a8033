// Which log a command works on, as its options say.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>
#include <vector>

#include "engine/log_choice.h"

namespace rapport {

struct LogOptions {
  std::string kind = "embedded";
  std::int32_t partitions = 0;  // of a log that is made; 0: the kind's own default
  std::string brokers, topic = "rapport";
  bool create_topics = false;
  std::vector<std::string> kafka_properties;  // name=value, for librdkafka
  bool encrypt = false, in_clear = false;     // neither: a new log on Kafka is encrypted
  std::filesystem::path master_key_file;

  // Errors: invalid_argument; `field` is the option's name.
  [[nodiscard]] Result<LogChoice> choose() const;
  [[nodiscard]] Result<LogChoice> choose_kind() const;  // without what it is sealed with
  [[nodiscard]] Result<KafkaLogOptions> kafka_options() const;
};

// Errors: invalid_argument.
[[nodiscard]] Result<KafkaConnection> kafka_connection(const std::string& brokers,
                                                       const std::vector<std::string>& properties);

// --kafka-property, and beneath what it says the one that RAPPORT_KAFKA_PROPERTY holds: a password would be seen by
// every process of the machine on the command line.
void add_kafka_property_option(CLI::App& command, std::vector<std::string>& properties);

// RAPPORT_MASTER_KEY, or the file. Errors: invalid_argument.
[[nodiscard]] Result<SealOptions> seal_options(bool encrypt, const std::filesystem::path& master_key_file);
void add_master_key_option(CLI::App& command, std::filesystem::path& file);

// --log, --brokers, --topic and so on, each also as RAPPORT_<NAME> in the environment.
void add_log_options(CLI::App& command, LogOptions& options);

}  // namespace rapport
