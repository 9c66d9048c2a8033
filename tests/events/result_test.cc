#include "events/result.h"

#include <gtest/gtest.h>

#include <set>

namespace rapport {
namespace {

constexpr auto kErrcCount = static_cast<std::size_t>(Errc::internal) + 1;

TEST(Errc, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kErrcCount; ++i) names.insert(errc_name(static_cast<Errc>(i)));
  EXPECT_EQ(names.size(), kErrcCount);
  EXPECT_EQ(errc_name(Errc::wrong_expected_version), "wrong_expected_version");
  EXPECT_EQ(errc_name(Errc::internal), "internal");
}

TEST(Errc, RetriableIsWhatTimeCanMend) {
  for (const Errc code : {Errc::wait_timeout, Errc::log_unavailable, Errc::overloaded, Errc::shutting_down}) {
    EXPECT_TRUE(errc_retriable(code)) << errc_name(code);
  }
  for (const Errc code : {Errc::invalid_event, Errc::wrong_expected_version, Errc::not_found, Errc::corrupt}) {
    EXPECT_FALSE(errc_retriable(code)) << errc_name(code);
  }
}

TEST(Error, ReadsAsCodeFieldAndDetail) {
  EXPECT_EQ(to_string(Error{Errc::wrong_expected_version, "contact 42 is at 7, expected 5"}),
            "wrong_expected_version: contact 42 is at 7, expected 5");
  EXPECT_EQ(to_string(Error{Errc::invalid_event, "is missing", "data.caseId"}),
            "invalid_event: data.caseId: is missing");
  EXPECT_EQ(to_string(Error{Errc::shutting_down}), "shutting_down");
}

Result<int> half(int number) {
  if (number % 2 != 0) return Error{Errc::invalid_argument, std::to_string(number) + " is odd"};
  return number / 2;
}

Result<int> quarter(int number) {
  const auto first = half(number);
  RAPPORT_TRY(half(number));
  return half(*first);
}

TEST(Result, TryReturnsTheFirstError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(7).error().detail, "7 is odd");
  EXPECT_EQ(quarter(6).error().detail, "3 is odd");
}

TEST(Result, ValueOfAnErrorThrowsWhatItSays) { EXPECT_THROW(half(1).value(), std::runtime_error); }

TEST(ResultDeathTest, PanicSaysWhyAndEndsTheProcess) {
  EXPECT_DEATH(panic("the sky fell"), "rapport: broken invariant: the sky fell");
}

}  // namespace
}  // namespace rapport
