#include "events/ids.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace rapport {
namespace {

TEST(Id, ParsesDecimalIntegersBelowTwoTo53) {
  EXPECT_EQ(parse_id("1").value(), 1u);
  EXPECT_EQ(parse_id("1042").value(), 1042u);
  EXPECT_EQ(parse_id("9007199254740991").value(), kIdMax);
}

TEST(Id, RefusesWhatIsNotOne) {
  for (const char* const text : {"", "0", "01", "-1", "+1", "1.0", "1e3", " 1", "1 ", "0x10", "abc", "9007199254740992",
                                 "9999999999999999", "10000000000000000", "18446744073709551617"}) {
    const auto id = parse_id(text);
    ASSERT_FALSE(id.has_value()) << text;
    EXPECT_EQ(id.error().code, Errc::invalid_argument) << text;
    EXPECT_NE(id.error().detail.find("is not an id: an integer from 1 to 2^53 - 1"), std::string::npos) << text;
  }
}

TEST(Id, KindsAreTypesOfTheirOwn) {
  static_assert(!std::is_same_v<ContactId, CompanyId>);
  static_assert(!std::is_convertible_v<ContactId, CompanyId>);
  EXPECT_LT(ContactId{1}, ContactId{2});
  EXPECT_NE(std::hash<ContactId>{}(ContactId{1}), std::hash<ContactId>{}(ContactId{2}));
}

}  // namespace
}  // namespace rapport
