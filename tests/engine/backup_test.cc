// Backups of an engine, and engines made again from them.
#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <future>
#include <set>

#include "engine/backup/erasure_register.h"
#include "engine/backup/restore.h"
#include "engine/engine.h"
#include "engine/fold/refold.h"
#include "events/event_decoder.h"
#include "projections/contact_list.h"
#include "projections/contact_reader.h"
#include "projections/generation_compare.h"
#include "tests/contract/wait_until.h"
#include "tests/store/temporary_directory.h"
#include "tools/rapport/generate/event_generator.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{60};

bool go_on(std::uint64_t, std::uint64_t) { return true; }

class BackupTest : public testing::Test {
 protected:
  fs::path data() const { return directory_.path() / "data"; }
  fs::path backup() const { return directory_.path() / "backup"; }
  fs::path restored() const { return directory_.path() / "restored"; }

  std::unique_ptr<Engine> open(const fs::path& path) {
    auto engine = Engine::open({.data = path, .log = embedded_log(2)});
    if (!engine) panic(to_string(engine.error()));
    return *std::move(engine);
  }

  static Published publish(Engine& engine, std::uint64_t events, std::uint64_t seed) {
    auto generator = *EventGenerator::make({.events = events, .contacts = 100, .seed = seed});
    EventDecoder decoder;
    std::vector<IncomingEvent> batch;
    for (std::string line; line.clear(), generator.append_next(line);) batch.push_back(decoder.decode(line));
    std::promise<Result<Published>> told;
    engine.publisher().publish(std::move(batch), {.wait_max = kPatience},
                               [&](auto published) { told.set_value(std::move(published)); });
    return told.get_future().get().value();
  }

  // A stopped engine with some events, and its backup.
  BackupManifest backed_up() {
    publish(*open(data()), 500, 1);
    const auto stored = open_stored({.data = data(), .log = embedded_log(2)});
    return back_up(*stored->log, "embedded", *stored->generation->view(), backup(), go_on).value();
  }

  Result<Restored> restore(bool use_projections = true) {
    return restore_backup({.backup = backup(), .data = restored(), .use_projections = use_projections}, go_on);
  }

