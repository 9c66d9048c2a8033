#include "engine/seal/event_seal.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "events/event_encoder.h"
#include "tests/events/arbitrary_event.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class EventSealTest : public testing::Test {
 protected:
  EventSealTest() : keys_(*ContactKeys::open(directory_.path() / "keys", SecretKey::draw(), LogId{1})), seal_(keys_) {}

  std::string sealed(const Event& event) {
    if (const auto* contact = std::get_if<ContactId>(&event.subject)) {
      EXPECT_TRUE(keys_->make_missing({contact, 1}));
    }
    auto value = seal_.seal(event, encode_event(event));
    EXPECT_TRUE(value);
    return *std::move(value);
  }
  std::optional<Result<Event>> opened(const Event& event, const std::string& value) {
    return seal_.open(decoder_, to_string(event.subject), value);
  }

  TemporaryDirectory directory_;
  std::shared_ptr<ContactKeys> keys_;
  EventSeal seal_;
  EventDecoder decoder_;
};

Event note(const std::string& text) {
  Event event = make_event("n1", "crm", EventType::note_added, ContactId{42}, Timestamp{1'000}, NoteAdded{text, "kim"});
  event.actor = "desk";
  event.identity = Identity{"web", "ada@x.example"};
  event.correlation_id = "import-7";
  return event;
}

TEST_F(EventSealTest, ShowsTheEnvelopeAndNothingThatIsSaid) {
  const Event event = note("call her back");
  const std::string value = sealed(event);
  for (const char* shown : {"n1", "crm", "note.added", "contact/42", "1970-01-01T00:00:01.000Z", "import-7"}) {
    EXPECT_THAT(value, testing::HasSubstr(shown));
  }
  for (const char* hidden : {"call", "kim", "ada@x.example", "desk"}) {
    EXPECT_THAT(value, testing::Not(testing::HasSubstr(hidden)));
  }
  const auto again = opened(event, value);
  ASSERT_TRUE(again && *again);
  EXPECT_EQ(**again, event);
}

TEST_F(EventSealTest, IsToldByTheBytesAlone) {
  const Event event = note("call her back");
  EXPECT_TRUE(is_sealed(sealed(event)));
  Event merged = make_event("m1", "crm", EventType::contact_merged_into, ContactId{42}, std::nullopt,
                            ContactMergedInto{ContactId{7}});
  merged.data = encode_payload(merged.type, merged.payload);
  EXPECT_TRUE(is_sealed(sealed(merged))) << "what says whom it is about in clear, too";
  Event erased = make_event("x1", "crm", EventType::contact_erased, ContactId{42}, std::nullopt, ContactErased{});
  Event tells = note(R"("enc":"xchacha20poly1305","data_base64":"AAAA"})");
  for (const Event& clear : {event, erased, tells}) EXPECT_FALSE(is_sealed(encode_event(clear)));
  for (const char* other : {"", "\"}", R"({"enc":"xchacha20poly1305"})", R"({"data_base64":"AAAA"})",
                            R"({"enc":"rot13","data_base64":"AAAA"})"}) {
    EXPECT_FALSE(is_sealed(other)) << other;
  }
}

TEST_F(EventSealTest, GivesEveryEventBack) {
  for (const EventTypeRow& row : event_types()) {
    EXPECT_TRUE(rc::check(std::string("sealed and opened: ") + std::string(row.name), [&] {
      const Event event = *arbitrary_event(row.type);
      const std::string value = sealed(event);
      const auto again = opened(event, value);
      if (!std::holds_alternative<ContactId>(event.subject) || event.type == EventType::contact_erased) {
        RC_ASSERT(!again);
        return;
      }
      RC_ASSERT(again.has_value());
      if (!*again) RC_FAIL(to_string(again->error()));
      RC_ASSERT(**again == event);
    }));
  }
}

TEST_F(EventSealTest, DoesNotOpenWhereAByteOfItChanged) {
  const Event event = note("x");
  const std::string value = sealed(event);
  for (std::size_t i = 0; i < value.size(); ++i) {
    std::string flipped = value;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    const auto again = opened(event, flipped);
    // Where the seal itself is no longer to be found, it is an event that no decoder takes.
    if (again) {
      ASSERT_FALSE(*again) << i;
      EXPECT_EQ(again->error().code, Errc::corrupt);
    } else {
      ASSERT_FALSE(decoder_.decode(flipped)) << i;
    }
  }
}

TEST_F(EventSealTest, UnderADestroyedKeyOpensAsOneThatSaysNothing) {
  const Event event = note("call her back");
  const std::string value = sealed(event);
  ASSERT_TRUE(keys_->destroy(std::vector{ContactId{42}}, Timestamp{2'000}));
  const auto emptied = opened(event, value);
  ASSERT_TRUE(emptied && *emptied) << to_string(emptied->error());
  EXPECT_EQ((*emptied)->type, EventType::note_added);
  EXPECT_EQ((*emptied)->id, event.id);
  EXPECT_EQ((*emptied)->time, event.time);
  EXPECT_EQ((*emptied)->data, "");
  EXPECT_EQ((*emptied)->identity, std::nullopt);
  EXPECT_EQ((*emptied)->payload, Payload{CustomEvent{}});
}

TEST_F(EventSealTest, OfAnErasedContactSealsWhatStillComesUnderAKeyThatNobodyHas) {
  ASSERT_TRUE(keys_->make_missing(std::vector{ContactId{42}}));
  ASSERT_TRUE(keys_->destroy(std::vector{ContactId{42}}, Timestamp{2'000}));
  const std::string value = sealed(note("too late"));
  EXPECT_THAT(value, testing::Not(testing::HasSubstr("too late")));
  EXPECT_EQ((*opened(note(""), value))->data, "");
}

TEST_F(EventSealTest, LeavesInClearWhatOnlyNamesContacts) {
  const Event merged = make_event("m1", "crm", EventType::contact_merged_into, ContactId{42}, std::nullopt,
                                  ContactMergedInto{ContactId{7}});
  const std::string value = sealed(merged);
  ASSERT_TRUE(keys_->destroy(std::vector{ContactId{42}}, Timestamp{2'000}));
  EXPECT_EQ((*opened(merged, value))->payload, merged.payload);
}

TEST_F(EventSealTest, HidesAnIdentityTheSameWayEveryTime) {
  const Identity ada{"web", "ada@x.example"};
  const Identity hidden = seal_.hide(ada);
  EXPECT_EQ(hidden.channel, "web");
  EXPECT_EQ(hidden.external_id.size(), 23u);
  EXPECT_EQ(hidden, seal_.hide(ada));
  EXPECT_NE(hidden, seal_.hide({"web", "bob@x.example"}));
  EXPECT_NE(hidden.external_id, seal_.hide({"app", "ada@x.example"}).external_id);
  const Event claim =
      make_event("c1", "rapport", EventType::identity_claimed, ada, std::nullopt, IdentityClaimed{ada, ContactId{42}});
  const Event written = seal_.hide_identity(claim);
  EXPECT_THAT(encode_event(written), testing::Not(testing::HasSubstr("ada")));
  EXPECT_EQ(written.payload, (Payload{IdentityClaimed{hidden, ContactId{42}}}));
}

TEST_F(EventSealTest, OpensNothingWithoutTheKey) {
  const Event event = note("x");
  const std::string value = sealed(event);
  const auto others =
      std::shared_ptr<ContactKeys>(*ContactKeys::open(directory_.path() / "others", SecretKey::draw(), LogId{1}));
  const auto unread = EventSeal(others).open(decoder_, "contact/42", value);
  ASSERT_TRUE(unread);
  EXPECT_EQ(unread->error().code, Errc::corrupt);
  EXPECT_THAT(unread->error().detail, testing::HasSubstr("the key of contact 42 is missing"));
}

}  // namespace
}  // namespace rapport
