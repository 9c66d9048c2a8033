#include "engine/publish/entry_checks.h"

#include <gmock/gmock.h>

namespace rapport {
namespace {

constexpr Timestamp kNow{1'700'000'000'000};

Event event(EventType type, Subject subject, Payload payload) {
  return make_event("e", "test", type, std::move(subject), kNow, std::move(payload));
}
Event visit() { return event(EventType::visit_started, ContactId{1}, VisitStarted{}); }

TEST(EntryChecks, TheFutureEndsFiveMinutesAhead) {
  Event ahead = visit();
  ahead.time = Timestamp{kNow.ms + kFutureTimeMaxMs};
  EXPECT_TRUE(check_entry(ahead, kNow));
  ahead.time = Timestamp{kNow.ms + kFutureTimeMaxMs + 1};
  const auto checked = check_entry(ahead, kNow);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::future_time);
  EXPECT_EQ(checked.error().field, "time");
  ahead.time.reset();
  EXPECT_TRUE(check_entry(ahead, kNow));
}

TEST(EntryChecks, WhatOnlyTheEngineMaySayIsRefused) {
  Event stamped = visit(), enciphered = visit(), idempotency = visit();
  stamped.identity = Identity{"web", "ada"};
  enciphered.enc = "xchacha20";
  idempotency.subject = Identity{std::string(kIdempotencyChannel), "k"};
  const Identity ada{"web", "ada"};
  const struct {
    Event event;
    const char* field;
  } rows[] = {
      {event(EventType::ids_reserved, ControlSubject{}, IdsReserved{}), "type"},
      {event(EventType::key_created, ControlSubject{}, KeyCreated{}), "type"},
      {event(EventType::identity_claimed, ada, IdentityClaimed{ada, ContactId{1}}), "type"},
      {event(EventType::contact_absorbed, ContactId{1}, ContactAbsorbed{ContactId{2}}), "type"},
      {event(EventType::custom, ControlSubject{}, CustomEvent{}), "subject"},
      {event(EventType::contact_merged_into, ContactId{1}, ContactMergedInto{ContactId{1}}), "data.into"},
      {stamped, "identity"},
      {enciphered, "enc"},
      {idempotency, "subject"},
  };
  for (const auto& row : rows) {
    const auto checked = check_entry(row.event, kNow);
    ASSERT_FALSE(checked) << row.event.type_name << " " << row.field;
    EXPECT_EQ(checked.error().code, Errc::invalid_event);
    EXPECT_EQ(checked.error().field, row.field) << row.event.type_name;
  }
  EXPECT_TRUE(check_entry(event(EventType::contact_merged_into, ContactId{1}, ContactMergedInto{ContactId{2}}), kNow));
}

}  // namespace
}  // namespace rapport