  // Copies of the hard links, so that damage to the backup is none to the engine.
  void damage(const fs::path& file) {
    std::string bytes;
    {
      std::ifstream in(file, std::ios::binary);
      bytes.assign(std::istreambuf_iterator<char>(in), {});
    }
    fs::remove(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    std::ofstream(file, std::ios::binary) << bytes;
  }

  TemporaryDirectory directory_;
};

TEST_F(BackupTest, OfAServingEngineHoldsEveryAcknowledgedEvent) {
  auto engine = open(data());
  publish(*engine, 500, 1);
  std::atomic<bool> enough = false;
  std::thread publishing([&] {
    for (std::uint64_t seed = 2; !enough; ++seed) publish(*engine, 50, seed);
  });
  const Positions acknowledged = *engine->log().ends();
  const auto started = engine->backups().start("monday/one");
  ASSERT_TRUE(started) << to_string(started.error());
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!engine->backups().status()->ended && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  enough = true;
  publishing.join();
  const auto status = engine->backups().status();
  ASSERT_EQ(status->state, BackupState::done) << (status->error ? to_string(*status->error) : "");
  EXPECT_EQ(status->directory, data() / "backups/monday/one");
  const BackupManifest& manifest = *status->manifest;

  // Elsewhere: the digest at the position is the one that the log has there, and nothing acknowledged is missing.
  const auto made = restore_backup({.backup = status->directory, .data = restored()}, go_on);
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_FALSE(made->refolded);
  {
    auto clean = *Generation::open({.directory = directory_.path() / "clean"});
    ASSERT_TRUE(refold(engine->log(), *clean, manifest.position));
    EXPECT_EQ(total_digest(clean->view()->checkpoints()), manifest.digest);
  }
  const auto again = open(restored());
  EXPECT_EQ(again->log().id(), engine->log().id());
  const Positions ends = *again->log().ends();
  for (const auto& [partition, offset] : acknowledged) EXPECT_GE(ends.at(partition), offset);
  ASSERT_TRUE(again->folder().wait_folded(ends, std::chrono::steady_clock::now() + kPatience));
  auto whole = *Generation::open({.directory = directory_.path() / "whole"});
  ASSERT_TRUE(refold(engine->log(), *whole, ends));
  EXPECT_TRUE(compare_generations(*whole->view(), *again->folder().view())->none());
  publish(*again, 50, 1'000'000);
}

TEST_F(BackupTest, GoesWhereTheEngineKeepsThemAndNowhereElse) {
  auto engine = open(data());
  for (const char* elsewhere : {"", ".", "..", "../elsewhere", "a/../..", "/etc/rapport"}) {
    const auto started = engine->backups().start(elsewhere);
    ASSERT_FALSE(started) << elsewhere;
    EXPECT_EQ(started.error().code, Errc::invalid_argument);
    EXPECT_EQ(started.error().field, "directory");
  }
  fs::create_directories(data() / "backups/taken/by");
  EXPECT_EQ(engine->backups().start("taken").error().code, Errc::duplicate_record);
  EXPECT_EQ(engine->backups().start("erased.ndjson").error().field, "directory") << "which names who was erased";
  EXPECT_FALSE(engine->backups().start(std::string(300, 'a') + "/b")) << "no name is so long";
  ASSERT_TRUE(engine->backups().start(data() / "backups" / "by its whole path"));
  EXPECT_TRUE(wait_until([&] { return engine->backups().status()->ended.has_value(); }));
  // An erasure would not look there, and a restore of the outer one would be told of files that it does not know.
  for (const char* inside : {"by its whole path/tuesday", "by its whole path/log/tuesday"}) {
    const auto started = engine->backups().start(inside);
    ASSERT_FALSE(started) << inside;
    EXPECT_EQ(started.error().field, "directory");
  }
}

TEST_F(BackupTest, OfAStoppedEngineIsTheSameAgain) {
  const BackupManifest manifest = backed_up();
  EXPECT_EQ(read_manifest(backup()).value(), manifest);
  ASSERT_TRUE(restore());
  const auto ours = open_stored({.data = data(), .log = embedded_log(2)});
  const auto theirs = open_stored({.data = restored(), .log = embedded_log(2)});
  EXPECT_TRUE(compare_generations(*ours->generation->view(), *theirs->generation->view())->none());
  EXPECT_EQ(*ours->log->ends(), *theirs->log->ends());
}

TEST_F(BackupTest, IsMarkedUnfinishedUntilItsManifestIsThere) {
  publish(*open(data()), 50, 1);
  const auto stored = open_stored({.data = data(), .log = embedded_log(2)});
  bool marked = true;
  const auto look = [&](std::uint64_t, std::uint64_t bytes_total) {
    if (bytes_total > 0) marked = marked && fs::exists(backup() / kBackupBegunName);
    return true;
  };
  ASSERT_TRUE(back_up(*stored->log, "embedded", *stored->generation->view(), backup(), look));
  EXPECT_TRUE(marked);
  EXPECT_TRUE(fs::exists(backup() / kBackupManifestName));
  EXPECT_FALSE(fs::exists(backup() / kBackupBegunName));
}

TEST_F(BackupTest, AFlippedByteInAnyFileIsFoundAndTheFileNamed) {
  const BackupManifest manifest = backed_up();
  std::set<std::string> kinds;
  std::vector<std::string> files{kBackupManifestName};
  for (const BackupFile& file : manifest.files) files.push_back(file.path);
  for (const std::string& file : files) {
    if (fs::file_size(backup() / file) == 0) continue;  // a write-ahead log in which nothing is
    const fs::path whole = directory_.path() / "whole";
    fs::copy_file(backup() / file, whole, fs::copy_options::overwrite_existing);
    damage(backup() / file);
    const auto refused = restore();
    ASSERT_FALSE(refused) << file;
    EXPECT_EQ(refused.error().code, Errc::corrupt) << file;
    EXPECT_EQ(refused.error().field, (backup() / file).string());
    EXPECT_FALSE(fs::exists(restored())) << "nothing is left of it";
    fs::copy_file(whole, backup() / file, fs::copy_options::overwrite_existing);
    kinds.insert(fs::path(file).extension().string() + fs::path(file).stem().string().substr(0, 3));
  }
  // Tables, CURRENT, MANIFEST, OPTIONS, and the backup's own manifest.
  EXPECT_THAT(kinds, testing::IsSupersetOf({".sst000", "CUR", "MAN", "OPT", ".jsonbac"}));
  EXPECT_TRUE(restore());
}

TEST_F(BackupTest, AMissingAndAnAddedFileAreFound) {
  const BackupManifest manifest = backed_up();
  const fs::path added = backup() / kBackupLog / "009999.log";
  std::ofstream(added) << "someone else's";
  EXPECT_EQ(restore().error().field, added.string());
  fs::remove(added);
  fs::remove(backup() / manifest.files.front().path);
  EXPECT_EQ(restore().error().field, (backup() / manifest.files.front().path).string());
}

TEST_F(BackupTest, WithoutItsProjectionsItIsFoldedFromItsLog) {
  const BackupManifest manifest = backed_up();
  fs::remove_all(backup() / kBackupProjections);
  const auto made = restore();
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_TRUE(made->refolded);
  const auto stored = open_stored({.data = restored(), .log = embedded_log(2)});
  EXPECT_EQ(total_digest(stored->generation->view()->checkpoints()), manifest.digest);
}

TEST_F(BackupTest, IsNotRestoredOverAnythingOrIntoItself) {
  backed_up();
  fs::create_directories(restored());
  std::ofstream(restored() / "notes.txt") << "mine";
  const auto refused = restore();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
  EXPECT_TRUE(fs::exists(restored() / "notes.txt"));
  fs::remove(restored() / "notes.txt");
  EXPECT_TRUE(restore()) << "an empty one is taken";
}

TEST_F(BackupTest, OfALogElsewhereIsItsProjections) {
  publish(*open(data()), 500, 1);
  const auto stored = open_stored({.data = data(), .log = embedded_log(2)});
  // As Kafka's: a log that keeps no files here.
  class Elsewhere final : public EventLog {
   public:
    explicit Elsewhere(EventLog& inner) : inner_(inner) {}
    LogId id() const override { return inner_.id(); }
    std::int32_t partition_count() const override { return inner_.partition_count(); }
    void append(std::vector<NewRecord> records, AppendDone done) override { inner_.append(std::move(records), done); }
    Result<std::unique_ptr<LogReader>> open_reader(const Positions& after) override {
      return inner_.open_reader(after);
    }
    Result<Positions> ends() override { return inner_.ends(); }
    LogHealth health() const override { return inner_.health(); }

   private:
    EventLog& inner_;
  } elsewhere(*stored->log);
  const auto manifest = back_up(elsewhere, "kafka", *stored->generation->view(), backup(), go_on);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->log_end, std::nullopt);
  EXPECT_FALSE(fs::exists(backup() / kBackupLog));
  EXPECT_EQ(restore(false).error().code, Errc::wrong_format) << "there is nothing else in it";
  ASSERT_TRUE(restore());
  EXPECT_EQ(DataDirectory::open(restored(), "embedded").error().code, Errc::wrong_format);
  EXPECT_EQ(DataDirectory::open(restored(), "kafka")->current_generation(), 1u);
  EXPECT_EQ(total_digest(*read_stored_checkpoints(restored() / "projections/1")), manifest->digest);
}

