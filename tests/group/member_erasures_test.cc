#include "engine/group/member_erasures.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(MemberErasures, WhatIsAskedReadsBackAsItWas) {
  const std::vector<ErasureWanted> wanted{{ContactId{42}, ContactId{7}}, {ContactId{7}}};
  EXPECT_EQ(decode_erasures(encode_erasures(wanted)).value(), wanted);
  EXPECT_TRUE(decode_erasures(encode_erasures({})).value().empty());
}

TEST(MemberErasures, WhatIsNoSuchTextIsRefused) {
  for (const char* text : {"", "[", "{}", "[42]", R"([{"contact":42}])", R"([{"contact":-1,"mergedInto":null}])"}) {
    EXPECT_EQ(decode_erasures(text).error().code, Errc::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace rapport
