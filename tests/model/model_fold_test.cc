// What becomes of a record: the rules of docs/folding.md as tables, each row ending in the outcome.
#include "tests/model/model_fold.h"

#include <gtest/gtest.h>

#include "tests/model/story.h"

namespace rapport::model {
namespace {

const Subject kContact = ContactId{1};
const Subject kCompany = CompanyId{1};
constexpr std::nullopt_t kNoTime = std::nullopt;

TEST(ModelFold, RepeatsAnEventWithATimeOnlyAtThatTime) {
  tell(kContact, {
                     {"a", created(), 10, "accepted v1"},
                     {"a", created(), 10, "repeated 0 accepted v1"},
                     {"a", created(), 11, "accepted v2"},
                     {"b", created(), 10, "accepted v3"},
                     {.id = "a", .said = created(), .time = 10, .becomes = "accepted v4", .source = "web"},
                     // What it says does not matter: its name does.
                     {"a", deleted(), 10, "repeated 0 accepted v4"},
                 });
}

TEST(ModelFold, RepeatsAnEventWithoutATimeWhenever) {
  tell(kContact,
       {
           {"a", created(), kNoTime, "accepted v1"},
           {"b", note(), 5'000, "accepted v1"},
           {.id = "a", .said = created(), .time = kNoTime, .becomes = "repeated 0 accepted v1", .recorded = 9'000},
           // Recorded at the very time that its twin says: still not the same event.
           {"a", created(), kRecordedFirst, "accepted v2"},
           {"b", note(), kNoTime, "accepted v2"},
       });
}

TEST(ModelFold, RepeatsAcrossNoTwoStreams) {
  std::vector<Record> records = records_of_steps(kContact, {{"a", created(), 10}, {"a", created(), 10}});
  records[1].event->subject = ContactId{2};
  const Model model = fold(records);
  EXPECT_EQ(outcome_text(model.decisions[1]), "accepted v1");
}

TEST(ModelFold, TellsARefusalAgain) {
  tell(kContact, {
                     {"a", created(), 10, "accepted v1"},
                     {"b", created(), 11, "refused wrong_expected_version v1", 7},
                     {"c", created(), 12, "accepted v2"},
                     // It would pass now; it has been decided.
                     {"b", created(), 11, "repeated 1 refused wrong_expected_version v2", 2},
                 });
}

TEST(ModelFold, DecidesRepeatsBeforeDeletion) {
  tell(kContact, {
                     {"a", created(), 10, "accepted v1"},
                     {"d", deleted(), 11, "accepted v2"},
                     {"a", created(), 10, "repeated 0 accepted v2"},
                     {"d", deleted(), 11, "repeated 1 accepted v2"},
                     {"e", deleted(), 12, "refused contact_deleted v2"},
                     {"e", deleted(), 12, "repeated 4 refused contact_deleted v2"},
                 });
}

TEST(ModelFold, DecidesDeletionBeforeExpectedVersion) {
  tell(kContact, {
                     {"a", created(), 10, "accepted v1"},
                     {"d", deleted(), 11, "refused wrong_expected_version v1", 4},
                     {"d2", deleted(), 12, "accepted v2", 1},
                     {"b", created(), 13, "refused contact_deleted v2", 9},
                 });
}

TEST(ModelFold, DeletionIsOfTheLogNotOfTime) {
  tell(kContact, {
                     {"a", created(), 10, "accepted v1"},
                     {"d", deleted(), 5, "accepted v2"},
                     {"b", field("name", "\"Ann\""), 3, "refused contact_deleted v2"},
                     {"v", visit_started(), 1, "refused contact_deleted v2"},
                     {"s", absorbed(2), 1, "refused contact_deleted v2"},
                 });
}

TEST(ModelFold, ErasesADeletedContactAndThenRefusesEverything) {
  tell(kContact, {
                     {"a", created(), 10, "accepted v1"},
                     {"d", deleted(), 11, "accepted v2"},
                     {"e", erased(), 12, "accepted v3"},
                     {"b", created(), 13, "refused contact_erased v3"},
                     {"d2", deleted(), 14, "refused contact_erased v3"},
                     {"e2", erased(), 15, "refused contact_erased v3"},
                     // Of what came before the erasing event, nothing is left to tell that this was there.
                     {"e", erased(), 12, "repeated 2 accepted v3"},
                     {"a", created(), 10, "refused contact_erased v3"},
                     {"b", created(), 13, "repeated 3 refused contact_erased v3"},
                 });
}

TEST(ModelFold, ExpectedVersionZeroMeansMustNotExist) {
  tell(kContact, {
                     {"a", visit_started(), 10, "accepted v0", 0},
                     // It exists, at version 0: no expected version says so.
                     {"b", created(), 11, "refused wrong_expected_version v0", 0},
                     {"c", created(), 12, "accepted v1"},
                     {"d", created(), 13, "accepted v2", 1},
                     {"e", created(), 14, "refused wrong_expected_version v2", 1},
                     {"f", visit_started(), 15, "refused wrong_expected_version v2", 3},
                     {"g", visit_started(), 16, "accepted v2", 2},
                 });
}

TEST(ModelFold, AContactThatDoesNotExistMayHaveAVersion) {
  tell(kContact, {
                     {"a", merged_into(2), 10, "accepted v1"},
                     {"b", created(), 11, "accepted v2", 0},
                     {"c", created(), 12, "refused wrong_expected_version v2", 0},
                 });
  tell(kContact, {
                     {"a", merged_into(2), 10, "accepted v1"},
                     {"b", created(), 11, "accepted v2", 1},
                 });
}

TEST(ModelFold, VersionCountsAcceptedChanges) {
  tell(kContact,
       {
           {"1", created(), 10, "accepted v1"},
           {"2", changed({}), 10, "accepted v2"},
           {"3", field("name", "null"), 10, "accepted v3"},
           {"4", tagged("vip"), 10, "accepted v4"},
           {"5", {EventType::contact_client_changed, ContactChanged{}}, 10, "accepted v5"},
           {"6", {EventType::contact_company_changed, ContactChanged{.company = CompanyId{1}}}, 10, "accepted v6"},
           {"7", merged_into(2), 10, "accepted v7"},
           {"8", unmerged(), 10, "accepted v8"},
           {"9", absorbed(3), 10, "accepted v8"},
           {"10", parted(3), 10, "accepted v8"},
           {"11", visit_started(), 10, "accepted v8"},
           {"12", visit_ended("v"), 10, "accepted v8"},
           {"13", page(), 10, "accepted v8"},
           {"14", chat({.channel = "web"}), 10, "accepted v8"},
           {"15", message("c"), 10, "accepted v8"},
           {"16", status("c", CaseStatus::closed), 10, "accepted v8"},
           {"17", note(), 10, "accepted v8"},
           {"18", Said{}, 10, "accepted v8"},
           {"19", deleted(), 10, "accepted v9"},
           {"20", erased(), 10, "accepted v10"},
       });
}

TEST(ModelFold, APublishersOwnTypeNeverMovesTheVersion) {
  std::vector<Record> records = records_of_steps(kContact, {{"a", Said{}, 10}});
  records[0].event->type_name = "contact.rated";
  const Model model = fold(records);
  EXPECT_EQ(outcome_text(model.decisions[0]), "accepted v0");
  EXPECT_EQ(model.contacts.at(ContactId{1}).date_updated, std::nullopt);
}

TEST(ModelFold, CompaniesHaveAContactsRules) {
  const Said created_company{EventType::company_created, CompanyCreated{}};
  const Said changed_company{EventType::company_changed, CompanyChanged{}};
  const Said deleted_company{EventType::company_deleted, CompanyDeleted{}};
  tell(kCompany, {
                     {"a", changed_company, 10, "accepted v1", 0},
                     {"b", created_company, 11, "refused wrong_expected_version v1", 0},
                     {"c", created_company, 11, "accepted v2", 1},
                     {"x", Said{}, 12, "accepted v2"},
                     {"c", created_company, 11, "repeated 2 accepted v2"},
                     {"d", deleted_company, 12, "accepted v3"},
                     {"e", deleted_company, 13, "refused company_deleted v3"},
                     {"f", changed_company, 14, "refused company_deleted v3"},
                     {"y", Said{}, 15, "refused company_deleted v3"},
                 });
}

TEST(ModelFold, ParksWhatDoesNotDecodeAndGoesOn) {
  std::vector<Record> records = records_of_steps(kContact, {{"a", created(), 10}, {"b", created(), 11}});
  records[0].event = std::nullopt;
  const Model model = fold(records);
  EXPECT_EQ(outcome_text(model.decisions[0]), "parked");
  EXPECT_EQ(outcome_text(model.decisions[1]), "accepted v1");
}

TEST(ModelFold, ParksWhatStandsWhereItMustNot) {
  const Identity identity{"web", "a"};
  const Said claim{EventType::identity_claimed, IdentityClaimed{identity, ContactId{1}}};
  struct Row {
    const char* what;
    Subject subject;
    Said said;
    Partition partition;
    const char* becomes;
  };
  const std::vector<Row> rows{
      {"a contact's event", kContact, created(), Partition{0}, "accepted v1"},
      {"the same in the control stream", kContact, created(), kControlPartition, "parked"},
      {"a control event", ControlSubject{}, {EventType::tag_deleted, TagDeleted{1}}, kControlPartition, "accepted v0"},
      {"the same among the contacts'",
       ControlSubject{},
       {EventType::tag_deleted, TagDeleted{1}},
       Partition{0},
       "parked"},
      {"a claim", identity, claim, Partition{0}, "accepted v0"},
      {"a claim in the control stream", identity, claim, kControlPartition, "parked"},
      {"a claim of another identity", Identity{"web", "b"}, claim, Partition{0}, "parked"},
      {"a visit that nobody resolved", identity, visit_started(), Partition{0}, "parked"},
      {"a publisher's own type that nobody resolved", identity, Said{}, Partition{0}, "parked"},
      {"a company's event in the control stream", kCompany, Said{}, kControlPartition, "parked"},
  };
  for (const Row& row : rows) {
    std::vector<Record> records = records_of_steps(row.subject, {{"a", row.said, 10}});
    records[0].position.partition = row.partition;
    EXPECT_EQ(outcome_text(fold(records).decisions[0]), row.becomes) << row.what;
  }
}

TEST(ModelFold, GivesATimeToEventsThatHaveNone) {
  struct Row {
    const char* what;
    Step before;
    std::int64_t recorded_ms, time_ms;
  };
  const std::vector<Row> rows{
      {"recorded later than all others", {"a", created(), 10}, 20'000, 20'000},
      {"recorded earlier than a late-running clock says", {"a", created(), 30}, 20'000, 30'001},
      {"recorded at the same time", {"a", created(), 20}, 20'000, 20'001},
      {"after a refused event", {"a", created(), 30, "", 9}, 20'000, 30'001},
      {"near the last moment", {"a", created(), kTimestampMax.ms / 1'000}, 20'000, kTimestampMax.ms - 998},
  };
  for (const Row& row : rows) {
    std::vector<Record> records = records_of_steps(kContact, {row.before, {"b", note(), kNoTime}});
    records[1].recorded_at = Timestamp{row.recorded_ms};
    EXPECT_EQ(fold(records).contacts.at(ContactId{1}).timeline.back().time, Timestamp{row.time_ms}) << row.what;
  }
}

TEST(ModelFold, GivesNoTimeBeyondTheLast) {
  std::vector<Record> records =
      records_of_steps(kContact, {{"a", created(), 1}, {"b", note(), kNoTime}, {"c", note(), kNoTime}});
  records[0].event->time = kTimestampMax;
  const Contact contact = fold(records).contacts.at(ContactId{1});
  ASSERT_EQ(contact.timeline.size(), 3u);
  for (const Entry& entry : contact.timeline) EXPECT_EQ(entry.time, kTimestampMax);
  EXPECT_EQ(contact.timeline.back().event().id, "c");
}

TEST(ModelFold, CountsEveryRecordOnce) {
  std::vector<Record> records = records_of_steps(
      kContact, {{"a", created(), 1}, {"a", created(), 1}, {"b", created(), 2, "", 9}, {"c", note(), 3}});
  records[3].event = std::nullopt;
  const OutcomeCounts expected{.accepted = 1, .repeated = 1, .refused = 1, .parked = 1};
  EXPECT_EQ(fold(records).counts.at(Partition{0}), expected);
}

}  // namespace
}  // namespace rapport::model
