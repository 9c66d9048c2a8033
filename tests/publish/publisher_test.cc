// The publisher over a real log and fold.
#include "engine/publish/publisher.h"

#include <gmock/gmock.h>

#include <future>
#include <set>
#include <thread>

#include "engine/log/embedded_log.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class PublisherTest : public testing::Test {
 protected:
  PublisherTest()
      : log_(*EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 2})),
        generation_(*Generation::open({.directory = directory_.path() / "rows"})),
        folder_(*Folder::start(*log_, generation_, {})),
        publisher_(open()) {}

  std::unique_ptr<Publisher> open(PublisherOptions options = {}) { return *Publisher::open(*log_, *folder_, options); }

  Event event(Subject subject, EventType type, Payload payload) {
    return make_event("e" + std::to_string(++made_), "test", type, std::move(subject), Timestamp{made_ * 1'000},
                      std::move(payload));
  }
  Event visit(Subject subject) { return event(std::move(subject), EventType::visit_started, VisitStarted{}); }

  static Result<Published> publish(Publisher& publisher, std::vector<Event> events, PublishOptions options = {}) {
    std::promise<Result<Published>> told;
    std::vector<IncomingEvent> incoming(events.begin(), events.end());
    publisher.publish(std::move(incoming), options, [&](auto published) { told.set_value(std::move(published)); });
    return told.get_future().get();
  }
  std::vector<PublishResult> results(std::vector<Event> events, PublishOptions options = {}) {
    auto published = publish(*publisher_, std::move(events), options);
    EXPECT_TRUE(published) << to_string(published.error());
    return published ? std::move(published->results) : std::vector<PublishResult>{};
  }
  PublishResult result(Event event) { return results({std::move(event)}).at(0); }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_;
  std::shared_ptr<Generation> generation_;
  std::unique_ptr<Folder> folder_;
  std::unique_ptr<Publisher> publisher_;
  int made_ = 0;
};

TEST_F(PublisherTest, AnEventIsFoldedWhenItIsAnswered) {
  const PublishResult first = result(event(ContactId{42}, EventType::contact_created, ContactCreated{}));
  EXPECT_EQ(first.status, PublishStatus::accepted);
  EXPECT_EQ(first.contact, ContactId{42});
  EXPECT_EQ(first.version, 1u);
  ASSERT_TRUE(first.position);
  EXPECT_GE(folder_->view()->positions().at(first.position->partition), first.position->offset);
}

TEST_F(PublisherTest, ARepeatTellsTheFirstOutcomeAndPlace) {
  const Event created = event(ContactId{42}, EventType::contact_created, ContactCreated{});
  const PublishResult first = result(created);
  const PublishResult second = result(created);
  EXPECT_EQ(second.status, PublishStatus::repeated);
  EXPECT_EQ(second.first_outcome, PublishStatus::accepted);
  EXPECT_EQ(second.position, first.position);
}

TEST_F(PublisherTest, ARefusalSaysWhy) {
  Event late = event(ContactId{42}, EventType::contact_changed, ContactChanged{});
  late.expected_version = 7;
  const PublishResult refused = result(late);
  EXPECT_EQ(refused.status, PublishStatus::refused);
  EXPECT_EQ(refused.error->code, Errc::wrong_expected_version);
}

