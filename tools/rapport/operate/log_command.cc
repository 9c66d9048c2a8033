// rapport log copy: a log's events to a new log, of the other kind or with other partitions.
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "engine/backup/erasure_register.h"
#include "engine/engine.h"
#include "engine/log/erased_contacts.h"
#include "engine/log/log_copy.h"
#include "projections/store/durable_file.h"
#include "tools/rapport/command.h"
#include "tools/rapport/operate/log_options.h"
#include "tools/rapport/terminal/progress.h"

namespace rapport {
namespace {

struct CopyArguments {
  std::filesystem::path from;
  std::string from_topic;  // set: the log is on Kafka, and its keys in a topic beside it, or in `from`
  std::filesystem::path to_data;
  std::filesystem::path from_master_key_file, erasures;
  LogOptions to;
  bool json = false;
};

// What is in it goes with it.
class ScratchDirectory {
 public:
  // Errors: storage_failed.
  static Result<std::unique_ptr<ScratchDirectory>> make() {
    std::string path = (std::filesystem::temp_directory_path() / "rapport-").string() + std::string(6, 'X');
    if (::mkdtemp(path.data()) == nullptr) return storage_error(path, "cannot be made", errno);
    return std::make_unique<ScratchDirectory>(path);
  }
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
};

struct CopySource {
  std::optional<DataDirectory> directory;     // held while the log is read
  std::unique_ptr<ScratchDirectory> scratch;  // of a topic without one: a copy of its keys, sealed as they are there
  std::unique_ptr<EventLog> log;
};

Result<CopySource> open_source(const CopyArguments& arguments) {
  CopySource out;
  LogOptions log = arguments.to;
  if (!arguments.from_topic.empty()) {
    log.kind = "kafka";
    log.topic = arguments.from_topic;
    log.create_topics = false;
    log.partitions = 0;
  }
  const bool on_kafka = !arguments.from_topic.empty();
  const std::filesystem::path from = arguments.from.empty() && !on_kafka ? "rapport-data" : arguments.from;
  if (!from.empty()) {
    if (!std::filesystem::exists(from / "format")) {
      return Error{Errc::not_found, "is not a data directory", from.string()};
    }
    auto directory = DataDirectory::open(from, on_kafka ? "kafka" : "embedded");
    if (!directory) return directory.error();
    out.directory = *std::move(directory);
  }
  const auto choice = on_kafka ? log.choose_kind() : embedded_log(1);
  if (!choice) return choice.error();
  auto opened = choice->open(on_kafka ? std::filesystem::path() : out.directory->log_path());
  if (!opened) return opened.error();
  out.log = *std::move(opened);
  auto seal = seal_options(false, arguments.from_master_key_file);
  if (!seal) return seal.error();
  if (on_kafka) seal->open_stream = choice->seal.open_stream;
  if (!out.directory) {
    auto scratch = ScratchDirectory::make();
    if (!scratch) return scratch.error();
    out.scratch = *std::move(scratch);
  }
  const auto sealed = seal_log(*out.log, out.directory ? out.directory->path() : out.scratch->path(), *seal);
  if (!sealed && sealed.error().code == Errc::not_found && out.scratch) {
    return Error{Errc::invalid_argument,
                 "the log is encrypted: name the master key that its contacts' keys are sealed under",
                 "from-master-key-file"};
  }
  if (!sealed) return sealed.error();
  return out;
}

Result<std::unique_ptr<EventLog>> open_target(const CopyArguments& arguments) {
  auto choice = arguments.to.choose();
  if (!choice) return choice.error();
  if (arguments.to.kind == "kafka" && !arguments.to.encrypt) return choice->open({});
  if (arguments.to_data.empty()) {
    return Error{Errc::invalid_argument, "says where the new log, or its keys, go", "to-data"};
  }
  choice->seal.notice = [](const std::string& line) { std::cerr << line << "\n"; };
  auto directory = DataDirectory::open(arguments.to_data, choice->kind);
  if (!directory) return directory.error();
  auto log = choice->open(directory->log_path());
  if (!log) return log;
  RAPPORT_TRY(seal_log(**log, directory->path(), choice->seal));
  return log;
}

// A log in clear calls contacts erased, and holds what they said; sealed, nobody is to read that any more.
Result<void> destroy_erased(EventLog& from, ContactKeys& keys) {
  const auto erased = erased_in(from);
  if (!erased) return erased.error();
  const std::vector<ContactId> contacts(erased->begin(), erased->end());
  return contacts.empty() ? Result<void>() : keys.destroy(contacts, now_wall_clock());
}

Result<ExitCode> copy(const CopyArguments& arguments) {
  auto source = open_source(arguments);
  if (!source) return source.error();
  EventLog& from = *source->log;
  auto to = open_target(arguments);
  if (!to) return to.error();
  const auto ends = from.ends();
  if (!ends) return ends.error();
  std::uint64_t total = 0;
  for (const auto& [partition, end] : *ends) total += static_cast<std::uint64_t>(end.value + 1);
  Result<LogCopyResult> copied = LogCopyResult{};
  {
    Progress progress("records", total);
    copied = copy_log(from, **to, [&](std::uint64_t records) {
      progress.at(records);
      return true;
    });
  }
  if (!copied) return copied.error();
  const bool is_newly_encrypted = from.seal() == nullptr && (*to)->seal() != nullptr;
  if (is_newly_encrypted) RAPPORT_TRY(destroy_erased(from, (*to)->seal()->keys()));
  Result<std::uint64_t> erased = 0;
  if (!arguments.erasures.empty()) erased = apply_erasure_register(arguments.erasures, **to);
  if (!erased) return erased.error();
  const auto ends_now = from.ends();
  if (!ends_now) return ends_now.error();
  if (*ends_now != *ends) {
    return Error{Errc::invalid_argument, "the log was written to meanwhile: stop whoever does, and copy it anew",
                 "from"};
  }
  if (arguments.json) {
    std::cout << boost::json::serialize(boost::json::object{{"copied", copied->records},
                                                            {"leftOut", copied->left_out},
                                                            {"erased", *erased},
                                                            {"log", to_string((*to)->id())}})
              << "\n";
  } else {
    const bool is_beside_data = arguments.to.kind == "kafka" && !arguments.to.encrypt;
    // An identity stands in the digest of an encrypted log by its hash, of one in clear by its name.
    std::cout << copied->records << " records copied from log " << to_string(from.id()) << " to log "
              << to_string((*to)->id()) << "; serve it"
              << (is_beside_data ? " with an empty data directory" : " with --data " + arguments.to_data.string())
              << ", and compare " << (is_newly_encrypted ? "contacts" : "the digests") << " of\n"
              << "`rapport status`\n";
    if (*erased > 0) std::cout << *erased << " contacts were erased since, and are erased in the copy\n";
  }
  return ExitCode::done;
}

}  // namespace

void add_log_command(CLI::App& program, Run& run) {
  CLI::App& command = *program.add_subcommand("log", "The log itself: copy");
  command.require_subcommand(1);
  const auto arguments = std::make_shared<CopyArguments>();
  CLI::App& sub =
      *command.add_subcommand("copy", "Copy a stopped engine's log to a new one: to Kafka, or to more partitions");
  sub.add_option("--from", arguments->from,
                 "The data directory of the embedded log, rapport-data if left out; or the one that has the keys of "
                 "--from-topic, where these stand in no topic beside it");
  sub.add_option("--from-topic", arguments->from_topic, "The Kafka topic of the log, on the same brokers");
  sub.add_option("--to-data", arguments->to_data, "The new log's data directory: of an embedded or an encrypted one");
  sub.add_option("--from-master-key-file", arguments->from_master_key_file,
                 "Of the log that is copied, if it is encrypted: its keys are taken along. RAPPORT_MASTER_KEY, or "
                 "master-key in --from, where it is left out");
  sub.add_option("--erasures", arguments->erasures,
                 "The register of contacts that were erased since --from was copied (erased.ndjson of the engine's "
                 "backups): they are erased in the copy too")
      ->check(CLI::ExistingFile);
  add_log_options(sub, arguments->to);
  sub.add_flag("--json", arguments->json, "One JSON document");
  sub.footer(
      "  rapport log copy --from rapport-data --log kafka --brokers HOST:PORT --topic crm --create-topics\n"
      "  rapport log copy --from-topic crm --log kafka --brokers HOST:PORT --topic crm-64 --create-topics --partitions "
      "64");
  on_run(sub, run, [arguments] { return copy(*arguments); });
}

}  // namespace rapport
