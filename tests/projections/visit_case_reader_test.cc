#include "projections/visit_case_reader.h"

#include <gmock/gmock.h>

#include "tests/projections/reader_story.h"

namespace rapport {
namespace {

using testing::ElementsAre;

template <class Listed>
std::vector<std::string> ids_of(const Result<std::vector<Listed>>& listed) {
  std::vector<std::string> ids;
  for (const Listed& one : listed.value()) ids.push_back(one.id);
  return ids;
}

TEST(VisitReader, ListsTheNewestFirstWithWhatTheirStartSays) {
  ReaderStory story;
  story.tell(1, model::visit_started({.visit_id = "b", .url = "https://x.example/1", .title = "One"}), 10);
  story.tell(1, model::visit_started({.visit_id = "a", .url = "https://x.example/2"}), 10);
  story.tell(1, model::visit_started({.visit_id = "c"}), 5).tell(1, model::page(std::string("c")), 30);
  story.tell(1, model::page(std::string("only-a-page")), 20);
  story.tell(2, model::visit_started({.visit_id = "of-another"}), 10);
  const View& view = story.view();
  EXPECT_THAT(ids_of(list_visits(view, ContactId{1}, 10)), ElementsAre("c", "only-a-page", "a", "b"));
  EXPECT_THAT(ids_of(list_visits(view, ContactId{1}, 1)), ElementsAre("c"));
  EXPECT_THAT(ids_of(list_visits(view, ContactId{3}, 10)), ElementsAre());

  const auto visit = read_visit(view, ContactId{1}, "b").value();
  ASSERT_TRUE(visit);
  EXPECT_EQ(visit->details.url, "https://x.example/1");
  EXPECT_EQ(visit->details.title, "One");
  EXPECT_EQ(read_visit(view, ContactId{1}, "c").value()->visit.pages, 1u);
  EXPECT_FALSE(read_visit(view, ContactId{1}, "only-a-page").value()->details.url);
  EXPECT_FALSE(read_visit(view, ContactId{1}, "of-another").value());
}

TEST(VisitReader, AVisitStartedTwiceSaysWhatTheLaterStartSays) {
  ReaderStory story;
  story.tell(1, model::visit_started({.visit_id = "v", .title = "later in time"}), 20);
  story.tell(1, model::visit_started({.visit_id = "v", .title = "earlier in time"}), 10);
  const auto visit = read_visit(story.view(), ContactId{1}, "v").value();
  EXPECT_EQ(visit->details.title, "later in time");
  EXPECT_EQ(visit->visit.first_time, model::at(10));
}

TEST(CaseReader, SaysWhoHasItAndHowItWasClosed) {
  ReaderStory story;
  story.tell(1, model::chat({.case_id = "k", .channel = "web", .title = "Help", .agent_id = "ann"}), 10);
  story.tell(
      1,
      {EventType::case_status_changed,
       CaseStatusChanged{.case_id = "k", .status = CaseStatus::closed, .closing_state = "solved", .agent_id = "bob"}},
      20);
  story.tell(1, model::message("only-a-message"), 30);
  const View& view = story.view();
  EXPECT_THAT(ids_of(list_cases(view, ContactId{1}, 10)), ElementsAre("only-a-message", "k"));
  const auto found = read_case(view, ContactId{1}, "k").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->support_case.status(), CaseStatus::closed);
  EXPECT_EQ(found->started->title, "Help");
  EXPECT_EQ(found->agent_id, "bob");
  EXPECT_EQ(found->closing_state, "solved");
  const auto open = read_case(view, ContactId{1}, "only-a-message").value();
  EXPECT_EQ(open->support_case.status(), CaseStatus::queued);
  EXPECT_FALSE(open->started);
  EXPECT_FALSE(open->closing_state);
}

TEST(CaseReader, AReopenedCaseHasNoClosingState) {
  ReaderStory story;
  story.tell(1,
             {EventType::case_status_changed,
              CaseStatusChanged{.case_id = "k", .status = CaseStatus::closed, .closing_state = "solved"}},
             10);
  story.tell(1, model::status("k", CaseStatus::active), 20);
  EXPECT_FALSE(read_case(story.view(), ContactId{1}, "k").value()->closing_state);
}

TEST(VisitReader, NothingIsLeftOfAnErasedContact) {
  ReaderStory story;
  story.tell(1, model::visit_started({.visit_id = "v", .url = "https://x.example/secret"}), 10);
  story.tell(1, model::chat({.case_id = "k", .channel = "web"}), 11).tell(1, model::erased(), 12);
  const View& view = story.view();
  EXPECT_THAT(ids_of(list_visits(view, ContactId{1}, 10)), ElementsAre());
  EXPECT_THAT(ids_of(list_cases(view, ContactId{1}, 10)), ElementsAre());
}

}  // namespace
}  // namespace rapport
