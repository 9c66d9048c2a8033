#include "engine/group/member_events.h"

#include <gmock/gmock.h>

namespace rapport {
namespace {

TEST(MemberEvents, IdentitiesReadBackAsTheyWereAsked) {
  const IdentitiesAsked asked{{{"web", "a\"b"}, {"chat", "7"}}, {{{"chat", "7"}, ContactId{42}}}};
  const auto read = decode_identities(encode_identities(asked));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->identities, asked.identities);
  EXPECT_EQ(read->gone, asked.gone);
}

TEST(MemberEvents, ContactsReadBackInTheOrderAsked) {
  const std::vector<Identity> identities{{"web", "b"}, {"web", "a"}};
  const IdentityResolver::Contacts contacts{{identities[0], ContactId{1}},
                                            {identities[1], ContactId{(1ull << 53) - 1}}};
  const auto read = decode_contacts(identities, encode_contacts(identities, contacts));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(*read, contacts);
  EXPECT_FALSE(decode_contacts({{"web", "b"}}, encode_contacts(identities, contacts))) << "one answer too many";
}

TEST(MemberEvents, EventsReadBackWithWhatTheEngineStamped) {
  Event event = make_event("1", "test", EventType::note_added, ContactId{7}, Timestamp{1'000}, NoteAdded{"hello", {}});
  event.identity = Identity{"web", "a"};
  event.actor = "k1";
  event.expected_version = 3;
  const auto read = decode_events(encode_events({event, event}));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_THAT(*read, testing::ElementsAre(event, event));
}

TEST(MemberEvents, ResultsReadBackWhatever) {
  Published published;
  published.positions = {{kControlPartition, Offset{4}}, {Partition{3}, Offset{9}}};
  published.results = {{.status = PublishStatus::accepted,
                        .contact = ContactId{7},
                        .version = 2,
                        .position = LogPosition{Partition{3}, Offset{9}}},
                       {.status = PublishStatus::repeated,
                        .contact = ContactId{7},
                        .position = LogPosition{Partition{3}, Offset{1}},
                        .first_outcome = PublishStatus::refused,
                        .error = Error{Errc::contact_deleted, "gone", "subject"}},
                       {.status = PublishStatus::rejected, .error = Error{Errc::too_many_fields, "501", "data.fields"}},
                       {.status = PublishStatus::durable, .position = LogPosition{Partition{3}, Offset{9}}}};
  const auto read = decode_published(encode_published(published), 4);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->positions, published.positions);
  ASSERT_EQ(read->results.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    const PublishResult &a = read->results[i], &b = published.results[i];
    EXPECT_EQ(a.status, b.status);
    EXPECT_EQ(a.contact, b.contact);
    EXPECT_EQ(a.version, b.version);
    EXPECT_EQ(a.position, b.position);
    EXPECT_EQ(a.first_outcome, b.first_outcome);
    EXPECT_EQ(a.error, b.error);
  }
  EXPECT_FALSE(decode_published(encode_published(published), 5)) << "a result is missing";
}

TEST(MemberEvents, WhatIsNoneOfTheseIsAnError) {
  for (const std::string_view text :
       {"", "{", "[]", "{}", "null", R"({"contacts":[-1]})", R"({"results":[{}],"positions":[]})"}) {
    EXPECT_FALSE(decode_identities(text)) << text;
    EXPECT_FALSE(decode_contacts({{"web", "a"}}, text)) << text;
    EXPECT_FALSE(decode_published(text, 1)) << text;
    EXPECT_EQ(decode_problem(text).code, Errc::invalid_argument) << text;
  }
}

TEST(MemberEvents, AProblemIsTheErrorThatItTells) {
  const Error error = decode_problem(R"({"code":"overloaded","detail":"much to do","field":"x","status":503})");
  EXPECT_EQ(error, (Error{Errc::overloaded, "much to do", "x"}));
}

}  // namespace
}  // namespace rapport
