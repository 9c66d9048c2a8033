#include "engine/group/member_rows.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

const LentRows kRows{{ContactId{7}, {{std::string("S\0c", 3), "\xff{}"}, {"T", ""}}}, {ContactId{42}, {}}};

TEST(MemberRows, WhatIsAskedReadsBackAsItWas) {
  RowsWanted rows{{ContactId{42}, ContactId{7}}, false, MomentNumber{9}};
  auto read = decode_rows_wanted(encode_rows_wanted(rows));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->contacts, rows.contacts);
  EXPECT_FALSE(read->states_alone);
  EXPECT_EQ(read->moment, rows.moment);
  rows.moment = std::nullopt;
  EXPECT_EQ(decode_rows_wanted(encode_rows_wanted(rows))->moment, std::nullopt);

  EXPECT_EQ(decode_links_wanted(encode_links_wanted(std::nullopt)).value(), std::nullopt);
  EXPECT_EQ(decode_links_wanted(encode_links_wanted(MomentNumber{7})).value(), MomentNumber{7});

  const auto families = decode_families_wanted(encode_families_wanted({{ContactId{1}}, 8, false}));
  ASSERT_TRUE(families) << to_string(families.error());
  EXPECT_EQ(families->contacts, std::vector{ContactId{1}});
  EXPECT_EQ(families->moment, 8u);
  EXPECT_FALSE(families->rest);
}

TEST(MemberRows, WhatIsToldReadsBackAsItWas) {
  EXPECT_EQ(decode_lent(encode_lent(kRows)).value(), kRows) << "also bytes that are no text";
  const auto links = decode_links(encode_links({5, {ContactId{3}, ContactId{4}}}));
  ASSERT_TRUE(links) << to_string(links.error());
  EXPECT_EQ(links->moment, 5u);
  EXPECT_EQ(links->lead_to, (std::vector{ContactId{3}, ContactId{4}}));
  const auto families = decode_families(encode_families({6, kRows}));
  ASSERT_TRUE(families) << to_string(families.error());
  EXPECT_EQ(families->rest, 6u);
  EXPECT_EQ(families->states, kRows);
}

TEST(MemberRows, WhoFoldsByAnotherVersionIsLentNothing) {
  std::string text = encode_rows_wanted({{ContactId{1}}});
  const std::string own = "\"fold\":" + std::to_string(kFoldVersion);
  text.replace(text.find(own), own.size(), "\"fold\":" + std::to_string(kFoldVersion + 1));
  EXPECT_EQ(decode_rows_wanted(text).error().code, Errc::unreachable);
}

TEST(MemberRows, WhatIsNoSuchTextIsRefused) {
  for (const char* text : {"", "{", "[]", "{}", R"({"contacts":{}})", R"({"contacts":[{"id":-1,"rows":[]}]})",
                           R"({"contacts":[{"id":1,"rows":[["!","x"]]}]})", R"({"moment":"x","leadTo":[]})"}) {
    EXPECT_FALSE(decode_rows_wanted(text)) << text;
    EXPECT_FALSE(decode_lent(text)) << text;
    EXPECT_FALSE(decode_links_wanted(text)) << text;
    EXPECT_FALSE(decode_links(text)) << text;
    EXPECT_FALSE(decode_families_wanted(text)) << text;
    EXPECT_FALSE(decode_families(text)) << text;
  }
}

}  // namespace
}  // namespace rapport
