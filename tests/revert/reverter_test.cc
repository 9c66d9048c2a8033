#include "tests/revert/reverter_test.h"

#include <gmock/gmock.h>

namespace rapport {
namespace {

using testing::HasSubstr;

TEST_F(ReverterTest, TakesBackOneImportOfTwo) {
  for (std::uint64_t contact = 1; contact <= 3; ++contact) publish(city(contact, "Oslo", "import/a", 10));
  for (std::uint64_t contact = 2; contact <= 4; ++contact) publish(city(contact, "Rome", "import/b", 20));
  publish(city(3, "Bergen", "console", 30));
  RevertRequest dry = of_source("import/b");
  dry.dry_run = true;
  const RevertStatus shown = revert(dry);
  EXPECT_EQ(city_of(2), R"("Rome")") << "a dry run writes nothing";
  const RevertStatus done = revert(of_source("import/b"));
  EXPECT_EQ(city_of(1), R"("Oslo")");
  EXPECT_EQ(city_of(2), R"("Oslo")");
  EXPECT_EQ(city_of(3), R"("Bergen")");
  EXPECT_EQ(city_of(4), "none");
  for (const RevertStatus& status : {shown, done}) {
    EXPECT_EQ(status.state, RevertState::done);
    EXPECT_EQ(status.contacts, 3u);
    EXPECT_EQ(status.events, 3u);
    EXPECT_EQ(status.changes, 2u);
    EXPECT_EQ(status.conflicts, 1u);
    EXPECT_EQ(status.created, 1u);
    EXPECT_EQ(status.written, 2u);
    EXPECT_EQ(status.refused, 0u);
    EXPECT_EQ(status.first.size(), 3u);
  }
  const RevertStatus again = revert(of_source("import/b"));
  EXPECT_EQ(again.written, 0u);
  const RevertStatus back = revert({.selection = {.correlation_id = done.id}});
  EXPECT_EQ(back.written, 2u);
  EXPECT_EQ(city_of(2), R"("Rome")");
  EXPECT_EQ(city_of(4), R"("Rome")");
}

TEST_F(ReverterTest, ALaterWriteThatIsStillToArriveWins) {
  publish(city(1, "Oslo", "console", 10));
  publish(city(1, "Rome", "import/b", 20));
  revert(of_source("import/b"));
  publish(city(1, "Bergen", "console", 25));
  EXPECT_EQ(city_of(1), R"("Bergen")");
}

TEST_F(ReverterTest, SayWhatTheyUndoAndBelongToOneAnother) {
  publish(city(1, "Oslo", "console", 10));
  publish(city(1, "Rome", "import/b", 20));
  RevertRequest request = of_source("import/b");
  request.actor = "key-7";
  const RevertStatus status = revert(request);
  const Event written = read_events(log_).back().event;
  EXPECT_EQ(written.source, kRevertSource);
  EXPECT_EQ(written.type, EventType::contact_changed);
  EXPECT_EQ(written.causation_id, "e2");
  EXPECT_EQ(written.correlation_id, status.id);
  EXPECT_EQ(written.expected_version, 2u);
  EXPECT_EQ(written.actor, "key-7");
  EXPECT_EQ(written.id, revert_id("import/b", "e2", Timestamp{20'000}) + ".2");
}

TEST_F(ReverterTest, TakesBackSingleEventsByPosition) {
  publish(city(1, "Oslo", "crm", 10));
  const LogPosition wrong = publish(city(1, "Rome", "crm", 20));
  const LogPosition also_wrong = publish(city(2, "Rome", "crm", 20));
  const RevertStatus status = revert({.selection = {.events = {wrong, also_wrong}}});
  EXPECT_EQ(status.events, 2u);
  EXPECT_EQ(city_of(1), R"("Oslo")");
  EXPECT_EQ(city_of(2), "none");
}

TEST_F(ReverterTest, OnlyWhatWasRecordedSince) {
  publish(city(1, "Oslo", "crm", 10));
  RevertRequest request = of_source("crm");
  request.selection.since = Timestamp{now_wall_clock().ms + 60'000};
  EXPECT_EQ(revert(request).events, 0u);
  request.selection.since = Timestamp{now_wall_clock().ms - 60'000};
  EXPECT_EQ(revert(request).events, 1u) << "its own time is of 1970";
}

TEST_F(ReverterTest, BySourcesThatBeginAlike) {
  publish(city(1, "Oslo", "import/a", 10));
  publish(city(2, "Oslo", "import/b", 10));
  publish(city(3, "Oslo", "important", 10));
  const RevertStatus status = revert({.selection = {.source_prefix = "import/"}});
  EXPECT_EQ(status.events, 2u);
  EXPECT_EQ(city_of(3), R"("Oslo")");
}

TEST_F(ReverterTest, ContactsThatItMadeAreArchivedOrDeleted) {
  publish(city(1, "Rome", "import/a", 10));
  publish(visit_event("v1", ContactId{1}, 20'000));  // of another source
  publish(city(2, "Rome", "import/a", 10));
  RevertRequest archive = of_source("import/a");
  archive.created = CreatedContacts::archive;
  EXPECT_EQ(revert(archive).removed, 1u);
  EXPECT_FALSE(state_of(1).archived.value) << "a visit of others made it too";
  EXPECT_TRUE(state_of(2).archived.value);
  EXPECT_EQ(city_of(2), "none");

  publish(city(3, "Rome", "import/b", 10));
  publish(visit_event("v2", ContactId{4}, 20'000));
  RevertRequest remove = of_source("import/b");
  remove.created = CreatedContacts::remove;
  EXPECT_EQ(revert(remove).removed, 1u);
  EXPECT_EQ(state_of(3).gone, Gone::deleted);
  EXPECT_EQ(revert(remove).gone, 1u) << "and the second time it is gone";

  // One that only visits made has no version to expect.
  RevertRequest visits = of_source("test");
  visits.created = CreatedContacts::remove;
  const RevertStatus status = revert(visits);
  EXPECT_EQ(status.refused, 0u);
  EXPECT_EQ(state_of(4).gone, Gone::deleted);
  EXPECT_EQ(state_of(1).gone, Gone::no) << "what the import wrote made it too";
}

TEST_F(ReverterTest, WhatDoesNotFitIntoTheContactAnyMoreIsTold) {
  const auto with = [&](int from, int to, const char* value, const char* source, std::int64_t seconds) {
    ContactChanged changed;
    for (int i = from; i < to; ++i) changed.fields.emplace_back("f" + std::to_string(i), JsonText{value});
    return change(1, std::move(changed), source, seconds);
  };
  const int most = static_cast<int>(kFieldsMax);
  publish(with(0, most, "1", "crm", 10));
  publish(with(0, 10, "null", "import/b", 20));
  publish(with(most, most + 10, "2", "console", 30));
  const RevertStatus status = revert(of_source("import/b"));
  ASSERT_EQ(status.state, RevertState::done) << to_string(status.error.value_or(Error{}));
  EXPECT_EQ(status.written, 0u);
  EXPECT_EQ(status.refused, 1u);
  ASSERT_EQ(status.first.size(), 1u);
  ASSERT_TRUE(status.first[0].refused);
  EXPECT_EQ(status.first[0].refused->code, Errc::too_many_fields) << to_string(*status.first[0].refused);
}

TEST_F(ReverterTest, MoreThanAnEventHoldsIsSetBackBySeveral) {
  const auto with = [&](std::vector<std::string> fields, std::size_t bytes, const char* source, std::int64_t seconds) {
    ContactChanged changed;
    for (const std::string& field : fields) changed.fields.emplace_back(field, json_string(std::string(bytes, 'x')));
    return change(1, std::move(changed), source, seconds);
  };
  const std::size_t large = kEventSizeMax / 5 * 3;
  publish(with({"a"}, large, "crm", 10));
  publish(with({"b"}, large, "crm", 11));
  publish(with({"a", "b", "c"}, 1, "import/b", 20));
  const RevertStatus status = revert(of_source("import/b"));
  ASSERT_EQ(status.state, RevertState::done) << to_string(status.error.value_or(Error{}));
  EXPECT_EQ(status.written, 2u);
  EXPECT_EQ(status.refused, 0u);
  const auto values = values_by_path(state_of(1));
  EXPECT_EQ(values.at("fields.a").text.size(), large + 2);
  EXPECT_EQ(values.at("fields.b").text.size(), large + 2);
  EXPECT_FALSE(values.contains("fields.c"));
  EXPECT_EQ(revert(of_source("import/b")).written, 0u);
}

TEST_F(ReverterTest, AContactThatMovesOnMeanwhileIsToldAndTakenTheNextTime) {
  publish(city(1, "Oslo", "crm", 10));
  publish(city(1, "Rome", "import/b", 20));
  publish(city(2, "Rome", "import/b", 20));
  // Somebody tags contact 1 just before the compensations are appended.
  bool raced = false;
  log_.before = [&](std::vector<NewRecord>&) -> std::optional<Error> {
    if (raced) return std::nullopt;
    raced = true;
    ContactChanged tagged;
    tagged.tags_added = {"vip"};
    const Event event = make_event("race", "console", EventType::contact_changed, ContactId{1}, std::nullopt, tagged);
    EXPECT_TRUE(append_and_wait(*inner_, {*own_record(*inner_, event)}));
    return std::nullopt;
  };
  const RevertStatus status = revert(of_source("import/b"));
  EXPECT_EQ(status.refused, 1u);
  ASSERT_EQ(status.first.size(), 2u);
  ASSERT_TRUE(status.first[0].refused);
  EXPECT_EQ(status.first[0].refused->code, Errc::wrong_expected_version);
  EXPECT_EQ(city_of(1), R"("Rome")");
  EXPECT_EQ(city_of(2), "none");
  EXPECT_EQ(revert(of_source("import/b")).written, 1u);
  EXPECT_EQ(city_of(1), R"("Oslo")");
  EXPECT_TRUE(state_of(1).tags.at("vip").value);
}

TEST_F(ReverterTest, ManyContactsGoInPieces) {
  constexpr std::uint64_t kContacts = 2 * kRevertPieceContacts + 7;
  std::vector<Event> import;
  for (std::uint64_t contact = 1; contact <= kContacts; ++contact)
    import.push_back(city(contact, "Rome", "import/b", 20));
  ASSERT_TRUE(engine_.publish(std::move(import)));
  std::size_t largest = 0;
  log_.before = [&](std::vector<NewRecord>& records) {
    largest = std::max(largest, records.size());
    return std::nullopt;
  };
  const RevertStatus status = revert(of_source("import/b"));
  EXPECT_EQ(status.written, kContacts);
  EXPECT_EQ(status.first.size(), kRevertContactsTold);
  EXPECT_EQ(largest, kRevertPieceContacts);
  EXPECT_EQ(city_of(kContacts), "none");
}

TEST_F(ReverterTest, ALogThatFailsEndsItAndItGoesOnWhenRunAgain) {
  publish(city(1, "Rome", "import/b", 20));
  log_.before = [](std::vector<NewRecord>&) { return Error{Errc::log_unavailable, "no broker answers"}; };
  const RevertStatus failed = revert(of_source("import/b"));
  EXPECT_EQ(failed.state, RevertState::failed);
  EXPECT_EQ(failed.error->code, Errc::log_unavailable);
  // Written, and the answer lost: the second time it is there.
  log_.before = [](std::vector<NewRecord>&) { return std::nullopt; };
  log_.after = [] { return std::optional(Error{Errc::log_unavailable, "the answer is lost"}); };
  EXPECT_EQ(revert(of_source("import/b")).state, RevertState::failed);
  log_.after = [] { return std::nullopt; };
  engine_.fold_all();
  EXPECT_EQ(revert(of_source("import/b")).written, 0u);
  EXPECT_EQ(city_of(1), "none");
}

TEST_F(ReverterTest, OneAtATimeAndCancelled) {
  publish(city(1, "Rome", "import/b", 20));
  std::mutex held;
  held.lock();
  log_.before = [&](std::vector<NewRecord>&) {
    const std::lock_guard wait(held);
    return std::nullopt;
  };
  const auto started = reverter_.start(of_source("import/b"));
  ASSERT_TRUE(started);
  EXPECT_EQ(reverter_.start(of_source("import/b")).error().code, Errc::overloaded);
  EXPECT_EQ(reverter_.cancel("revert-other").error().code, Errc::not_found);
  ASSERT_TRUE(reverter_.cancel(*started));
  held.unlock();
  EXPECT_EQ(wait_for_end().state, RevertState::cancelled);
  EXPECT_EQ(reverter_.cancel(*started).error().code, Errc::not_found);
}

TEST_F(ReverterTest, WhatIsWrongWithASelectionIsNamed) {
  const LogPosition wrong = publish(city(1, "Rome", "import/b", 20));
  const Event company =
      make_event("co", "crm", EventType::company_created, CompanyId{7}, std::nullopt, CompanyCreated{});
  const LogPosition of_company = publish(company);
  const Timestamp now = now_wall_clock();
  const struct {
    RevertSelection selection;
    const char* field;
    const char* detail;
  } rows[] = {
      {{}, "source", "0 are given"},
      {{.source = "a", .correlation_id = "b"}, "source", "2 are given"},
      {{.source = ""}, "source", "is empty"},
      {{.source_prefix = ""}, "sourcePrefix", "is empty"},
      {{.correlation_id = ""}, "correlationId", "is empty"},
      {{.events = {wrong}, .since = now}, "since", "by position"},
      {{.events = std::vector<LogPosition>(kRevertEventsMax + 1, wrong)}, "events", "1000"},
      {{.events = {of_company}}, "events", "company/7"},
      {{.events = {{wrong.partition, Offset{999}}}}, "events", "no record"},
      {{.events = {{Partition{9}, Offset{0}}}}, "events", "no record"},
  };
  for (const auto& row : rows) {
    const auto refused = reverter_.start({.selection = row.selection});
    ASSERT_FALSE(refused) << row.detail;
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    EXPECT_EQ(refused.error().field, row.field);
    EXPECT_THAT(refused.error().detail, HasSubstr(row.detail));
  }
  EXPECT_TRUE(reverter_.start({.selection = {.events = std::vector<LogPosition>(kRevertEventsMax, wrong)}}));
}

}  // namespace
}  // namespace rapport
