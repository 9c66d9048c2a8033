#include "engine/log/kafka_topics.h"

#include <array>
#include <charconv>
#include <map>
#include <thread>
#include <vector>

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

struct Setting {
  const char* name;
  const char* value;
};

// What keeps a log's records for ever, as they were written, with the broker's own time.
constexpr std::array kLogSettings{
    Setting{"cleanup.policy", "delete"},
    Setting{"retention.ms", "-1"},
    Setting{"retention.bytes", "-1"},
    Setting{"message.timestamp.type", "LogAppendTime"},
    Setting{"unclean.leader.election.enable", "false"},
};
constexpr std::array kInboxSettings{
    Setting{"cleanup.policy", "delete"},
    Setting{"retention.ms", "604800000"},  // a week: what an engine that is down for a weekend still finds
    Setting{"segment.ms", "3600000"},      // what is deleted from a segment stands in its file until that is closed
};
// A deleting retention beside the compaction would lose keys, and with them what they open.
constexpr std::array kKeysSettings{
    Setting{"cleanup.policy", "compact"},
    Setting{"message.timestamp.type", "LogAppendTime"},
    Setting{"unclean.leader.election.enable", "false"},
};

int milliseconds(std::chrono::milliseconds duration) { return static_cast<int>(duration.count()); }

Result<void> set_up(rd_kafka_NewTopic_t* native, const NewKafkaTopic& topic) {
  std::vector<Setting> settings;
  if (topic.use == KafkaTopicUse::log) settings.assign(kLogSettings.begin(), kLogSettings.end());
  if (topic.use == KafkaTopicUse::inbox) settings.assign(kInboxSettings.begin(), kInboxSettings.end());
  // Settings point to texts of someone's: these are ours, until the call that copies them.
  const std::string forget_after = std::to_string(topic.forget_after.count());
  if (topic.use == KafkaTopicUse::keys) {
    settings.assign(kKeysSettings.begin(), kKeysSettings.end());
    settings.push_back({"segment.ms", forget_after.c_str()});
    settings.push_back({"max.compaction.lag.ms", forget_after.c_str()});
    // Who was away reads in the record that stays that a key is destroyed, so nobody needs what is null.
    settings.push_back({"delete.retention.ms", "60000"});
    settings.push_back({"file.delete.delay.ms", "1000"});
  }
  const std::string batch_size_max = std::to_string(kKafkaBatchSizeMax);
  settings.push_back({"max.message.bytes", batch_size_max.c_str()});
  // An acknowledgement then means two replicas at least, and one of three may be down.
  if (topic.replication >= 3) settings.push_back({"min.insync.replicas", "2"});
  for (const Setting& setting : settings) {
    if (rd_kafka_NewTopic_set_config(native, setting.name, setting.value) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Error{Errc::internal, "librdkafka does not take a topic's setting", setting.name};
    }
  }
  return {};
}

using Settings = std::map<std::string, std::string>;

Settings settings_of(const rd_kafka_ConfigResource_t* resource) {
  Settings settings;
  std::size_t count = 0;
  const auto entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    settings[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
  }
  return settings;
}

// A broker that does not know the topic yet is asked again.
Result<Settings> settings_of_topic(rd_kafka_t& client, const std::string& topic, std::chrono::milliseconds timeout) {
  const KafkaConfigResourcePtr resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  for (const auto deadline = Clock::now() + timeout;;) {
    const auto event = ask_kafka(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout, [&](auto* options, auto* queue) {
      rd_kafka_DescribeConfigs(&client, resources, 1, options, queue);
    });
    if (!event) return event.error();
    std::size_t count = 0;
    const auto results =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event->get()), &count);
    if (count != 1) return Error{Errc::log_unavailable, "the cluster does not tell its settings", topic};
    const auto code = rd_kafka_ConfigResource_error(results[0]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return settings_of(results[0]);
    if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || Clock::now() >= deadline) {
      return kafka_error(code, "the settings of " + topic);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

Result<void> KafkaTopics::create(const NewKafkaTopic& topic) {
  std::array<char, 256> why{};
  KafkaNewTopicPtr native(
      rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication, why.data(), why.size()));
  if (!native) return Error{Errc::invalid_argument, why.data(), topic.name};
  RAPPORT_TRY(set_up(native.get(), topic));
  rd_kafka_NewTopic_t* topics[] = {native.get()};
  const auto event = ask_kafka(client_, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_, [&](auto* options, auto* queue) {
    rd_kafka_CreateTopics(&client_, topics, 1, options, queue);
  });
  if (!event) return event.error();
  std::size_t count = 0;
  const auto results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* said = rd_kafka_topic_result_error_string(results[i]);
    const bool refused = code == RD_KAFKA_RESP_ERR_INVALID_PARTITIONS ||
                         code == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR ||
                         code == RD_KAFKA_RESP_ERR_INVALID_CONFIG || code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    return Error{refused ? Errc::invalid_argument : Errc::log_unavailable,
                 std::string("cannot be created: ") + (said == nullptr ? rd_kafka_err2str(code) : said), topic.name};
  }
  const auto known = partition_count_of_existing(topic.name);
  return known ? Result<void>() : known.error();
}

