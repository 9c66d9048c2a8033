// Many engines, each with its own fold, find visitors their contacts over one log that fails now and then: what they
// did is read back from the log alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <mutex>
#include <set>
#include <thread>

#include "engine/log/embedded_log.h"
#include "engine/publish/holder_lookup.h"
#include "engine/publish/own_events.h"
#include "tests/model/dice.h"
#include "tests/model/history.h"
#include "tests/publish/intercepted_log.h"
#include "tests/publish/publish_engine.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using model::Dice;

constexpr int kEngines = 3, kCallsEach = 60, kVisitors = 12;
constexpr std::uint64_t kSeeds = 4;

struct Chances {
  std::uint64_t fail_one_in = 0;  // appends; 0: none
  bool deletions = false;
};

// What came back to those who asked.
struct Answers {
  std::mutex mutex;
  std::map<std::string, ContactId> contact_of_event;
  std::vector<std::uint64_t> ids;
};

class Race {
 public:
  Race(std::uint64_t seed, const Chances& chances) : seed_(seed), chances_(chances), chance_(seed) {
    const auto fail = [this]() -> std::optional<Error> {
      const std::lock_guard lock(mutex_);
      if (chances_.fail_one_in == 0 || !chance_.one_in(chances_.fail_one_in)) return std::nullopt;
      return Error{Errc::log_unavailable, "by chance"};
    };
    log_.before = [fail](auto&) { return fail(); };
    log_.after = fail;
  }

  void run() {
    std::vector<std::thread> threads;
    for (int engine = 0; engine < kEngines; ++engine) threads.emplace_back([this, engine] { run_engine(engine); });
    for (std::thread& thread : threads) thread.join();
  }

  Answers answers;
  std::vector<RecordedEvent> events() { return read_events(*embedded_); }

 private:
  static Identity visitor(std::uint64_t number) { return {"web", std::to_string(number)}; }

