// Every limit of the way in, reached; and what an engine that dies on the way leaves behind.
#include <gmock/gmock.h>

#include <atomic>
#include <set>

#include "engine/log/embedded_log.h"
#include "engine/publish/entry_checks.h"
#include "engine/publish/id_allocator.h"
#include "engine/publish/identity_resolver.h"
#include "engine/publish/own_events.h"
#include "engine/publish/publish_call.h"
#include "events/event_decoder.h"
#include "tests/publish/intercepted_log.h"
#include "tests/publish/publish_engine.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using testing::HasSubstr;

class PublisherLimits : public testing::Test {
 protected:
  PublisherLimits() : embedded_(*EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 2})) {}

  PublishEngine& open(const PublisherOptions& options = {}) {
    engine_.emplace(log_, directory_.path() / "rows", options);
    return *engine_;
  }
  Event visit(Subject subject) {
    ++made_;
    return visit_event("e" + std::to_string(made_), std::move(subject), made_ * 1'000);
  }
  Event change(Subject subject, ContactChanged changed) {
    ++made_;
    return make_event("e" + std::to_string(made_), "test", EventType::contact_changed, std::move(subject),
                      Timestamp{made_ * 1'000}, std::move(changed));
  }
  // As another engine would, before whatever this thread appends next to the same partition.
  void append_elsewhere(const Event& event) {
    embedded_->append({*own_record(*embedded_, event)}, [](auto positions) { EXPECT_TRUE(positions); });
  }
  std::size_t count_in_log(EventType type) {
    const auto events = read_events(*embedded_);
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [&](const auto& one) { return one.event.type == type; }));
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> embedded_;
  InterceptedLog log_{*embedded_};
  std::optional<PublishEngine> engine_;
  int made_ = 0;
};

// The event in the records, where it is the only one and of that type.
std::optional<Event> only_event(const std::vector<NewRecord>& records, EventType type) {
  if (records.size() != 1) return std::nullopt;
  auto event = EventDecoder().decode(records[0].value);
  if (!event || event->type != type) return std::nullopt;
  return *std::move(event);
}

TEST_F(PublisherLimits, TheFoldIsNotWaitedForWithoutEnd) {
  PublishEngine& engine = open();
  ASSERT_EQ(engine.publish_one(visit(ContactId{1})).status, PublishStatus::accepted);
  log_.hold_readers(true);
  const PublishResult late = engine.publish_one(visit(ContactId{1}), {.wait_max = std::chrono::milliseconds(20)});
  EXPECT_EQ(late.status, PublishStatus::durable);
  EXPECT_EQ(late.error->code, Errc::wait_timeout);
  EXPECT_TRUE(late.position);
  log_.hold_readers(false);
}

TEST_F(PublisherLimits, AMergeThatItsSurvivorIsNotToldOfInTimeIsDurable) {
  PublishEngine& engine = open({.wait_max = std::chrono::milliseconds(200)});
  for (const ContactId contact : {ContactId{1}, ContactId{2}}) {
    ASSERT_EQ(engine.publish_one(visit(contact)).status, PublishStatus::accepted);
  }
  const Event merge = make_event("m", "crm", EventType::contact_merged_into, ContactId{2}, Timestamp{5},
                                 ContactMergedInto{ContactId{1}});
  log_.before = [this](const std::vector<NewRecord>& records) -> std::optional<Error> {
    if (only_event(records, EventType::contact_absorbed)) log_.hold_readers(true);
    return std::nullopt;
  };
  const PublishResult late = engine.publish_one(merge, {.tell_survivors = true});
  EXPECT_EQ(late.status, PublishStatus::durable);
  EXPECT_EQ(late.error->code, Errc::wait_timeout);
  EXPECT_TRUE(late.position);
  log_.before = [](auto&) { return std::nullopt; };
  log_.hold_readers(false);
  EXPECT_EQ(engine.publish_one(merge, {.tell_survivors = true}).status, PublishStatus::repeated);
}

TEST_F(PublisherLimits, AVisitorIsNotWaitedForWithoutEnd) {
  PublishEngine& engine = open({.fold_wait_max = std::chrono::milliseconds(20)});
  log_.hold_readers(true);
  const auto late = engine.publish({visit(Identity{"web", "ada"})});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::wait_timeout);
  EXPECT_TRUE(errc_retriable(late.error().code));
  EXPECT_EQ(count_in_log(EventType::visit_started), 0u);
  EXPECT_EQ(engine.publish({visit(ContactId{1})}).error().code, Errc::wait_timeout) << "its range is reserved first";
  log_.hold_readers(false);
  engine.fold_all();
  EXPECT_EQ(engine.publish_one(visit(Identity{"web", "ada"})).status, PublishStatus::accepted);
  EXPECT_EQ(engine.publish_one(visit(ContactId{1})).error->code, Errc::id_not_given_out) << "the engine's own range";
}

