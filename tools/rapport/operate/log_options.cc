#include "tools/rapport/operate/log_options.h"

#include <cstdlib>

namespace rapport {

Result<KafkaConnection> kafka_connection(const std::string& brokers, const std::vector<std::string>& properties) {
  if (brokers.empty())
    return Error{Errc::invalid_argument, "says where the Kafka cluster is: HOST:PORT,...", "brokers"};
  KafkaConnection connection{.brokers = brokers, .properties = {}};
  for (const std::string& property : properties) {
    const auto equals = property.find('=');
    if (equals == std::string::npos || equals == 0) {
      // Not which: it may be a password alone.
      return Error{Errc::invalid_argument, "one of them is not name=value", "kafka-property"};
    }
    connection.properties[property.substr(0, equals)] = property.substr(equals + 1);
  }
  return connection;
}

void add_kafka_property_option(CLI::App& command, std::vector<std::string>& properties) {
  const char* set = std::getenv("RAPPORT_KAFKA_PROPERTY");
  if (set != nullptr && *set != '\0') properties.emplace_back(set);
  const auto take = [&properties](const std::vector<std::string>& given) {
    properties.insert(properties.end(), given.begin(), given.end());
  };
  command
      .add_option_function<std::vector<std::string>>(
          "--kafka-property", take,
          "A librdkafka property, name=value; may be given again. RAPPORT_KAFKA_PROPERTY holds one more, as a password")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);  // or a file's name behind it is taken for one more property
}

Result<SealOptions> seal_options(bool encrypt, const std::filesystem::path& master_key_file) {
  SealOptions out{
      .wish = encrypt ? SealWish::always : SealWish::as_it_is, .master_key = {}, .master_key_file = master_key_file};
  if (const char* text = std::getenv("RAPPORT_MASTER_KEY")) {
    out.master_key = parse_secret_key(text);
    if (!out.master_key) return Error{Errc::invalid_argument, "is not 64 hex digits", "RAPPORT_MASTER_KEY"};
  }
  return out;
}

void add_master_key_option(CLI::App& command, std::filesystem::path& file) {
  command
      .add_option(
          "--master-key-file", file,
          "Holds the key that contacts' keys are kept under, made where there is none; DATA/master-key where it "
          "is left out. RAPPORT_MASTER_KEY sets the key itself")
      ->envname("RAPPORT_MASTER_KEY_FILE");
}

Result<LogChoice> LogOptions::choose() const {
  auto seal = seal_options(encrypt, master_key_file);
  if (!seal) return seal.error();
  if (!encrypt && !in_clear && kind == "kafka") seal->wish = SealWish::where_new;
  auto choice = choose_kind();
  if (!choice) return choice;
  seal->open_stream = std::move(choice->seal.open_stream);
  choice->seal = *std::move(seal);
  return choice;
}

Result<LogChoice> LogOptions::choose_kind() const {
  if (kind == "embedded") return embedded_log(partitions == 0 ? 1 : partitions);
  if (kind != "kafka") return Error{Errc::invalid_argument, "is embedded or kafka", "log"};
  const auto kafka = kafka_options();
  if (!kafka) return kafka.error();
  return kafka_log(*kafka);
}

Result<KafkaLogOptions> LogOptions::kafka_options() const {
  const auto connection = kafka_connection(brokers, kafka_properties);
  if (!connection) return connection.error();
  KafkaLogOptions kafka{.connection = *connection, .topic = topic, .create_topics = create_topics};
  if (partitions != 0) kafka.partition_count = partitions;
  return kafka;
}

void add_log_options(CLI::App& command, LogOptions& options) {
  command.add_option("--log", options.kind, "embedded or kafka")
      ->envname("RAPPORT_LOG")
      ->check(CLI::IsMember({"embedded", "kafka"}))
      ->capture_default_str();
  command.add_option("--partitions", options.partitions, "Of a log that is made")
      ->envname("RAPPORT_PARTITIONS")
      ->check(CLI::Range(1, 10'000));
  command.add_option("--brokers", options.brokers, "Of the Kafka cluster: HOST:PORT,...")->envname("RAPPORT_BROKERS");
  command.add_option("--topic", options.topic, "The Kafka topic of the log")
      ->envname("RAPPORT_TOPIC")
      ->capture_default_str();
  command.add_flag("--create-topics", options.create_topics, "Make the topics where there are none")
      ->envname("RAPPORT_CREATE_TOPICS");
  CLI::Option* encrypt =
      command
          .add_flag("--encrypt", options.encrypt,
                    "Of a log that is new: what is said of contacts stands in it enciphered, so that it can be erased; "
                    "on Kafka so by default")
          ->envname("RAPPORT_ENCRYPT");
  command
      .add_flag("--no-encrypt", options.in_clear, "A new log on Kafka stands in clear, and nothing in it can be erased")
      ->envname("RAPPORT_NO_ENCRYPT")
      ->excludes(encrypt);
  add_master_key_option(command, options.master_key_file);
  add_kafka_property_option(command, options.kafka_properties);
}

}  // namespace rapport