// It holds rows in clear and nothing to make them again from, and the engine would serve them before it has folded on.
TEST_F(BackupTest, OfALogElsewhereIsNotRestoredWithWhoWasErasedSince) {
  publish(*open(data()), 500, 1);
  LogId log;
  ContactId known{};
  {
    const auto stored = open_stored({.data = data(), .log = embedded_log(2)});
    log = stored->log->id();
    known = list_contacts(*stored->generation->view(), {.limit = 1})->contacts.front().root;
    auto manifest = back_up(*stored->log, "kafka", *stored->generation->view(), backup(), go_on).value();
    fs::remove_all(backup() / kBackupLog);
    std::erase_if(manifest.files, [](const BackupFile& file) { return file.path.starts_with("log/"); });
    manifest.log_end.reset();
    std::ofstream(backup() / kBackupManifestName) << encode_manifest(manifest);
  }
  const fs::path erased = directory_.path() / kErasureRegisterName;
  ASSERT_TRUE(add_to_erasure_register(erased, log, std::vector{ContactId{987'654'321}}, Timestamp{1'000}));
  ASSERT_TRUE(add_to_erasure_register(erased, LogId{log.value + 1}, std::vector{known}, Timestamp{1'000}));
  EXPECT_TRUE(restore()) << "whom it does not know, and another log's";
  fs::remove_all(restored());
  ASSERT_TRUE(add_to_erasure_register(erased, log, std::vector{known}, Timestamp{1'000}));
  const auto refused = restore();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::wrong_format);
  EXPECT_THAT(refused.error().detail, HasSubstr("contact " + std::to_string(known.value) + " was erased since"));
  EXPECT_FALSE(fs::exists(restored()));
}

// Nobody has a key that could be destroyed, so its log is told.
TEST_F(BackupTest, OfALogInClearBringsBackNobodyWhoWasErasedSince) {
  const BackupManifest manifest = backed_up();
  ContactId known{}, other{};
  {
    const auto stored = open_stored({.data = data(), .log = embedded_log(2)});
    const auto page = *list_contacts(*stored->generation->view(), {.limit = 2});
    known = page.contacts.at(0).root;
    other = page.contacts.at(1).root;
  }
  const fs::path erased = directory_.path() / kErasureRegisterName;
  // One of them came later than the backup, and whoever gets its number now is another.
  ASSERT_TRUE(add_to_erasure_register(erased, manifest.log, std::vector{known, ContactId{987'654}}, Timestamp{1'000}));
  const auto made = restore();
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(made->erased, 1u);
  {
    const auto engine = open(restored());
    const auto view = engine->folder().view();
    EXPECT_EQ(read_contact(*view, known).value()->gone, Gone::erased);
    EXPECT_EQ(read_contact(*view, other).value()->gone, Gone::no);
    EXPECT_FALSE(read_contact(*view, ContactId{987'654})->has_value());
  }
  // A backup of that one says so itself.
  fs::remove_all(backup());
  {
    const auto stored = open_stored({.data = restored(), .log = embedded_log(2)});
    ASSERT_TRUE(back_up(*stored->log, "embedded", *stored->generation->view(), backup(), go_on));
  }
  fs::remove_all(restored());
  EXPECT_EQ(restore()->erased, 0u);
}

TEST_F(BackupTest, AManifestThatLeadsOutsideIsRefused) {
  BackupManifest manifest = backed_up();
  for (const char* path : {"../data/x", "log/../../x", "/etc/passwd", "log", "elsewhere/x", "log/./x"}) {
    manifest.files.front().path = path;
    const auto decoded = decode_manifest(encode_manifest(manifest));
    ASSERT_FALSE(decoded) << path;
    EXPECT_EQ(decoded.error().code, Errc::corrupt);
  }
}

}  // namespace
}  // namespace rapport
