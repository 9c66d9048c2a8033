// Cases of apply() that random histories found or seldom meet; the rules as a whole are held by fold_property_test.cc.
#include "projections/contact_fold.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

class ContactFold : public testing::Test {
 protected:
  Outcome tell(EventType type, Payload payload, std::int64_t time_ms, std::optional<std::uint64_t> expected = {}) {
    const std::string id = "e" + std::to_string(next_.value);
    Event event = make_event(id, "crm", type, ContactId{1}, Timestamp{time_ms}, std::move(payload));
    event.expected_version = expected;
    const LogPosition position{Partition{0}, next_};
    ++next_.value;
    return apply(rows_, {position, Timestamp{time_ms}, std::move(event)});
  }

  TimelineRow appended(std::size_t index) const {
    const auto [stamp, value] = rows_.stream.appended[index];
    return *decode_timeline_row(stamp, value);
  }

  ContactRows rows_{ContactId{1}};
  Offset next_{0};
};

TEST_F(ContactFold, AContactThatOnlyHasALinkDoesNotExistYet) {
  EXPECT_EQ(tell(EventType::contact_merged_into, ContactMergedInto{ContactId{2}}, 10).version, 1u);
  EXPECT_FALSE(rows_.state.exists);
  EXPECT_EQ(tell(EventType::contact_created, ContactCreated{}, 20, 0).status, OutcomeStatus::accepted);
  EXPECT_EQ(tell(EventType::contact_created, ContactCreated{}, 30, 0).refusal, Refusal::wrong_expected_version);
}

TEST_F(ContactFold, AVisitorExistsWithoutAVersion) {
  EXPECT_EQ(tell(EventType::visit_started, VisitStarted{}, 10).version, 0u);
  EXPECT_EQ(tell(EventType::contact_created, ContactCreated{}, 20, 0).refusal, Refusal::wrong_expected_version);
}

TEST_F(ContactFold, AbsorbingAnotherIsAChangeButNoVersion) {
  tell(EventType::contact_created, ContactCreated{}, 10);
  EXPECT_EQ(tell(EventType::contact_absorbed, ContactAbsorbed{ContactId{2}}, 20).version, 1u);
  EXPECT_EQ(rows_.state.updated, Timestamp{20});
}

TEST_F(ContactFold, ADigestForgetsWhereTheEventsStood) {
  tell(EventType::contact_changed, ContactChanged{.archived = true}, 10);
  ContactRows other(ContactId{1});
  RecordedEvent elsewhere{{Partition{3}, Offset{99}}, Timestamp{77}, {}};
  elsewhere.event = make_event("e0", "crm", EventType::contact_changed, ContactId{1}, Timestamp{10},
                               ContactChanged{.archived = true});
  elsewhere.event.actor = "key/1";
  EXPECT_EQ(apply(other, std::move(elsewhere)).status, OutcomeStatus::accepted);
  EXPECT_EQ(contact_digest(ContactId{1}, other.state), contact_digest(ContactId{1}, rows_.state));
  EXPECT_NE(contact_digest(ContactId{2}, other.state), contact_digest(ContactId{1}, rows_.state));
}

TEST_F(ContactFold, AnErasureTakesTheRowsOfTheStepWithIt) {
  tell(EventType::chat_message, ChatMessage{.case_id = "c", .text = "hello"}, 10);
  tell(EventType::contact_erased, ContactErased{}, 20);
  EXPECT_TRUE(rows_.stream.erase_rows);
  EXPECT_TRUE(rows_.cases.empty());
  ASSERT_EQ(rows_.stream.appended.size(), 1u);
  EXPECT_EQ(appended(0).type, EventType::contact_erased);
  EXPECT_EQ(tell(EventType::note_added, NoteAdded{"secret", {}}, 30).refusal, Refusal::contact_erased);
  EXPECT_EQ(appended(1).data, "");
}

}  // namespace
}  // namespace rapport