  // Engines stop and start again: what they hold in memory is lost.
  void run_engine(int number) {
    Dice dice(seed_ * 1'000 + static_cast<std::uint64_t>(number));
    const auto rows = directory_.path() / ("rows-" + std::to_string(number));
    const PublisherOptions options{.id_range_size = 2 + dice.below(6), .resolver_threads = 1 + dice.below(2)};
    std::optional<PublishEngine> engine;
    for (int call = 0; call < kCallsEach; ++call) {
      if (!engine || dice.one_in(25)) {
        engine.reset();
        engine.emplace(log_, rows, options, FolderOptions{.step_records_max = 1 + dice.below(20)});
      }
      const std::string name = std::to_string(number) + "-" + std::to_string(call);
      if (dice.one_in(5)) {
        allocate(*engine);
      } else if (chances_.deletions && dice.one_in(4)) {
        remove(*engine, visitor(dice.below(kVisitors)), name);
      } else {
        visit(*engine, dice, name);
      }
    }
  }

  void allocate(PublishEngine& engine) {
    const auto id = engine.allocate();
    if (!id) return;
    const std::lock_guard lock(answers.mutex);
    answers.ids.push_back(*id);
  }

  void remove(PublishEngine& engine, const Identity& identity, const std::string& name) {
    const auto holders = look_up_holders(engine.log(), *engine.folder().view(), {identity});
    if (!holders || !holders->contains(identity)) return;
    const ContactId contact = holders->at(identity).contact;
    (void)engine.publish(
        {make_event(name, "test", EventType::contact_deleted, contact, Timestamp{1'000}, ContactDeleted{})});
  }

  // As a careful publisher: again with the same ids, until it is told that all is well.
  void visit(PublishEngine& engine, Dice& dice, const std::string& name) {
    std::vector<Event> events;
    for (std::uint64_t i = 0, count = 1 + dice.below(6); i < count; ++i) {
      events.push_back(visit_event(name + "-" + std::to_string(i), visitor(dice.below(kVisitors)), 1'000));
    }
    for (int attempt = 0; attempt < 100; ++attempt) {
      const auto published = engine.publish(events);
      if (!published) {
        ASSERT_TRUE(errc_retriable(published.error().code)) << to_string(published.error());
        continue;
      }
      // A contact may be deleted more often than one call looks again.
      if (chances_.deletions && std::any_of(published->results.begin(), published->results.end(), was_deleted))
        continue;
      const std::lock_guard lock(answers.mutex);
      for (std::size_t i = 0; i < events.size(); ++i) {
        const PublishResult& result = published->results[i];
        ASSERT_TRUE(result.status == PublishStatus::accepted || result.status == PublishStatus::repeated)
            << publish_status_name(result.status) << (result.error ? " " + to_string(*result.error) : "");
        answers.contact_of_event.emplace(events[i].id, *result.contact);
      }
      return;
    }
    FAIL() << "100 attempts";
  }

  static bool was_deleted(const PublishResult& result) {
    return result.error && result.error->code == Errc::contact_deleted;
  }

  const std::uint64_t seed_;
  const Chances chances_;
  std::mutex mutex_;
  Dice chance_;
  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> embedded_ =
      *EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 3});
  InterceptedLog log_{*embedded_};
};

// Who held an identity, in the log's order, by the rule alone: a claim holds where nobody does, a release lets go whom
// it names.
std::map<Identity, std::vector<ContactId>> holders_by_log(const std::vector<RecordedEvent>& events) {
  std::map<Identity, std::vector<ContactId>> ever;
  std::map<Identity, ContactId> now;
  for (const RecordedEvent& recorded : events) {
    if (const auto* claim = std::get_if<IdentityClaimed>(&recorded.event.payload)) {
      if (now.emplace(claim->identity, claim->contact).second) ever[claim->identity].push_back(claim->contact);
    } else if (const auto* release = std::get_if<IdentityReleased>(&recorded.event.payload)) {
      const auto held = now.find(release->identity);
      if (held != now.end() && held->second == release->contact) now.erase(held);
    }
  }
  return ever;
}

void expect_right(Race& race) {
  const auto events = race.events();
  const auto holders = holders_by_log(events);
  std::set<ContactId> contacts;
  for (const auto& [identity, ever] : holders) {
    for (const ContactId contact : ever) EXPECT_TRUE(contacts.insert(contact).second) << "two visitors, one contact";
  }
  // Ids that were asked for are nobody else's.
  std::set<std::uint64_t> ids;
  for (const std::uint64_t id : race.answers.ids) {
    EXPECT_TRUE(ids.insert(id).second) << id << " twice";
    EXPECT_FALSE(contacts.contains(ContactId{id})) << id;
  }
  // Every event that was acknowledged stands in the log, under a contact that held its identity before it.
  std::map<std::pair<std::string, ContactId>, Identity> visits;
  for (const RecordedEvent& recorded : events) {
    if (recorded.event.type != EventType::visit_started) continue;
    ASSERT_TRUE(recorded.event.identity);
    const ContactId contact = std::get<ContactId>(recorded.event.subject);
    const auto& ever = holders.at(*recorded.event.identity);
    EXPECT_NE(std::find(ever.begin(), ever.end(), contact), ever.end()) << recorded.event.id;
    visits.emplace(std::pair(recorded.event.id, contact), *recorded.event.identity);
  }
  for (const auto& [id, contact] : race.answers.contact_of_event) {
    EXPECT_TRUE(visits.contains({id, contact})) << id << " was acknowledged and is not in the log";
  }
}

void race_on_seeds(const Chances& chances, const std::function<void(Race&)>& check) {
  const std::uint64_t first = model::seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + kSeeds; ++seed) {
    Race race(seed, chances);
    race.run();
    check(race);
    if (testing::Test::HasFailure()) {
      std::cerr << "RAPPORT_SEED=" << seed << "\n";
      return;
    }
  }
}

void expect_one_contact_each(Race& race) {
  expect_right(race);
  for (const auto& [identity, ever] : holders_by_log(race.events())) {
    EXPECT_EQ(ever.size(), 1u) << to_string(identity);
  }
}

TEST(RacingEngines, GiveEveryVisitorOneContact) { race_on_seeds({}, expect_one_contact_each); }

TEST(RacingEngines, GiveEveryVisitorOneContactOverALogThatFails) {
  race_on_seeds({.fail_one_in = 8}, expect_one_contact_each);
}

TEST(RacingEngines, GiveNobodyAContactThatIsDeleted) { race_on_seeds({.deletions = true}, expect_right); }

TEST(RacingEngines, LoseNothingWhereAllHappensAtOnce) {
  race_on_seeds({.fail_one_in = 8, .deletions = true}, expect_right);
}

}  // namespace
}  // namespace rapport