TEST_F(PublisherLimits, ClaimsThatAreUndoneEndAfterSomeRounds) {
  PublishEngine& engine = open();
  std::atomic<int> claims = 0;
  log_.before = [&](std::vector<NewRecord>& records) -> std::optional<Error> {
    if (auto claim = only_event(records, EventType::identity_claimed)) {
      ++claims;
      const auto& said = std::get<IdentityClaimed>(claim->payload);
      records[0] = *own_record(
          log_, own_event(EventType::identity_released, claim->subject, IdentityReleased{said.identity, said.contact}));
    }
    return std::nullopt;
  };
  const auto never = engine.publish({visit(Identity{"web", "ada"})});
  EXPECT_EQ(never.error().code, Errc::log_unavailable);
  EXPECT_EQ(claims, kClaimRoundsMax);
}

TEST_F(PublisherLimits, ReservationsThatComeSecondEndAfterSomeRounds) {
  PublishEngine& engine = open();
  std::atomic<int> asked = 0, rivals_max = kReservationsMax;
  log_.before = [&](std::vector<NewRecord>& records) -> std::optional<Error> {
    if (const auto reservation = only_event(records, EventType::ids_reserved)) {
      if (asked++ >= rivals_max) return std::nullopt;
      IdsReserved first = std::get<IdsReserved>(reservation->payload);
      first.holder = "rival";
      append_elsewhere(own_event(EventType::ids_reserved, ControlSubject{}, first));
    }
    return std::nullopt;
  };
  EXPECT_EQ(engine.allocate().error().code, Errc::overloaded);
  EXPECT_EQ(asked, kReservationsMax);
  asked = 0;
  rivals_max = kReservationsMax - 1;
  EXPECT_TRUE(engine.allocate()) << "the last round";
}

TEST_F(PublisherLimits, RangesAroundBroughtIdsAreAskedForSomeTimes) {
  PublishEngine& engine = open();
  std::atomic<int> asked = 0;
  log_.before = [&](std::vector<NewRecord>& records) -> std::optional<Error> {
    if (only_event(records, EventType::ids_reserved)) {
      ++asked;
      records[0] = *own_record(log_, own_event(EventType::tag_deleted, ControlSubject{}, TagDeleted{1}));
    }
    return std::nullopt;
  };
  EXPECT_EQ(engine.publish({visit(ContactId{42})}).error().code, Errc::log_unavailable);
  EXPECT_EQ(asked, kReservationRoundsMax);
  EXPECT_EQ(count_in_log(EventType::visit_started), 0u);
}

TEST_F(PublisherLimits, ABroughtIdIsReservedAloneWhereItsBlockIsNotFree) {
  PublishEngine& engine = open();
  append_elsewhere(own_event(EventType::ids_reserved, ControlSubject{}, IdsReserved{IdKind::contact, 100, 5, "other"}));
  EXPECT_EQ(engine.publish_one(visit(ContactId{42})).status, PublishStatus::accepted);
  EXPECT_EQ(engine.publish_one(visit(ContactId{43})).status, PublishStatus::accepted);
  EXPECT_EQ(engine.publish_one(visit(ContactId{104})).error->code, Errc::id_not_given_out);
  EXPECT_EQ(engine.folder().view()->control().range_of(IdKind::contact, 42)->count, 1u);
}

TEST_F(PublisherLimits, IdsEndAt2To53) {
  PublishEngine& engine = open();
  append_elsewhere(
      own_event(EventType::ids_reserved, ControlSubject{}, IdsReserved{IdKind::contact, 1, kIdMax, "other"}));
  engine.fold_all();
  EXPECT_EQ(engine.allocate().error().code, Errc::overloaded);
  EXPECT_EQ(engine.publish({visit(Identity{"web", "ada"})}).error().code, Errc::overloaded);
  EXPECT_EQ(engine.publish_one(visit(ContactId{kIdMax})).error->code, Errc::id_not_given_out);
  EXPECT_TRUE(engine.allocate(IdKind::company)) << "each kind has its own";
}

TEST_F(PublisherLimits, ACallForMoreThanABlockGetsIds) {
  PublishEngine& engine = open({.id_range_size = 4});
  std::vector<Event> visits;
  for (int i = 0; i < 30; ++i) visits.push_back(visit(Identity{"web", std::to_string(i)}));
  const auto published = engine.publish(visits);
  ASSERT_TRUE(published) << to_string(published.error());
  std::set<std::uint64_t> ids;
  for (const PublishResult& result : published->results) ids.insert(result.contact->value);
  EXPECT_EQ(ids.size(), 30u);
  EXPECT_EQ(*ids.rbegin(), 30u) << "dense";
  EXPECT_EQ(*engine.allocate(), 31u) << "what is left of a range is given out";
}

