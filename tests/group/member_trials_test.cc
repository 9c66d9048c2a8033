#include "engine/group/member_trials.h"

#include <gtest/gtest.h>

#include "engine/group/member_events.h"
#include "events/event_decoder.h"

namespace rapport {
namespace {

Event event_of(std::string_view text) {
  EventDecoder decoder;
  return decoder.decode(text).value();
}

// A number that Boost.JSON would spell otherwise.
constexpr std::string_view kEvent =
    R"({"specversion":"1.0","id":"e1","source":"crm","type":"contact.changed","subject":"contact/42",)"
    R"("data":{"fields":{"score":1.10}}})";

TEST(MemberTrials, WhatIsAskedReadsBackAsItWas) {
  TrialWanted wanted{
      .identities = {Identity{"web", "a"}}, .events = {event_of(kEvent)}, .fresh = {ContactId{7}, ContactId{9}}};
  const auto read = decode_trial_wanted(encode_trial_wanted(wanted));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->identities, wanted.identities);
  EXPECT_EQ(encode_events(read->events), encode_events(wanted.events));
  EXPECT_EQ(read->fresh, wanted.fresh);
}

TEST(MemberTrials, WhatIsToldReadsBackAsItWas) {
  const TrialWanted wanted{.identities = {Identity{"web", "a"}}, .events = {event_of(kEvent)}};
  TrialTold told{.contacts = {ContactId{7}},
                 .fresh = {ContactId{7}},
                 .published = {},
                 .events = {std::string(kEvent)},
                 .states = {{ContactId{42}, {{std::string("S\0", 2), "\xff"}}}}};
  PublishResult accepted;
  accepted.status = PublishStatus::accepted;
  told.published.results = {accepted};
  const auto read = decode_trial(encode_trial(told), wanted);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->contacts, told.contacts);
  EXPECT_EQ(read->fresh, told.fresh);
  EXPECT_EQ(read->events, told.events) << "to the letter";
  EXPECT_EQ(read->states, told.states);
  EXPECT_EQ(read->published.results.front().status, PublishStatus::accepted);

  told.contacts.clear();
  EXPECT_EQ(decode_trial(encode_trial(told), wanted).error().code, Errc::invalid_argument);
}

TEST(MemberTrials, WhoFoldsByAnotherVersionIsToldNothing) {
  std::string text = encode_trial_wanted({});
  const std::string own = "\"fold\":" + std::to_string(kFoldVersion);
  text.replace(text.find(own), own.size(), "\"fold\":" + std::to_string(kFoldVersion + 1));
  EXPECT_EQ(decode_trial_wanted(text).error().code, Errc::unreachable);
}

TEST(MemberTrials, WhatIsNoSuchTextIsRefused) {
  for (const char* text : {"", "{", "[]", "{}", R"({"contacts":[-1]})"}) {
    EXPECT_EQ(decode_trial_wanted(text).error().code, Errc::invalid_argument) << text;
    EXPECT_EQ(decode_trial(text, {}).error().code, Errc::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace rapport
