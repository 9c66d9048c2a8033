// Rebuilds of a whole engine: beside the live rows, proven equal, swapped.
#include <latch>

#include "engine/fold/refold.h"
#include "engine/generations/data_directory.h"
#include "projections/digest_buckets.h"
#include "tests/engine/engine_on_disk.h"

namespace rapport {
namespace {

class RebuildTest : public EngineOnDisk {
 protected:
  RebuildStatus rebuild() {
    const auto started = engine_->rebuilder().start({});
    EXPECT_TRUE(started) << to_string(started.error());
    return wait_for_end();
  }
  RebuildStatus wait_for(RebuildState state) {
    const auto until = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < until) {
      const auto status = engine_->rebuilder().status();
      if (status && (status->state == state || is_over(status->state))) return *status;
      std::this_thread::yield();
    }
    ADD_FAILURE() << "the rebuild did not come so far";
    return {};
  }
  RebuildStatus rebuild(const RebuildOptions& options) {
    const auto started = engine_->rebuilder().start(options);
    EXPECT_TRUE(started) << to_string(started.error());
    return wait_for_end();
  }
  // Contacts whose digests are in one sum.
  std::pair<ContactId, ContactId> two_of_a_bucket() {
    std::map<std::pair<Partition, std::uint32_t>, ContactId> seen;
    const auto page = list_contacts(*engine_->folder().view(), {.limit = 100});
    for (const auto& contact : page->contacts) {
      const Partition partition = engine_->log().partition_of(to_string(Subject{contact.root}));
      const auto [first, is_new] =
          seen.try_emplace({partition, digest_bucket_of(stream_key(contact.root))}, contact.root);
      if (!is_new) return {contact.root, first->second};
    }
    ADD_FAILURE() << "each contact has a bucket of its own";
    return {};
  }
};

TEST_F(RebuildTest, IsEqualAndTakesOver) {
  publish(3'000, 1);
  const Digest before = digest();
  const RebuildStatus status = rebuild();
  EXPECT_EQ(status.state, RebuildState::swapped) << (status.error ? to_string(*status.error) : "");
  EXPECT_EQ(status.live, before);
  EXPECT_EQ(status.fresh, before);
  EXPECT_EQ(engine_->rebuilder().live_number(), 2u);

  // What comes now is folded into the new one, which also serves after a restart.
  publish(500, 2);
  const Digest after = digest();
  EXPECT_NE(after, before);
  open();
  EXPECT_EQ(digest(), after);
  EXPECT_EQ(engine_->rebuilder().live_number(), 2u);
  EXPECT_TRUE(std::filesystem::exists(path() / "projections" / "1")) << "kept for a way back";
  EXPECT_EQ(rebuild().state, RebuildState::swapped);
  EXPECT_FALSE(std::filesystem::exists(path() / "projections" / "1"));
  EXPECT_TRUE(std::filesystem::exists(path() / "projections" / "2"));
}

TEST_F(RebuildTest, TheOneBeforeIsClosed) {
  const auto open_files = [this](const char* generation) {
    const std::string below = (path() / "projections" / generation).string() + "/";
    std::size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      files += std::filesystem::read_symlink(file, gone).string().starts_with(below) ? 1 : 0;
    }
    return files;
  };
  publish(1'000, 1);
  EXPECT_GT(open_files("1"), 0u);
  {
    const auto view = engine_->folder().view();
    EXPECT_EQ(rebuild().state, RebuildState::swapped);
    EXPECT_GT(open_files("1"), 0u) << "somebody reads it";
  }
  EXPECT_EQ(open_files("1"), 0u);
  EXPECT_GT(open_files("2"), 0u);
}

TEST_F(RebuildTest, GoesOnWhileEventsComeIn) {
  publish(3'000, 1);
  ASSERT_TRUE(engine_->rebuilder().start({}));
  std::uint64_t seed = 2;
  while (!is_over(engine_->rebuilder().status()->state)) publish(50, seed++);
  EXPECT_EQ(wait_for_end().state, RebuildState::swapped);
  publish(50, seed);
  const Digest live = digest();
  EXPECT_EQ(rebuild().fresh, live);
}

TEST_F(RebuildTest, NamesWhatDiffersAndDoesNotSwap) {
  publish(2'000, 1);
  const ContactId damaged = contact_at(1);
  damage_state(damaged, contact_at(0));
  open();
  // The running digest cannot see it; the next event of the contact carries it on.
  set_city(damaged, "late");

  const RebuildStatus status = rebuild();
  EXPECT_EQ(status.state, RebuildState::different);
  EXPECT_NE(status.live, status.fresh);
  ASSERT_TRUE(status.difference);
  std::set<std::string> named;
  for (const RowDifference& row : status.difference->first) named.insert(row.subject + " " + row.part);
  EXPECT_THAT(named, testing::Contains(to_string(Subject{damaged}) + " state"));
  EXPECT_EQ(engine_->rebuilder().live_number(), 1u);
  EXPECT_FALSE(std::filesystem::exists(path() / "projections" / "2"));
}

TEST_F(RebuildTest, GoesOnAfterAStop) {
  publish(3'000, 1);
  const auto started = engine_->rebuilder().start({});
  ASSERT_TRUE(started);
  ASSERT_TRUE(engine_->rebuilder().pause(*started, true));
  open();
  const RebuildStatus status = wait_for_end();
  EXPECT_EQ(status.id, *started);
  EXPECT_EQ(status.state, RebuildState::swapped);
  EXPECT_EQ(status.fresh, digest());
}

// Which takes back what the live rows had not on the disk yet, and nothing of the rebuild's files.
TEST_F(RebuildTest, GoesOnAfterAPowerLossThatTookTheLiveRowsBack) {
  const auto generation = [this](int number) { return path() / "projections" / std::to_string(number); };
  publish(2'000, 1);
  engine_.reset();
  std::filesystem::copy(generation(1), directory_.path() / "before", std::filesystem::copy_options::recursive);
  open();
  for (std::uint64_t seed = 2; seed < 30; ++seed) publish(1'000, seed);
  const Digest last = digest();
  engine_.reset();
  {
    const auto stored = open_stored({.data = path(), .log = embedded_log(2)});
    ASSERT_TRUE(stored);
    const auto fresh = Generation::open({.directory = generation(2)});
    ASSERT_TRUE(fresh);
    ASSERT_TRUE(refold(*stored->log, **fresh, *stored->log->ends()));
    ASSERT_TRUE((*fresh)->flush());
  }
  ASSERT_TRUE(DataDirectory::open(path(), "embedded")->set_pending_generation(2));
  std::filesystem::remove_all(generation(1));
  std::filesystem::rename(directory_.path() / "before", generation(1));
  open();
  const RebuildStatus status = wait_for_end();
  EXPECT_EQ(status.state, RebuildState::swapped) << (status.error ? to_string(*status.error) : "");
  EXPECT_EQ(status.live, last);
  EXPECT_EQ(digest(), last);
}

TEST_F(RebuildTest, IsCancelledPausedAndThrottled) {
  publish(1'000, 1);
  const auto started = engine_->rebuilder().start({.records_per_second_max = 1});
  ASSERT_TRUE(started);
  EXPECT_EQ(engine_->rebuilder().start({}).error().code, Errc::overloaded) << "one at a time";
  ASSERT_TRUE(engine_->rebuilder().pause(*started, true));
  EXPECT_TRUE(engine_->rebuilder().status()->paused);
  ASSERT_TRUE(engine_->rebuilder().pause(*started, false));
  ASSERT_TRUE(engine_->rebuilder().cancel(*started));
  EXPECT_EQ(wait_for_end().state, RebuildState::cancelled);
  EXPECT_EQ(engine_->rebuilder().cancel(*started).error().code, Errc::not_found);
  EXPECT_EQ(rebuild().state, RebuildState::swapped);
}

std::set<std::string> named(const RebuildStatus& status) {
  std::set<std::string> out;
  if (!status.difference) return out;
  for (const RowDifference& row : status.difference->first) out.insert(row.subject + " " + row.part);
  return out;
}

TEST_F(RebuildTest, TakesOneOfManyStartsAtOnce) {
  publish(1'000, 1);
  for (int round = 0; round < 20; ++round) {
    constexpr std::ptrdiff_t kStarts = 4;
    std::latch all_there(kStarts);
    std::vector<std::future<Result<std::uint64_t>>> starts;
    for (std::ptrdiff_t i = 0; i < kStarts; ++i) {
      starts.push_back(std::async(std::launch::async, [&] {
        all_there.arrive_and_wait();
        return engine_->rebuilder().start({.records_per_second_max = 1});
      }));
    }
    std::vector<std::uint64_t> taken;
    for (auto& start : starts) {
      const auto started = start.get();
      if (started) {
        taken.push_back(*started);
      } else {
        EXPECT_EQ(started.error().code, Errc::overloaded) << to_string(started.error());
      }
    }
    ASSERT_EQ(taken.size(), 1u);
    ASSERT_TRUE(engine_->rebuilder().cancel(taken.front()));
    ASSERT_EQ(wait_for_end().state, RebuildState::cancelled);
  }
}

TEST_F(RebuildTest, VerifiesEveryRowAndSwapsNothing) {
  publish(2'000, 1);
  const RebuildStatus sound = rebuild({.verify_only = true});
  EXPECT_EQ(sound.state, RebuildState::verified);
  EXPECT_EQ(engine_->rebuilder().live_number(), 1u);
  EXPECT_FALSE(std::filesystem::exists(path() / "projections" / "2"));

  const ContactId damaged = contact_at(1);
  damage_state(damaged, contact_at(0));
  open();
  const RebuildStatus status = rebuild({.verify_only = true});
  EXPECT_EQ(status.state, RebuildState::different);
  EXPECT_EQ(status.live, status.fresh) << "running sums cannot see a changed row";
  EXPECT_THAT(named(status), testing::ElementsAre(to_string(Subject{damaged}) + " state"));
  EXPECT_EQ(status.difference->different_by_part.at("state"), 1u);
}

TEST_F(RebuildTest, FindsAFlippedByteInEveryKindOfRow) {
  publish(2'000, 1);
  publish_untimed_visit();
  set_city(contact_at(0), "untimed");  // has no time of its own: a row among the repeats

  const auto last_of_kind = last_of_each_kind(1);
  std::string kinds;
  for (const auto& [kind, key] : last_of_kind) kinds += kind;
  EXPECT_EQ(kinds, "ACDGMSTV") << "a kind that is not here is not tested";
  std::uint64_t live = 1;
  for (const auto& [kind, key] : last_of_kind) {
    SCOPED_TRACE(kind);
    const std::string sound = flip_last_byte(live, key);
    open();
    if (engine_->rebuilder().live_number() != live) {
      // What the engine needs itself is found when it opens, and folded anew.
      EXPECT_THAT(notices(), testing::HasSubstr("row does not decode"));
      live = engine_->rebuilder().live_number();
      wait_until_level();
      continue;
    }
    const RebuildStatus status = rebuild({.verify_only = true});
    EXPECT_EQ(status.state, RebuildState::different);
    const RowName name = row_name(key);
    EXPECT_THAT(named(status), testing::Contains(name.subject + " " + name.part));
    tamper(live, [&row = key, &sound](const Store&, RowBatch& batch) { batch.put(row, sound); });
    open();
  }
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
}

TEST_F(RebuildTest, MendsOneContact) {
  publish(2'000, 1);
  const auto [damaged, neighbour] = two_of_a_bucket();
  damage_state(damaged, neighbour);
  open();
  set_city(damaged, "late");  // and the damage is in the sums too

  const RebuildStatus status = rebuild({.contact = damaged});
  EXPECT_EQ(status.state, RebuildState::mended) << (status.error ? to_string(*status.error) : "");
  EXPECT_THAT(named(status), testing::Contains(to_string(Subject{damaged}) + " state"));
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified) << "digest and counts are mended too";
  EXPECT_EQ(rebuild({.contact = damaged}).state, RebuildState::verified) << "nothing is left to mend";
  set_city(damaged, "later");
  EXPECT_EQ(rebuild().state, RebuildState::swapped);
}

TEST_F(RebuildTest, MendsIndexRowsOfOneContact) {
  publish(500, 1);
  const ContactId damaged = contact_at(1);
  const std::string of_another =
      index_key(IndexLetter::merges) + std::string(8, '\7') +
      state_key(stream_key(damaged)).substr(2);  // as though merged into one that is not there
  tamper(1, [&](const Store& store, RowBatch& batch) {
    batch.erase(read_index_rows(store, damaged)->front());
    batch.put(of_another, {});
  });
  open();
  const RebuildStatus status = rebuild({.contact = damaged});
  EXPECT_EQ(status.state, RebuildState::mended) << (status.error ? to_string(*status.error) : "");
  EXPECT_THAT(named(status), testing::Contains(to_string(Subject{damaged}) + " index"));
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
}

TEST_F(RebuildTest, GoesOnFromAKeptGeneration) {
  publish(1'000, 1);
  EXPECT_EQ(rebuild().state, RebuildState::swapped);
  publish(500, 2);
  EXPECT_THAT(engine_->rebuilder().kept(), testing::ElementsAre(1));
  EXPECT_EQ(engine_->rebuilder().start({.from_generation = 7}).error().code, Errc::not_found);
  const RebuildStatus status = rebuild({.from_generation = 1});
  EXPECT_EQ(status.state, RebuildState::swapped);
  EXPECT_EQ(status.id, 3u);
  EXPECT_THAT(engine_->rebuilder().kept(), testing::ElementsAre(2));
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
}

TEST_F(RebuildTest, GoesBackToAKeptGenerationThoughTheLiveOneDiffers) {
  publish(1'000, 1);
  EXPECT_EQ(rebuild().state, RebuildState::swapped);
  const ContactId damaged = contact_at(1), other = contact_at(0);
  tamper(2, [&](const Store& store, RowBatch& batch) {
    batch.put(state_key(stream_key(damaged)), **store.get(state_key(stream_key(other))));
  });
  open();
  set_city(damaged, "late");
  EXPECT_EQ(rebuild({.from_generation = 1}).state, RebuildState::different);
  EXPECT_THAT(engine_->rebuilder().kept(), testing::ElementsAre(1)) << "by its own number";
  publish(20, 2);
  ASSERT_TRUE(engine_->rebuilder().start({.records_per_second_max = 1, .from_generation = 1}));
  open();
  EXPECT_EQ(wait_for_end().state, RebuildState::different);
  open();
  EXPECT_THAT(engine_->rebuilder().kept(), testing::ElementsAre(1)) << "whatever a stop has cut off";
  EXPECT_EQ(rebuild({.accept_difference = true, .from_generation = 1}).state, RebuildState::swapped);
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
}

TEST_F(RebuildTest, ServesAnotherFoldVersionsRowsUntilItsOwnAreFolded) {
  publish(2'000, 1);
  const Digest before = digest();
  make_other_version(1, false);
  open();
  EXPECT_EQ(digest(), before) << "served as it stands";
  const RebuildStatus status = wait_for_end();
  EXPECT_EQ(status.state, RebuildState::swapped);
  EXPECT_EQ(status.live_version, kFoldVersion + 1);
  EXPECT_FALSE(engine_->folder().status().frozen_version);
  publish(100, 2);
  EXPECT_NE(digest(), before) << "and moves again";
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
}

// Served as they stand they would be lists of a moment that other members have left behind.
TEST_F(RebuildTest, AMemberOfAGroupNeitherServesNorMovesAnotherFoldVersionsRows) {
  publish(2'000, 1);
  const Digest before = digest();
  make_other_version(1, false);
  group_ = GroupOptions{.membership = {.connection = {.brokers = "127.0.0.1:1", .properties = {}},
                                       .topic = "contacts",
                                       .group = "contacts",
                                       .address = "127.0.0.1:2"},
                        .key = std::string(kGroupKeySizeMin, 'k')};
  open();
  EXPECT_FALSE(engine_->folder().status().frozen_version);
  EXPECT_EQ(engine_->rebuilder().live_number(), 2u);
  EXPECT_EQ(list_contacts(*engine_->folder().view(), {})->total, 0u) << "it has folded nothing yet";
  EXPECT_THAT(notices(), testing::HasSubstr("folds its partitions anew"));
  group_.reset();
  open();
  wait_until_level();
  EXPECT_EQ(digest(), before) << "folded anew";
}

TEST_F(RebuildTest, AsksBeforeAnotherFoldVersionsRowsGiveWayToOthers) {
  publish(2'000, 1);
  make_other_version(1, true);
  open();
  EXPECT_EQ(wait_for(RebuildState::waiting).state, RebuildState::waiting);
  EXPECT_EQ(engine_->folder().status().frozen_version, kFoldVersion + 1);
  EXPECT_EQ(engine_->rebuilder().live_number(), 1u);
  // It waits over a restart too.
  open();
  const RebuildStatus waiting = wait_for(RebuildState::waiting);
  EXPECT_EQ(waiting.state, RebuildState::waiting);
  EXPECT_TRUE(waiting.difference);
  ASSERT_TRUE(engine_->rebuilder().accept(waiting.id));
  EXPECT_EQ(wait_for_end().state, RebuildState::swapped);
  publish(100, 2);
  EXPECT_EQ(rebuild({.verify_only = true}).state, RebuildState::verified);
  EXPECT_FALSE(engine_->rebuilder().accept(waiting.id)) << "there is nothing to accept";
}

TEST_F(RebuildTest, AnOlderProgramFindsTheGenerationItMade) {
  publish(1'000, 1);
  const Digest before = digest();
  EXPECT_EQ(rebuild().state, RebuildState::swapped);
  make_other_version(2, true);
  open();
  EXPECT_EQ(engine_->rebuilder().live_number(), 1u);
  EXPECT_EQ(digest(), before);
  EXPECT_FALSE(engine_->rebuilder().status()) << "nothing needs to be folded anew";
}

TEST_F(RebuildTest, RefusesOptionsThatExcludeEachOther) {
  publish(100, 1);
  Rebuilder& rebuilder = engine_->rebuilder();
  EXPECT_EQ(rebuilder.start({.verify_only = true, .accept_difference = true}).error().field, "accept");
  EXPECT_EQ(rebuilder.start({.verify_only = true, .contact = ContactId{1}}).error().field, "contact");
  EXPECT_EQ(rebuilder.start({.contact = ContactId{987'654}}).error().code, Errc::not_found);
}

}  // namespace
}  // namespace rapport