TEST_F(PublisherLimits, WhatTheEngineStampsCountsAsTheEventsSize) {
  PublishEngine& engine = open();
  Event large = visit(Identity{"web", std::string(kExternalIdSizeMax, 'a')});
  large = make_event(large.id, large.source, EventType::note_added, large.subject, large.time, NoteAdded{"", {}});
  const std::size_t around = own_record(log_, large)->value.size();
  const auto with_note = [&](std::size_t size) {
    return make_event(large.id, large.source, EventType::note_added, large.subject, large.time,
                      NoteAdded{std::string(size, 'x'), {}});
  };
  const PublishResult fits_before = engine.publish_one(with_note(kEventSizeMax - around));
  EXPECT_EQ(fits_before.status, PublishStatus::rejected);
  EXPECT_EQ(fits_before.error->code, Errc::too_large);
  const PublishResult fits = engine.publish_one(with_note(kEventSizeMax - around - 2 * kExternalIdSizeMax));
  EXPECT_EQ(fits.status, PublishStatus::accepted);
}

TEST_F(PublisherLimits, FieldsAreCountedWithinACallAndWhatRemovesIsLetThrough) {
  PublishEngine& engine = open();
  ContactChanged full, one_more, one_less;
  for (std::size_t i = 0; i < kFieldsMax; ++i) full.fields.emplace_back("f" + std::to_string(i), JsonText{"1"});
  one_more.fields = {{"more", JsonText{"1"}}};
  one_less.fields = {{"f0", JsonText{"null"}}};
  const ContactId contact{1};
  const auto published = engine.publish(
      {change(contact, full), change(contact, one_more), change(contact, one_less), change(contact, one_more)});
  ASSERT_TRUE(published) << to_string(published.error());
  EXPECT_EQ(published->results[0].status, PublishStatus::accepted);
  EXPECT_EQ(published->results[1].error->code, Errc::too_many_fields);
  EXPECT_EQ(published->results[2].status, PublishStatus::accepted);
  EXPECT_EQ(published->results[3].status, PublishStatus::accepted);
}

TEST_F(PublisherLimits, NamesAreCountedWhereTheyMayBeTooMany) {
  PublishEngine& engine = open();
  const ContactId contact{1};
  const auto hundred = [](int first) {
    ContactChanged part;
    for (int i = first; i < first + 100; ++i) {
      part.fields.emplace_back("f" + std::to_string(i), JsonText{"1"});
      part.tags_added.push_back("t" + std::to_string(i));
    }
    return part;
  };
  std::vector<Event> same, fresh;
  for (int i = 0; i < 6; ++i) same.push_back(change(contact, hundred(0)));
  for (int i = 1; i < 6; ++i) fresh.push_back(change(contact, hundred(100 * i)));
  const auto first = engine.publish(same);
  for (const PublishResult& result : first->results) EXPECT_EQ(result.status, PublishStatus::accepted);
  const auto last = engine.publish(fresh)->results;
  EXPECT_EQ(last[3].status, PublishStatus::accepted) << "the 500th";
  EXPECT_EQ(last[4].error->code, Errc::too_many_fields);
  ContactChanged tag;
  tag.tags_added = {"t500"};
  EXPECT_EQ(engine.publish_one(change(contact, tag)).error->code, Errc::too_many_tags);
  tag.tags_added = {"t499"};
  EXPECT_EQ(engine.publish_one(change(contact, tag)).status, PublishStatus::accepted) << "it stands already";
}

