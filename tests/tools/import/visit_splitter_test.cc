#include "tools/rapport/import/visit_splitter.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

AccessLogRequest request(std::int64_t minute, std::string target, std::string address = "203.0.113.7",
                         std::optional<std::string> user_agent = "Mozilla/5.0") {
  return {.address = std::move(address),
          .time = Timestamp{minute * 60'000},
          .method = "GET",
          .target = std::move(target),
          .status = 200,
          .referrer = std::nullopt,
          .user_agent = std::move(user_agent)};
}

std::vector<std::string> pages_of(const LoggedVisit& visit) {
  std::vector<std::string> pages;
  for (const auto& page : visit.pages) pages.emplace_back(page.target);
  return pages;
}

TEST(VisitSplitter, AVisitEndsWhenHalfAnHourPassesWithoutARequest) {
  VisitSplitter splitter;
  for (const std::int64_t minute : {0, 29, 58, 88, 200}) splitter.add(request(minute, "/" + std::to_string(minute)));
  const auto visits = splitter.split();
  ASSERT_EQ(visits.size(), 3u);
  EXPECT_EQ(pages_of(visits[0]), (std::vector<std::string>{"/0", "/29", "/58"}));
  EXPECT_EQ(visits[0].end.ms, 58 * 60'000);
  EXPECT_TRUE(visits[0].is_first);
  EXPECT_EQ(pages_of(visits[1]), (std::vector<std::string>{"/88"})) << "30 minutes have passed";
  EXPECT_FALSE(visits[1].is_first);
  EXPECT_EQ(pages_of(visits[2]), (std::vector<std::string>{"/200"}));
}

TEST(VisitSplitter, AssetsAndFailuresAreActivityButNoPages) {
  VisitSplitter splitter;
  splitter.add(request(0, "/a"));
  splitter.add(request(20, "/logo.png"));
  auto failed = request(40, "/gone");
  failed.status = 404;
  splitter.add(failed);
  splitter.add(request(60, "/b"));
  const auto visits = splitter.split();
  ASSERT_EQ(visits.size(), 1u);
  EXPECT_EQ(pages_of(visits[0]), (std::vector<std::string>{"/a", "/b"}));
}

TEST(VisitSplitter, AVisitorIsAnAddressWithAUserAgent) {
  VisitSplitter splitter;
  splitter.add(request(0, "/a", "203.0.113.7", "Firefox"));
  splitter.add(request(0, "/b", "203.0.113.7", "Chrome"));
  splitter.add(request(0, "/c", "203.0.113.8", "Chrome"));
  splitter.add(request(0, "/d", "203.0.113.8", std::nullopt));
  splitter.add(request(1, "/e", "203.0.113.8", std::nullopt));
  EXPECT_EQ(splitter.split().size(), 4u);
  ASSERT_EQ(splitter.visitors().size(), 4u);
  EXPECT_EQ(splitter.visitors()[1].user_agent, "Chrome");
  EXPECT_EQ(splitter.visitors()[3].user_agent, std::nullopt);
}

TEST(VisitSplitter, TheOrderOfLinesDoesNotMatterButWithinASecond) {
  VisitSplitter splitter;
  splitter.add(request(50, "/late"));
  splitter.add(request(25, "/one"));
  splitter.add(request(25, "/two"));
  splitter.add(request(0, "/early"));
  const auto visits = splitter.split();
  ASSERT_EQ(visits.size(), 1u);
  EXPECT_EQ(pages_of(visits[0]), (std::vector<std::string>{"/early", "/one", "/two", "/late"}));
}

TEST(VisitSplitter, AVisitLandsOnItsFirstPageElseOnItsFirstRequest) {
  VisitSplitter splitter;
  splitter.add(request(0, "/logo.png"));
  auto landing = request(1, "/pricing");
  landing.referrer = "https://search.example/";
  splitter.add(landing);
  auto image = request(0, "/photo.jpg", "203.0.113.9");
  image.referrer = "https://forum.example/";
  splitter.add(image);
  const auto visits = splitter.split();
  ASSERT_EQ(visits.size(), 2u);
  EXPECT_EQ(visits[0].target, "/pricing");
  EXPECT_EQ(visits[0].referrer, "https://search.example/");
  EXPECT_EQ(visits[0].begin.ms, 0);
  EXPECT_EQ(visits[1].target, "/photo.jpg");
  EXPECT_EQ(visits[1].referrer, "https://forum.example/");
  EXPECT_TRUE(visits[1].pages.empty());
}

TEST(VisitSplitter, NothingGivesNothing) {
  VisitSplitter splitter;
  EXPECT_TRUE(splitter.split().empty());
}

}  // namespace
}  // namespace rapport