Result<std::int32_t> KafkaTopics::partition_count_of_existing(const std::string& topic) {
  for (const auto deadline = Clock::now() + timeout_;;) {
    const auto known = partition_count(topic);
    if (!known) return known.error();
    if (*known) return **known;
    if (Clock::now() >= deadline) return Error{Errc::log_unavailable, "is not known to every broker yet", topic};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Result<std::optional<std::int32_t>> KafkaTopics::partition_count(const std::string& topic) {
  const KafkaTopicPtr handle(rd_kafka_topic_new(&client_, topic.c_str(), nullptr));
  if (!handle) return kafka_error(rd_kafka_last_error(), topic);
  for (const auto deadline = Clock::now() + timeout_;;) {
    const struct rd_kafka_metadata* native = nullptr;
    const auto code = rd_kafka_metadata(&client_, 0, handle.get(), &native, milliseconds(timeout_));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return no_broker_answers(client_, code);
    const KafkaMetadataPtr metadata(native);
    const rd_kafka_metadata_topic_t& found = metadata->topics[0];
    if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::optional<std::int32_t>{};
    bool led = found.err == RD_KAFKA_RESP_ERR_NO_ERROR && found.partition_cnt > 0;
    for (int p = 0; p < found.partition_cnt; ++p) led = led && found.partitions[p].leader >= 0;
    if (led) return std::optional<std::int32_t>(found.partition_cnt);
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR && found.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
      return kafka_error(found.err, topic);
    }
    if (Clock::now() >= deadline) return Error{Errc::log_unavailable, "a partition has no leader", topic};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Result<void> KafkaTopics::check_settings(const std::string& topic, KafkaTopicUse use) {
  const auto told = settings_of_topic(client_, topic, timeout_);
  if (!told) return told.error();
  const auto& settings = *told;
  std::string found, wanted;
  const auto differs = [&](const std::string& name, const std::string& has, const std::string& needs) {
    found.append(found.empty() ? "" : ", ").append(name).append("=").append(has);
    wanted.append(wanted.empty() ? "" : ",").append(name).append("=").append(needs);
  };
  std::vector<Setting> needed(kLogSettings.begin(), kLogSettings.end());
  if (use == KafkaTopicUse::keys) needed.assign(kKeysSettings.begin(), kKeysSettings.end());
  // How long an inbox keeps its records, and how large they may be, is its publishers' affair.
  if (use == KafkaTopicUse::inbox) needed.assign(kInboxSettings.begin(), kInboxSettings.begin() + 1);
  for (const Setting& setting : needed) {
    const auto has = settings.find(setting.name);
    if (has != settings.end() && has->second != setting.value) differs(setting.name, has->second, setting.value);
  }
  if (const auto has = settings.find("max.message.bytes"); has != settings.end() && use != KafkaTopicUse::inbox) {
    std::uint64_t bytes = 0;
    std::from_chars(has->second.data(), has->second.data() + has->second.size(), bytes);
    if (bytes < kKafkaBatchSizeMax) differs(has->first, has->second, std::to_string(kKafkaBatchSizeMax));
  }
  if (found.empty()) return {};
  return Error{Errc::wrong_format,
               "has " + found + ", which would lose events; mend it with: kafka-configs.sh --bootstrap-server " +
                   brokers_ + " --alter --entity-type topics --entity-name " + topic + " --add-config " + wanted,
               topic};
}

}  // namespace rapport
