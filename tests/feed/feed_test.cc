// The live feed against the timelines: each event that a timeline shows comes once, in the order of the log.
#include "engine/feed/feed.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <random>
#include <semaphore>

#include "engine/engine.h"
#include "engine/publish/own_events.h"
#include "events/event_decoder.h"
#include "projections/contact_list.h"
#include "tests/feed/counted_log.h"
#include "tests/store/temporary_directory.h"
#include "tools/rapport/generate/event_generator.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int32_t kPartitions = 2;
constexpr std::chrono::seconds kPatience{20};

std::uint64_t seed() {
  const char* given = std::getenv("RAPPORT_SEED");
  const std::uint64_t out = given != nullptr ? std::stoull(given) : std::random_device()();
  std::cout << "RAPPORT_SEED=" << out << "\n";
  return out;
}

class FeedTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    engine_.reset();
    auto engine = Engine::open({.data = directory_.path() / "data", .log = embedded_log(kPartitions)});
    ASSERT_TRUE(engine) << to_string(engine.error());
    engine_ = *std::move(engine);
  }

  void publish(std::vector<IncomingEvent> events) {
    std::promise<Result<Published>> told;
    engine_->publisher().publish(std::move(events), {.wait_max = std::chrono::seconds(60)},
                                 [&](auto published) { told.set_value(std::move(published)); });
    const auto published = told.get_future().get();
    ASSERT_TRUE(published) << to_string(published.error());
  }
  // Some late, some twice, some without a time.
  void publish_random(std::uint64_t count, std::uint64_t from_seed) {
    auto generator = *EventGenerator::make({.events = count, .contacts = 20, .seed = from_seed});
    std::mt19937_64 dice(from_seed);
    EventDecoder decoder;
    std::vector<IncomingEvent> batch;
    for (std::string line; line.clear(), generator.append_next(line);) {
      auto event = decoder.decode(line);
      if (event && dice() % 4 == 0) event->time.reset();
      batch.push_back(event);
      if (dice() % 8 == 0) batch.push_back(event);
    }
    publish(std::move(batch));
  }
  void publish_change(std::uint64_t contact, const std::string& id) {
    publish({EventDecoder().decode(R"({"specversion":"1.0","source":"s","type":"contact.changed","id":")" + id +
                                   R"(","subject":"contact/)" + std::to_string(contact) +
                                   R"(","data":{"fields":{"city":")" + id + R"("}}})")});
  }

  Positions now() const { return engine_->folder().view()->positions(); }
  std::shared_ptr<FeedSubscription> subscribe(Feed& feed, const Positions& after, FeedFilter filter = {}) {
    auto subscription = feed.subscribe(std::move(filter), after);
    EXPECT_TRUE(subscription);
    return *subscription;
  }
  static bool wait_until_ready(Feed& feed, const std::shared_ptr<FeedSubscription>& subscription,
                               std::chrono::milliseconds patience = kPatience) {
    const auto told = std::make_shared<std::promise<void>>();
    feed.when_ready(subscription, [told] { told->set_value(); });
    return told->get_future().wait_for(patience) == std::future_status::ready;
  }
  // Items until `count` have come; behind them in `after`.
  static std::vector<LogPosition> read(Feed& feed, const std::shared_ptr<FeedSubscription>& subscription,
                                       std::size_t count, Positions* after = nullptr) {
    std::vector<LogPosition> out;
    while (out.size() < count) {
      const auto batch = feed.take(*subscription);
      if (!batch) {
        ADD_FAILURE() << to_string(batch.error());
        break;
      }
      for (const auto& item : batch->items) out.push_back(item->position);
      if (after != nullptr) *after = batch->positions;
      if (batch->items.empty() && !wait_until_ready(feed, subscription)) {
        ADD_FAILURE() << "nothing came after " << out.size() << " of " << count;
        break;
      }
    }
    return out;
  }

  // Where every event that a timeline shows stands, by partition in the order of the log.
  std::vector<LogPosition> shown_by_timelines() const {
    std::vector<LogPosition> out;
    const auto view = engine_->folder().view();
    const auto page_of_all = *list_contacts(*view, {.limit = 10'000});
    for (const MergedContact& contact : page_of_all.contacts) {
      const ContactId id = contact.root;
      TimelineQuery query{.limit = kTimelinePageMax};
      while (true) {
        const auto page = *read_timeline(*view, id, query);
        for (const auto& entry : page.entries) {
          out.push_back({engine_->log().partition_of(to_string(Subject{id})), entry.row.stamp.offset});
        }
        if (!page.more) break;
        query.after = page.entries.back().row.stamp;
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  static void expect_in_log_order(const std::vector<LogPosition>& items) {
    Positions last;
    for (const LogPosition& item : items) {
      const auto known = last.find(item.partition);
      if (known != last.end()) {
        EXPECT_LT(known->second, item.offset);
      }
      last[item.partition] = item.offset;
    }
  }

  TemporaryDirectory directory_{fastest_directory()};
  std::unique_ptr<Engine> engine_;
};

TEST_F(FeedTest, TellsWhatTimelinesShowOnceEachInTheLogsOrder) {
  publish_random(500, seed());
  const auto shown = shown_by_timelines();
  Feed feed(engine_->log(), engine_->folder());
  const auto subscription = subscribe(feed, {});
  auto items = read(feed, subscription, shown.size());
  expect_in_log_order(items);
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, shown);
  EXPECT_FALSE(wait_until_ready(feed, subscription, std::chrono::milliseconds(300))) << "there is no more";
}

TEST_F(FeedTest, ResumesExactlyOnceOverRestarts) {
  const std::uint64_t from_seed = seed();
  std::mt19937_64 dice(from_seed);
  std::vector<LogPosition> items;
  Positions after;
  for (int round = 0; round < 6; ++round) {
    {
      // A small memory, so that a subscriber is sometimes behind it and sometimes not.
      Feed feed(engine_->log(), engine_->folder(), {.newest_items_max = 16, .batch_items_max = 7});
      const auto subscription = subscribe(feed, after);
      if (dice() % 2 == 0) (void)feed.take(*subscription);
      publish_random(60, from_seed + static_cast<std::uint64_t>(round));
      // Stops somewhere in the middle; what was taken and not read on is read by the next.
      const auto part = read(feed, subscription, 1 + dice() % 50, &after);
      items.insert(items.end(), part.begin(), part.end());
    }
    if (dice() % 2 == 0) open();
  }
  const auto shown = shown_by_timelines();
  Feed feed(engine_->log(), engine_->folder());
  const auto rest = read(feed, subscribe(feed, after), shown.size() - items.size());
  items.insert(items.end(), rest.begin(), rest.end());
  expect_in_log_order(items);
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, shown);
}

TEST_F(FeedTest, ASlowSubscriberSlowsNobodyAndMissesNothing) {
  Feed feed(engine_->log(), engine_->folder(), {.newest_items_max = 8});
  const auto slow = subscribe(feed, now());
  const auto quick = subscribe(feed, now());
  EXPECT_TRUE(feed.take(*slow));
  publish_random(300, 7);  // returns once folded, though the slow one has taken nothing
  const auto shown = shown_by_timelines();
  EXPECT_EQ(read(feed, quick, shown.size()).size(), shown.size());
  auto items = read(feed, slow, shown.size());
  expect_in_log_order(items);
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, shown);
  // It has caught up, and is told of what comes next as the others are.
  publish_change(500'000, "last");
  EXPECT_EQ(read(feed, slow, 1), read(feed, quick, 1));
}

// Each at its own place in the past, and with a memory that holds nothing: each gets what is behind its place, and the
// log is read about once, not once for each.
TEST_F(FeedTest, AThousandThatComeLateReadTheLogTogether) {
  const std::uint64_t from_seed = seed();
  std::mt19937_64 dice(from_seed);
  publish_random(2'000, from_seed);
  const auto shown = shown_by_timelines();
  CountedLog log(engine_->log());
  Feed feed(log, engine_->folder(), {.newest_items_max = 0, .pieces = {.records_max = 100}});
  std::vector<std::shared_ptr<FeedSubscription>> late;
  std::vector<std::size_t> wanted;
  for (int i = 0; i < 1'000; ++i) {
    const Positions after{{Partition{0}, Offset{static_cast<std::int64_t>(dice() % 300)}},
                          {Partition{1}, Offset{static_cast<std::int64_t>(dice() % 300)}}};
    late.push_back(subscribe(feed, after));
    wanted.push_back(static_cast<std::size_t>(std::count_if(shown.begin(), shown.end(), [&](const LogPosition& item) {
      return item.offset > offset_in(after, item.partition);
    })));
  }
  std::vector<std::vector<LogPosition>> items(late.size());
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  for (bool all = false; !all && Clock::now() < deadline;) {
    all = true;
    for (std::size_t i = 0; i < late.size(); ++i) {
      if (items[i].size() >= wanted[i]) continue;
      all = false;
      const auto batch = feed.take(*late[i]);
      ASSERT_TRUE(batch) << to_string(batch.error());
      for (const auto& item : batch->items) items[i].push_back(item->position);
      if (batch->items.empty()) feed.when_ready(late[i], [] {});
    }
  }
  for (std::size_t i = 0; i < late.size(); ++i) {
    ASSERT_EQ(items[i].size(), wanted[i]) << "subscriber " << i;
    expect_in_log_order(items[i]);
  }
  EXPECT_LT(log.read(), 20 * shown.size()) << "records";
  EXPECT_LT(log.opened(), 200u) << "readers";
}

TEST_F(FeedTest, WhatAnErasureTookIsNotToldFromMemory) {
  Feed feed(engine_->log(), engine_->folder());
  const Positions before = now();
  const auto first = subscribe(feed, before);
  publish_change(1, "secret");
  publish_change(2, "b");
  EXPECT_EQ(read(feed, first, 2).size(), 2u);
  const auto erased = own_record(engine_->log(), own_event(EventType::contact_erased, ContactId{1}, ContactErased{}));
  ASSERT_TRUE(erased) << to_string(erased.error());
  ASSERT_TRUE(append_and_wait(engine_->log(), {*erased}));
  EXPECT_EQ(read(feed, first, 1).size(), 1u);  // that it was erased
  const auto later = subscribe(feed, before);
  std::vector<std::string> types;
  while (types.size() < 2 && wait_until_ready(feed, later)) {
    const auto batch = *feed.take(*later);
    for (const auto& item : batch.items) types.push_back(item->entry.row.type_name);
  }
  EXPECT_THAT(types, testing::UnorderedElementsAre("contact.changed", "contact.erased"));
}

TEST_F(FeedTest, AThousandIdleSubscribersAreNotWokenForOthers) {
  Feed feed(engine_->log(), engine_->folder(), {.subscribers_max = 1'000});
  std::counting_semaphore<> woken{0};  // outlives the subscriptions that may still count on it
  std::vector<std::shared_ptr<FeedSubscription>> idle;
  for (std::uint64_t i = 1; i <= 1'000; ++i) {
    idle.push_back(subscribe(feed, now(), {.contacts = {ContactId{i}}}));
    feed.when_ready(idle.back(), [&woken] { woken.release(); });
  }
  const auto refused = feed.subscribe({}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::overloaded);

  for (int i = 0; i < 20; ++i) publish_change(700, "a" + std::to_string(i));
  EXPECT_TRUE(woken.try_acquire_for(kPatience));
  EXPECT_EQ(read(feed, idle[699], 20).size(), 20u);
  publish_change(3, "b");
  EXPECT_TRUE(woken.try_acquire_for(kPatience));
  EXPECT_EQ(read(feed, idle[2], 1).size(), 1u);
  EXPECT_FALSE(woken.try_acquire()) << "nobody else is woken";
  idle.clear();
  // The reading thread may hold one until its piece is read.
  for (const auto end = Clock::now() + kPatience; feed.subscribers() > 0 && Clock::now() < end;) {
    std::this_thread::yield();
  }
  EXPECT_EQ(feed.subscribers(), 0u);
  EXPECT_TRUE(feed.subscribe({}, {}));
}

TEST_F(FeedTest, AnEventWakesThoseWhoNameItsContactOrItsTypeOrNeither) {
  Feed feed(engine_->log(), engine_->folder());
  // How many each wants of one change each of contacts 1, 2 and 1.
  const std::vector<std::pair<FeedFilter, std::size_t>> followers{
      {{}, 3},
      {{.contacts = {ContactId{1}}}, 2},
      {{.types = {"contact.changed"}}, 3},
      {{.types = {"contact.changed"}, .contacts = {ContactId{2}}}, 1},
      {{.changed = {"fields.city"}}, 3},
      {{.types = {"page.viewed"}}, 0},
      {{.contacts = {ContactId{3}}}, 0},
      {{.types = {"page.viewed"}, .contacts = {ContactId{1}}}, 0},
      {{.changed = {"fields.name"}}, 0}};
  std::vector<std::shared_ptr<FeedSubscription>> subscriptions;
  std::vector<std::shared_ptr<std::atomic<bool>>> woken;
  for (const auto& [filter, wanted] : followers) subscriptions.push_back(subscribe(feed, now(), filter));
  publish_change(9, "first");
  for (std::size_t i = 0; i < followers.size(); ++i) {
    const auto& [filter, wanted] = followers[i];
    if (filter.contacts.empty() && wanted > 0) read(feed, subscriptions[i], 1);
    woken.push_back(std::make_shared<std::atomic<bool>>(false));
    feed.when_ready(subscriptions[i], [told = woken[i]] { *told = true; });
  }
  publish_change(1, "a");
  publish_change(2, "b");
  publish_change(1, "c");
  for (std::size_t i = 0; i < followers.size(); ++i) {
    const std::size_t wanted = followers[i].second;
    const auto end = Clock::now() + kPatience;
    while (wanted > 0 && !*woken[i] && Clock::now() < end) std::this_thread::yield();
    EXPECT_EQ(*woken[i], wanted > 0) << "follower " << i;
    EXPECT_EQ(read(feed, subscriptions[i], wanted).size(), wanted) << "follower " << i;
    EXPECT_TRUE(feed.take(*subscriptions[i])->items.empty()) << "follower " << i;
  }
}

TEST_F(FeedTest, WhoeverWaitsBehindItemsOfOthersIsWoken) {
  Feed feed(engine_->log(), engine_->folder());
  const auto others = subscribe(feed, now());
  publish_change(1, "a");
  Positions behind_a;
  EXPECT_EQ(read(feed, others, 1, &behind_a).size(), 1u);
  publish_change(1, "b");
  EXPECT_EQ(read(feed, others, 1).size(), 1u);  // now among the newest items

  std::counting_semaphore<> woken{0};
  const auto subscription = subscribe(feed, behind_a, {.contacts = {ContactId{2}}});
  feed.when_ready(subscription, [&woken] { woken.release(); });
  publish_change(2, "c");
  EXPECT_TRUE(woken.try_acquire_for(kPatience));
  EXPECT_EQ(read(feed, subscription, 1).size(), 1u);
}

// Else whoever reads to the end waits for an event that is none of theirs.
TEST_F(FeedTest, OneThatHasPassedItsEndIsReadyThoughNothingPassedTheFilter) {
  publish_change(1, "a");
  const Positions end = now();
  Feed feed(engine_->log(), engine_->folder());
  for (const Positions& after : {Positions(), end}) {  // by a reader of its own, and among the newest items
    const auto subscription =
        *feed.subscribe({.contacts = {ContactId{2}}}, after, stream_positions(engine_->log(), end));
    while (true) {
      const auto batch = feed.take(*subscription);
      ASSERT_TRUE(batch);
      EXPECT_TRUE(batch->items.empty());
      if (covers(batch->positions, stream_positions(engine_->log(), end))) break;
      ASSERT_TRUE(wait_until_ready(feed, subscription));
    }
  }
}

TEST_F(FeedTest, AFilterPassesTypesContactsAndChanges) {
  publish_change(1, "a");
  publish({EventDecoder().decode(
      R"({"specversion":"1.0","source":"s","type":"contact.changed","id":"t","subject":"contact/2",
          "data":{"tags":{"add":["vip"]}}})")});
  publish({EventDecoder().decode(
      R"({"specversion":"1.0","source":"s","type":"page.viewed","id":"p","subject":"contact/2",
          "data":{"url":"https://x.example/"}})")});
  Feed feed(engine_->log(), engine_->folder());
  const auto ids = [&](FeedFilter filter, std::size_t count) {
    const auto subscription = subscribe(feed, {}, std::move(filter));
    std::set<std::string> out;
    while (out.size() < count && wait_until_ready(feed, subscription)) {
      const auto batch = *feed.take(*subscription);
      for (const auto& item : batch.items) out.insert(item->entry.row.event_id);
    }
    EXPECT_FALSE(wait_until_ready(feed, subscription, std::chrono::milliseconds(200)));
    return out;
  };
  using Ids = std::set<std::string>;
  EXPECT_EQ(ids({.types = {"page.viewed"}}, 1), Ids{"p"});
  EXPECT_EQ(ids({.contacts = {ContactId{1}}}, 1), Ids{"a"});
  EXPECT_EQ(ids({.changed = {"tags.*"}}, 1), Ids{"t"});
  EXPECT_EQ(ids({.changed = {"fields.city", "tags.vip"}}, 2), (Ids{"a", "t"}));
  EXPECT_EQ(ids({.changed = {"fields.*", "companyId"}}, 1), Ids{"a"});
}

TEST_F(FeedTest, ItsEndIsToldToWhoeverWaits) {
  auto feed = std::make_unique<Feed>(engine_->log(), engine_->folder());
  const auto subscription = subscribe(*feed, now());
  std::promise<void> told;
  feed->when_ready(subscription, [&] { told.set_value(); });
  std::thread end([&] { feed->stop(); });
  told.get_future().wait();
  EXPECT_EQ(feed->take(*subscription).error().code, Errc::shutting_down);
  end.join();
}

TEST_F(FeedTest, APositionThatTheLogDoesNotReachIsAnError) {
  Feed feed(engine_->log(), engine_->folder());
  const auto subscription = subscribe(feed, {{Partition{0}, Offset{1'000'000}}});
  ASSERT_TRUE(wait_until_ready(feed, subscription));
  EXPECT_EQ(feed.take(*subscription).error().code, Errc::position_gone);
}

}  // namespace
}  // namespace rapport