TEST_F(PublisherTest, ABadEventDoesNotKeepTheOthersBack) {
  Event future = visit(ContactId{1});
  future.time = Timestamp{now_wall_clock().ms + kFutureTimeMaxMs + 60'000};
  std::vector<IncomingEvent> events{visit(ContactId{1}), Error{Errc::invalid_json, "line 2"}, future,
                                    event(ContactId{1}, EventType::contact_absorbed, ContactAbsorbed{ContactId{2}}),
                                    visit(ContactId{1})};
  std::promise<Result<Published>> told;
  publisher_->publish(std::move(events), {}, [&](auto published) { told.set_value(std::move(published)); });
  const auto results = told.get_future().get()->results;
  EXPECT_EQ(results[0].status, PublishStatus::accepted);
  EXPECT_EQ(results[1].error->code, Errc::invalid_json);
  EXPECT_EQ(results[2].error->code, Errc::future_time);
  EXPECT_EQ(results[3].error->field, "type");
  EXPECT_EQ(results[4].status, PublishStatus::accepted);
  for (const int i : {1, 2, 3}) EXPECT_EQ(results[static_cast<std::size_t>(i)].status, PublishStatus::rejected) << i;
}

TEST_F(PublisherTest, OneVisitorIsOneContact) {
  const Identity ada{"web", "ada"}, eve{"web", "eve"};
  const auto batch = results({visit(ada), visit(eve), visit(ada)});
  ASSERT_EQ(batch.size(), 3u);
  EXPECT_EQ(batch[0].contact, batch[2].contact);
  EXPECT_NE(batch[0].contact, batch[1].contact);
  EXPECT_EQ(result(visit(ada)).contact, batch[0].contact);
}

TEST_F(PublisherTest, OneVisitorIsOneContactForManyEnginesAtOnce) {
  constexpr int kEngines = 4, kVisitors = 25;
  std::vector<std::map<int, ContactId>> seen(kEngines);
  std::vector<Event> visits;
  for (int visitor = 0; visitor < kVisitors; ++visitor)
    visits.push_back(visit(Identity{"web", std::to_string(visitor)}));
  std::vector<std::thread> engines;
  for (int engine = 0; engine < kEngines; ++engine) {
    engines.emplace_back([&, engine] {
      const auto publisher = open();
      for (int i = 0; i < kVisitors; ++i) {
        const int visitor = (i * 7 + engine) % kVisitors;
        Event mine = visits[static_cast<std::size_t>(visitor)];
        mine.id += "-" + std::to_string(engine);
        const auto published = publish(*publisher, {mine});
        if (published) seen[static_cast<std::size_t>(engine)].emplace(visitor, *published->results[0].contact);
      }
    });
  }
  for (std::thread& engine : engines) engine.join();
  std::set<ContactId> contacts;
  for (int visitor = 0; visitor < kVisitors; ++visitor) {
    for (const auto& of_engine : seen) {
      ASSERT_TRUE(of_engine.contains(visitor));
      EXPECT_EQ(of_engine.at(visitor), seen[0].at(visitor)) << visitor;
    }
    contacts.insert(seen[0].at(visitor));
  }
  EXPECT_EQ(contacts.size(), static_cast<std::size_t>(kVisitors));
}

TEST_F(PublisherTest, WhoReturnsAfterADeletionIsANewContact) {
  const Identity ada{"web", "ada"};
  const ContactId first = *result(visit(ada)).contact;
  ASSERT_EQ(result(event(first, EventType::contact_deleted, ContactDeleted{})).status, PublishStatus::accepted);
  const PublishResult again = result(visit(ada));
  EXPECT_EQ(again.status, PublishStatus::accepted);
  EXPECT_NE(again.contact, first);
  EXPECT_EQ(result(visit(ada)).contact, again.contact);
}

TEST_F(PublisherTest, WhoReturnsBehindADeletionOfTheSameCallIsANewContactAlsoWhereNoFoldIsAwaited) {
  const Identity ada{"web", "ada"};
  const ContactId first = *result(visit(ada)).contact;
  std::vector<IncomingEvent> events{event(first, EventType::contact_deleted, ContactDeleted{}), visit(ada)};
  std::promise<Result<Published>> told;
  publisher_->publish(std::move(events), {.wait = PublishWait::durable},
                      [&](auto published) { told.set_value(std::move(published)); });
  const auto published = told.get_future().get();
  ASSERT_TRUE(published) << to_string(published.error());
  EXPECT_NE(published->results[1].contact, first);
  EXPECT_EQ(result(visit(ada)).contact, published->results[1].contact);
}

TEST_F(PublisherTest, IdsAreGivenOutOnceAndNeverWhereAPublisherHasBroughtOne) {
  ASSERT_EQ(result(visit(ContactId{5})).status, PublishStatus::accepted);
  std::set<std::uint64_t> ids;
  const auto allocate = [&](Publisher& publisher) {
    std::promise<Result<std::uint64_t>> told;
    publisher.allocate_id(IdKind::contact, [&](auto id) { told.set_value(std::move(id)); });
    const auto id = told.get_future().get();
    ASSERT_TRUE(id) << to_string(id.error());
    EXPECT_TRUE(ids.insert(*id).second) << *id;
    EXPECT_GT(*id, 1'024u) << "the block around 5 is the publisher's";
  };
  const auto small = open({.id_range_size = 4});
  for (int i = 0; i < 10; ++i) {
    allocate(*publisher_);
    allocate(*small);
  }
}

TEST_F(PublisherTest, AnIdThatNobodyWasGivenIsRejected) {
  const ContactId ada = *result(visit(Identity{"web", "ada"})).contact;
  EXPECT_EQ(result(visit(ada)).status, PublishStatus::accepted);
  const PublishResult invented = result(visit(ContactId{ada.value + 1}));
  EXPECT_EQ(invented.status, PublishStatus::rejected);
  EXPECT_EQ(invented.error->code, Errc::id_not_given_out);
  // Another engine has not given it out either.
  const auto other = open();
  EXPECT_EQ(publish(*other, {visit(ContactId{ada.value + 2})})->results[0].error->code, Errc::id_not_given_out);
  EXPECT_EQ(publish(*other, {visit(ada)})->results[0].status, PublishStatus::accepted);
}

TEST_F(PublisherTest, FieldsAndTagsHaveLimits) {
  ContactChanged tags;
  for (std::size_t i = 0; i < kTagsMax; ++i) tags.tags_added.push_back("t" + std::to_string(i));
  ASSERT_EQ(result(event(ContactId{1}, EventType::contact_changed, tags)).status, PublishStatus::accepted);
  ContactChanged one_more;
  one_more.tags_added = {"more"};
  EXPECT_EQ(result(event(ContactId{1}, EventType::contact_changed, one_more)).error->code, Errc::too_many_tags);
  ContactChanged fields;
  for (std::size_t i = 0; i <= kFieldsMax; ++i) fields.fields.emplace_back("f" + std::to_string(i), JsonText{"1"});
  EXPECT_EQ(result(event(ContactId{1}, EventType::contact_changed, fields)).error->code, Errc::too_many_fields);
}

TEST_F(PublisherTest, DurableDoesNotWaitForTheFold) {
  const auto durable = results({visit(ContactId{1})}, {.wait = PublishWait::durable});
  EXPECT_EQ(durable[0].status, PublishStatus::durable);
  EXPECT_TRUE(durable[0].position);
}

TEST_F(PublisherTest, MoreThanTheBoundIsRefusedWhole) {
  const auto small = open({.in_flight_bytes_max = 1});
  std::vector<std::future<Result<Published>>> answers;
  for (int i = 0; i < 50; ++i) {
    const auto told = std::make_shared<std::promise<Result<Published>>>();
    answers.push_back(told->get_future());
    small->publish({visit(ContactId{1})}, {}, [told](auto published) { told->set_value(std::move(published)); });
  }
  int accepted = 0, overloaded = 0;
  for (auto& answer : answers) {
    const auto published = answer.get();
    if (published) {
      ++accepted;
    } else {
      EXPECT_EQ(published.error().code, Errc::overloaded);
      ++overloaded;
    }
  }
  EXPECT_GE(accepted, 1);
  EXPECT_GE(overloaded, 1);
}

TEST_F(PublisherTest, NothingIsAppendedBeforeItsGateIsOpen) {
  const auto gate = std::make_shared<AppendGate>();
  std::promise<Result<Published>> told;
  publisher_->publish({visit(ContactId{1})}, {.behind = gate}, [&](auto published) { told.set_value(published); });
  const PublishResult other = result(visit(ContactId{1}));  // whoever asks for none goes on
  auto answer = told.get_future();
  EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  gate->open(true);
  gate->open(false);
  const auto published = answer.get();
  ASSERT_TRUE(published) << to_string(published.error());
  EXPECT_EQ(published->results.at(0).status, PublishStatus::accepted);
  EXPECT_GT(published->results.at(0).position->offset, other.position->offset);
}

// As batches of lines are, of which the next is checked while the log takes the one before.
TEST_F(PublisherTest, ARangeThatManyCallsNeedAtOnceIsReservedOnce) {
  constexpr std::uint64_t kCalls = 20;
  std::vector<std::promise<Result<Published>>> told(kCalls);
  for (std::uint64_t i = 0; i < kCalls; ++i) {
    std::vector<IncomingEvent> events{visit(ContactId{i + 1})};
    if (i % 2 == 0) events.push_back(visit(ContactId{100'000}));  // of another range, too
    publisher_->publish(std::move(events), {}, [&, i](auto published) { told[i].set_value(std::move(published)); });
  }
  for (auto& one : told) {
    const auto published = one.get_future().get();
    ASSERT_TRUE(published) << to_string(published.error());
    for (const auto& result : published->results) EXPECT_EQ(result.status, PublishStatus::accepted);
  }
  const auto control = folder_->view()->checkpoints().at(kControlPartition);
  EXPECT_EQ(control.counts.refused, 0u);
  EXPECT_EQ(control.offset, Offset{2}) << "log.opened, and the two ranges";
}

TEST_F(PublisherTest, NothingIsAppendedBehindWhatWasNotWritten) {
  const auto gate = std::make_shared<AppendGate>();
  gate->open(false);
  const auto refused = publish(*publisher_, {visit(ContactId{1})}, {.behind = gate});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::log_unavailable);
  EXPECT_EQ(result(visit(ContactId{1})).position->offset, Offset{0});
}

TEST_F(PublisherTest, TheActorOfTheCallIsStamped) {
  ASSERT_TRUE(publish(*publisher_, {visit(ContactId{1})}, {.actor = "key-7"}));
  const auto reader = *log_->open_reader({{Partition{0}, Offset{}}, {Partition{1}, Offset{}}});
  RecordBatch batch;
  ASSERT_TRUE(reader->read({}, batch));
  ASSERT_EQ(batch.size(), 1u);
  EXPECT_THAT(std::string(batch[0].value), testing::HasSubstr("\"actor\":\"key-7\""));
}

}  // namespace
}  // namespace rapport