TEST_F(PublisherLimits, IdsInDataAreJudgedToo) {
  PublishEngine& engine = open();
  const std::uint64_t ours = *engine.allocate();
  const std::uint64_t our_company = *engine.allocate(IdKind::company);
  const auto merge = [&](std::uint64_t into) {
    return make_event("m" + std::to_string(into), "test", EventType::contact_merged_into, ContactId{5'000},
                      Timestamp{1}, ContactMergedInto{ContactId{into}});
  };
  EXPECT_EQ(engine.publish_one(merge(ours + 1)).error->field, "data.into");
  EXPECT_EQ(engine.publish_one(merge(ours)).status, PublishStatus::accepted);
  EXPECT_EQ(engine.publish_one(merge(6'000'000)).status, PublishStatus::accepted);
  EXPECT_NE(engine.folder().view()->control().range_of(IdKind::contact, 6'000'000), nullptr);
  ContactChanged moved;
  moved.company = std::optional(CompanyId{our_company + 1});
  EXPECT_EQ(engine.publish_one(change(ContactId{5'000}, moved)).error->field, "data.companyId");
  moved.company = std::optional(CompanyId{our_company});
  EXPECT_EQ(engine.publish_one(change(ContactId{5'000}, moved)).status, PublishStatus::accepted);
}

TEST_F(PublisherLimits, AContactDeletedMeanwhileIsFoundAnewForSomeTimes) {
  PublishEngine& engine = open();
  const Identity ada{"web", "ada"};
  const ContactId first = *engine.publish_one(visit(ada)).contact;
  int deletions = 1;
  log_.before = [&](std::vector<NewRecord>& records) -> std::optional<Error> {
    const auto visited = only_event(records, EventType::visit_started);
    if (visited && deletions-- > 0) {
      append_elsewhere(own_event(EventType::contact_deleted, visited->subject, ContactDeleted{}));
    }
    return std::nullopt;
  };
  const PublishResult again = engine.publish_one(visit(ada));
  EXPECT_EQ(again.status, PublishStatus::accepted);
  EXPECT_NE(again.contact, first);
  EXPECT_FALSE(again.error);

  deletions = 1'000;
  const PublishResult never = engine.publish_one(visit(ada));
  EXPECT_EQ(never.status, PublishStatus::refused);
  EXPECT_EQ(never.error->code, Errc::contact_deleted);
  EXPECT_EQ(deletions, 1'000 - kDeletedMeanwhileMax - 1);
}

TEST_F(PublisherLimits, AnAppendThatFailsFailsTheCall) {
  PublishEngine& engine = open();
  ASSERT_EQ(engine.publish_one(visit(ContactId{1})).status, PublishStatus::accepted);
  const Event event = visit(ContactId{1});
  log_.after = [] { return std::optional(Error{Errc::log_unavailable, "no answer"}); };
  EXPECT_EQ(engine.publish({event}).error().code, Errc::log_unavailable);
  EXPECT_EQ(engine.allocate().error().code, Errc::log_unavailable);
  EXPECT_EQ(engine.publish({visit(Identity{"web", "ada"})}).error().code, Errc::log_unavailable);
  log_.after = [] { return std::nullopt; };
  EXPECT_EQ(engine.publish_one(event).status, PublishStatus::repeated) << "it was written all the same";
  EXPECT_TRUE(engine.allocate());
  EXPECT_EQ(engine.publish_one(visit(Identity{"web", "ada"})).status, PublishStatus::accepted);
}

TEST_F(PublisherLimits, AClaimWithoutAnEventLosesNothing) {
  // What an engine leaves that dies between the claim and the event.
  const Identity ada{"web", "ada"};
  append_elsewhere(own_event(EventType::ids_reserved, ControlSubject{}, IdsReserved{IdKind::contact, 1, 8, "dead"}));
  append_elsewhere(own_event(EventType::identity_claimed, ada, IdentityClaimed{ada, ContactId{3}}));
  PublishEngine& engine = open({.id_range_size = 8});
  const PublishResult visited = engine.publish_one(visit(ada));
  EXPECT_EQ(visited.status, PublishStatus::accepted);
  EXPECT_EQ(visited.contact, ContactId{3});
  EXPECT_GE(*engine.allocate(), 9u) << "the dead engine's range is nobody's";
}

TEST_F(PublisherLimits, CallsThatMeetOneNewVisitorShareOneClaim) {
  PublishEngine& engine = open();
  log_.hold_readers(true);  // until all calls are on their way
  constexpr int kCalls = 20;
  std::atomic<int> answered = 0;
  std::mutex mutex;
  std::set<ContactId> contacts;
  for (int i = 0; i < kCalls; ++i) {
    engine.publisher().publish({visit(Identity{"web", "ada"})}, {}, [&](Result<Published> published) {
      const std::lock_guard lock(mutex);
      if (published) contacts.insert(*published->results[0].contact);
      ++answered;
      answered.notify_all();
    });
  }
  log_.hold_readers(false);
  for (int seen = 0; seen < kCalls; seen = answered) answered.wait(seen);
  EXPECT_EQ(contacts.size(), 1u);
  EXPECT_EQ(count_in_log(EventType::identity_claimed), 1u);
  EXPECT_EQ(*engine.allocate(), 2u);
}

TEST_F(PublisherLimits, WhatIsUnderWayIsAnsweredBeforeTheEnd) {
  PublishEngine& engine = open();
  std::atomic<int> answered = 0;
  for (int i = 0; i < 50; ++i) {
    engine.publisher().publish({visit(Identity{"web", std::to_string(i)})}, {}, [&](auto) { ++answered; });
  }
  engine_.reset();
  EXPECT_EQ(answered, 50);
}

}  // namespace
}  // namespace rapport
