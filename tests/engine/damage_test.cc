// Damage in the live rows of a running engine: whoever meets it is told, and the rows are folded anew by themselves.
#include <fstream>

#include "engine/log/embedded_log.h"
#include "projections/contact_reader.h"
#include "projections/timeline_reader.h"
#include "tests/engine/engine_on_disk.h"

namespace rapport {
namespace {

class Damage : public EngineOnDisk {
 protected:
  // One bit of the largest file of rows, where some of them stand, while no engine runs.
  void flip_a_bit_of_rows() {
    engine_.reset();
    std::filesystem::path largest;
    for (const auto& entry : std::filesystem::directory_iterator(path() / "projections" / "1")) {
      if (entry.path().extension() != ".sst") continue;
      if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) largest = entry.path();
    }
    ASSERT_FALSE(largest.empty());
    std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(std::filesystem::file_size(largest) / 2);
    file.seekg(at);
    const int byte = file.get();
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 1));
  }
  // A row that its fold cannot read.
  void cut_state(ContactId contact) {
    tamper(1, [&](const Store&, RowBatch& batch) { batch.put(state_key(stream_key(contact)), "\x01"); });
  }
  void make_digest_another() {
    tamper(1, [](const Store& store, RowBatch& batch) {
      const std::string key = checkpoint_key(Partition{0});
      Checkpoint checkpoint = *decode_checkpoint(*store.get(key).value());
      checkpoint.digest += hash_digest("of other rows");
      batch.put(key, encode_checkpoint(checkpoint));
    });
  }
  // Whether it was folded in time.
  Result<void> set_city_told(ContactId contact, const std::string& id) {
    const auto published = publish_city(contact, id);
    if (!published) return published.error();
    const auto why = not_folded_in_time(*published);
    return why ? *why : Result<void>();
  }
  Result<void> read_all() const {
    const auto view = engine_->folder().view();
    const auto page = list_contacts(*view, {.limit = 1'000});
    if (!page) return page.error();
    for (const auto& contact : page->contacts) {
      const auto read = read_contact(*view, contact.root);
      if (!read) return read.error();
      const auto timeline = read_timeline(*view, contact.root, {});
      if (!timeline) return timeline.error();
    }
    return {};
  }
  std::string city_of(ContactId contact) const {
    const auto state = read_contact(*engine_->folder().view(), contact);
    return state && *state ? (*state)->fields.at("city").value.text : "";
  }
  void wait_for_notice(const std::string& part) {
    const auto until = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < until) {
      if (notices().find(part) != std::string::npos) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << part << " was not said, but " << notices();
  }
  void wait_for_generation(std::uint64_t number) {
    const auto until = Clock::now() + std::chrono::seconds(60);
    while (engine_->rebuilder().live_number() != number && Clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ASSERT_EQ(engine_->rebuilder().live_number(), number) << notices();
  }
  void expect_sound() {
    wait_until_level();
    EXPECT_TRUE(read_all());
    EXPECT_FALSE(engine_->folder().status().halted);
    EXPECT_FALSE(engine_->folder().status().damage);
    const auto verified = engine_->rebuilder().start({.verify_only = true});
    ASSERT_TRUE(verified);
    EXPECT_EQ(wait_for_end().state, RebuildState::verified);
  }
};

TEST_F(Damage, MetByTheFoldStopsItUntilTheRowsAreFoldedAnew) {
  publish(2'000, 1);
  const ContactId contact = contact_at(3);
  cut_state(contact);
  open();
  const auto told = set_city_told(contact, "city");
  EXPECT_TRUE(told || told.error().code == Errc::corrupt) << to_string(told.error());
  wait_for_generation(2);
  EXPECT_THAT(notices(), testing::HasSubstr("the fold stands still until its rows are folded anew: corrupt"));
  EXPECT_THAT(notices(), testing::HasSubstr("generation 1 is folded anew from the log: corrupt"));
  expect_sound();
  EXPECT_EQ(city_of(contact), "\"Turin\"") << "what came meanwhile is folded behind it";
  publish(500, 2);
  expect_sound();
}

TEST_F(Damage, OfAnEngineThatOwnsSomePartitionsIsMendedInThose) {
  publish(2'000, 1);
  ASSERT_TRUE(engine_->folder().own({Partition{0}}));
  ContactId contact{0};
  for (std::size_t i = 0; contact == ContactId{0}; ++i) {
    const ContactId next = contact_at(i);
    if (engine_->log().partition_of(to_string(Subject{next})) == Partition{0}) contact = next;
  }
  cut_state(contact);
  open();
  ASSERT_TRUE(engine_->folder().own({Partition{0}}));
  (void)set_city_told(contact, "city");
  wait_for_generation(2);
  EXPECT_EQ(city_of(contact), "\"Turin\"");
  ASSERT_TRUE(engine_->folder().own({Partition{0}, Partition{1}}));
  expect_sound();
}

TEST_F(Damage, MetByAReadIsMendedWhileTheFoldGoesOn) {
  publish(2'000, 1);
  const Digest before = digest();
  flip_a_bit_of_rows();
  open();
  ASSERT_EQ(engine_->rebuilder().live_number(), 1u) << "it was met at the start: " << notices();
  const auto read = read_all();
  ASSERT_FALSE(read) << "it was not met";
  EXPECT_EQ(read.error().code, Errc::corrupt);
  wait_for_generation(2);
  EXPECT_EQ(digest(), before);
  wait_for_notice("serves now");
  EXPECT_EQ(notices(),
            "generation 1 is folded anew from the log: " + to_string(read.error()) + "\ngeneration 2 serves now\n");
  expect_sound();
}

TEST_F(Damage, MetByAScrubIsMended) {
  publish(2'000, 1);
  flip_a_bit_of_rows();
  scrub_contacts_per_second_ = 100'000;
  open();
  wait_for_generation(2);
  expect_sound();
  const auto until = Clock::now() + std::chrono::seconds(60);
  while (engine_->scrub_status()->error && Clock::now() < until) std::this_thread::yield();
  EXPECT_FALSE(engine_->scrub_status()->error) << "it stays told";
}

TEST_F(Damage, OfWhichGenerationServesBeginsAnew) {
  publish(2'000, 1);
  const Digest before = digest();
  engine_.reset();
  std::ofstream(path() / "projections" / "CURRENT") << "q\n";
  open();
  EXPECT_EQ(engine_->rebuilder().live_number(), 2u);
  EXPECT_EQ(notices(), "nothing says which generation serves: a new one is folded from the log\n");
  expect_sound();
  EXPECT_EQ(digest(), before);
}

// A rebuild would fill the disk, and then the log would take no more events.
TEST_F(Damage, WaitsForRoomForASecondGeneration) {
  publish(2'000, 1);
  flip_a_bit_of_rows();
  free_bytes_ = 1;
  open();
  ASSERT_FALSE(read_all());
  wait_for_notice("cannot be");
  EXPECT_THAT(notices(), testing::StartsWith("generation 1 cannot be folded anew yet: corrupt"));
  EXPECT_THAT(notices(), testing::HasSubstr("storage_failed: the disk has 0 MiB left"));
  EXPECT_FALSE(engine_->rebuilder().status()) << "none was begun";
  free_bytes_ = std::uint64_t{1} << 40;
  wait_for_generation(2);
  expect_sound();
}

TEST_F(Damage, ThatCannotBeMendedYetIsMendedLater) {
  publish(2'000, 1);
  flip_a_bit_of_rows();
  open();
  const auto obstacle = path() / "projections" / "PENDING.new";
  ASSERT_TRUE(std::filesystem::create_directories(obstacle / "in_the_way"));
  ASSERT_FALSE(read_all());
  wait_for_notice("cannot be");
  EXPECT_THAT(notices(), testing::StartsWith("generation 1 cannot be folded anew yet: corrupt"));
  EXPECT_TRUE(engine_->folder().status().damage);
  std::filesystem::remove_all(obstacle);
  wait_for_generation(2);
  expect_sound();
}

TEST_F(Damage, ThatHasAnotherDigestIsLeftToAnOperatorWhileTheFoldGoesOn) {
  publish(2'000, 1);
  make_digest_another();
  flip_a_bit_of_rows();
  open();
  ASSERT_FALSE(read_all());
  const RebuildStatus ended = wait_for_end();
  EXPECT_EQ(ended.state, RebuildState::different) << "though the damaged rows cannot be compared";
  EXPECT_NE(ended.live, ended.fresh);
  wait_for_notice("generation 2 has another digest: rapport rebuild --accept takes it all the same");
  std::this_thread::sleep_for(std::chrono::seconds(3));
  EXPECT_EQ(engine_->rebuilder().status()->started, ended.started) << "none was begun since";
  publish(100, 2);
  ASSERT_TRUE(engine_->rebuilder().start({.accept_difference = true}));
  EXPECT_EQ(wait_for_end().state, RebuildState::swapped);
  expect_sound();
}

TEST_F(Damage, ThatWasLeftToAnOperatorIsMendedOnceTheFoldStandsOverIt) {
  publish(2'000, 1);
  const ContactId contact = contact_at(3);
  make_digest_another();
  cut_state(contact);
  flip_a_bit_of_rows();
  open();
  const auto view = engine_->folder().view();
  for (std::uint64_t id = 1; id <= 200; ++id) (void)read_timeline(*view, ContactId{id}, {});
  wait_for_notice("generation 2 has another digest");
  (void)set_city_told(contact, "city");
  wait_for_notice("serves now; its digest is another");
  expect_sound();
}

// The log is the truth, and nothing else can be folded on.
TEST_F(Damage, ThatTheFoldStandsOverIsMendedWhateverItsDigest) {
  publish(2'000, 1);
  const ContactId contact = contact_at(3);
  make_digest_another();
  cut_state(contact);
  open();
  (void)set_city_told(contact, "city");
  wait_for_generation(2);
  wait_for_notice("generation 2 serves now; its digest is another than the damaged one had");
  expect_sound();
}

// The same record stands in the way of a rebuild.
TEST_F(Damage, OfTheLogIsMendedByNoRebuild) {
  encrypts_ = true;
  open();
  publish(200, 1);
  engine_.reset();
  {
    const auto log = EmbeddedLog::open({.directory = path() / "log", .partition_count = 2});
    ASSERT_TRUE(log);
    const auto reader = (*log)->open_reader({{Partition{0}, Offset{}}});
    ASSERT_TRUE(reader);
    RecordBatch records;
    ASSERT_TRUE((*reader)->read({}, records));
    ASSERT_GT(records.size(), 0u);
    const auto& sealed = records[records.size() - 1];
    std::string changed(sealed.value);
    char& of_box = changed.at(changed.size() - 10);
    of_box = of_box == 'A' ? 'B' : 'A';
    ASSERT_TRUE(append_and_wait(**log, {{Partition{0}, std::string(sealed.key), changed}}));
  }
  open();
  wait_for_notice("the fold has halted: corrupt");
  EXPECT_TRUE(engine_->folder().status().halted);
  EXPECT_TRUE(engine_->folder().live()->is_foldable());
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_FALSE(engine_->rebuilder().status()) << "none was begun";
}

// A verification would be waited for as long as it is paused.
TEST_F(Damage, ThatTheFoldStandsOverWaitsForNoVerification) {
  publish(2'000, 1);
  const ContactId contact = contact_at(3);
  cut_state(contact);
  open();
  const auto verification = engine_->rebuilder().start({.records_per_second_max = 1, .verify_only = true});
  ASSERT_TRUE(verification);
  (void)set_city_told(contact, "city");
  const auto until = Clock::now() + std::chrono::seconds(60);
  while (engine_->rebuilder().live_number() == 1 && Clock::now() < until) std::this_thread::yield();
  EXPECT_NE(engine_->rebuilder().live_number(), 1u) << notices();
  expect_sound();
}

}  // namespace
}  // namespace rapport
