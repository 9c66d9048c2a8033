#include "tools/rapport/import/access_log_events.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>

#include "events/event_decoder.h"
#include "tools/rapport/publish/line_reader.h"

namespace rapport {
namespace {

constexpr const char* kUserAgent = "Mozilla/5.0 (Windows NT 6.1; rv:27.0) Gecko/20100101 Firefox/27.0";

AccessLogRequest request(std::int64_t second, std::string target) {
  return {.address = "203.0.113.7",
          .time = Timestamp{second * 1000},
          .method = "GET",
          .target = std::move(target),
          .status = 200,
          .referrer = "https://search.example/",
          .user_agent = kUserAgent};
}

std::vector<Event> events_of(VisitSplitter& splitter, AccessLogEventsOptions options = {}) {
  AccessLogEvents source(splitter.visitors(), splitter.split(), std::move(options));
  EventDecoder decoder;
  std::vector<Event> events;
  std::string line;
  while (source.append_next(line)) {
    auto event = decoder.decode(line);
    if (!event) {
      ADD_FAILURE() << to_string(event.error()) << "\n" << line;
      break;
    }
    events.push_back(*std::move(event));
    line.clear();
  }
  EXPECT_EQ(events.size(), source.size());
  return events;
}

TEST(AccessLogEvents, TellsOfTheClientThenOfEachVisitAndItsPages) {
  VisitSplitter splitter;
  splitter.add(request(0, "/"));
  splitter.add(request(5, "/pricing"));
  splitter.add(request(4000, "/again"));
  const auto events = events_of(splitter, {.site = "https://shop.example"});
  ASSERT_EQ(events.size(), 6u);

  EXPECT_EQ(events[0].type_name, "contact.client.changed");
  EXPECT_EQ(events[0].data, std::string(R"({"clientType":"web","clientName":"Firefox","clientVersion":"27.0",)") +
                                R"("clientOsName":"Windows","clientOsVersion":"7","clientDeviceType":"desktop",)" +
                                R"("clientDetails":{"ua":")" + kUserAgent + R"("}})");
  EXPECT_EQ(events[0].time, Timestamp{0});

  const auto& visit = std::get<VisitStarted>(events[1].payload).visit;
  EXPECT_EQ(visit.visit_id, events[1].id);
  EXPECT_EQ(visit.url, "https://shop.example/");
  EXPECT_EQ(visit.referrer, "https://search.example/");
  EXPECT_EQ(visit.ip, "203.0.113.7");
  EXPECT_EQ(visit.user_agent, kUserAgent);

  const auto& page = std::get<PageViewed>(events[3].payload);
  EXPECT_EQ(page.url, "https://shop.example/pricing");
  EXPECT_EQ(page.visit_id, visit.visit_id);
  EXPECT_EQ(events[3].time, Timestamp{5000});

  EXPECT_EQ(events[4].type, EventType::visit_started);
  EXPECT_NE(events[4].id, events[1].id);
  EXPECT_EQ(std::get<PageViewed>(events[5].payload).visit_id, events[4].id);

  for (const auto& event : events) {
    EXPECT_EQ(event.source, "import/access-log");
    EXPECT_EQ(event.subject, events[0].subject);
  }
  EXPECT_TRUE(to_string(events[0].subject).starts_with("identity/web:203.0.113.7-")) << to_string(events[0].subject);
}

TEST(AccessLogEvents, AVisitorWithoutAUserAgentHasOnlyAClientType) {
  VisitSplitter splitter;
  auto bare = request(0, "/");
  bare.user_agent.reset();
  bare.referrer.reset();
  splitter.add(bare);
  const auto events = events_of(splitter, {.source = "site-2", .channel = "shop"});
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].data, R"({"clientType":"web"})");
  EXPECT_EQ(events[0].source, "site-2");
  EXPECT_TRUE(to_string(events[0].subject).starts_with("identity/shop:"));
  EXPECT_FALSE(std::get<VisitStarted>(events[1].payload).visit.referrer);
}

TEST(AccessLogEvents, EqualPagesOfOneSecondAreSeparateEvents) {
  VisitSplitter splitter;
  for (const auto* target : {"/a", "/b", "/a", "/a"}) splitter.add(request(7, target));
  std::set<std::string> ids;
  for (const auto& event : events_of(splitter)) ids.insert(event.id);
  EXPECT_EQ(ids.size(), 6u);
}

TEST(AccessLogEvents, ALongerLogGivesTheEventsOfTheShorterOneAgain) {
  VisitSplitter shorter, longer;
  for (int i = 0; i < 10; ++i) {
    shorter.add(request(i * 700, "/page"));
    longer.add(request(i * 700, "/page"));
  }
  longer.add(request(7000, "/page"));
  longer.add(request(9000, "/other"));
  auto few = events_of(shorter), many = events_of(longer);
  ASSERT_LT(few.size(), many.size());
  many.resize(few.size());
  EXPECT_EQ(few, many);
}

// The log that the project is given beside its clone. A missing file fails: the figures below are what the import
// shows.
TEST(AccessLogEvents, TheRealLogGivesTheseFigures) {
  auto reader = LineReader::open("../shared/data/access.log.gz");
  ASSERT_TRUE(reader) << to_string(reader.error());
  VisitSplitter splitter;
  std::vector<std::uint64_t> malformed;
  while (true) {
    const auto line = reader->next();
    ASSERT_TRUE(line) << to_string(line.error());
    if (!*line) break;
    const auto parsed = parse_access_log_line((*line)->text);
    if (parsed) {
      splitter.add(*parsed);
    } else {
      malformed.push_back((*line)->number);
    }
  }
  EXPECT_EQ(malformed, (std::vector<std::uint64_t>{8899}));
  EXPECT_EQ(splitter.request_count(), 9'999u);

  std::map<std::string, std::size_t> count;
  std::set<std::string> ids;
  std::set<Subject> subjects;
  for (const auto& event : events_of(splitter)) {
    ++count[event.type_name];
    EXPECT_TRUE(ids.insert(event.id).second) << event.id;
    subjects.insert(event.subject);
  }
  std::cout << "visitors " << splitter.visitors().size() << ", visits " << count["visit.started"] << ", pages "
            << count["page.viewed"] << "\n";
  EXPECT_EQ(splitter.visitors().size(), 1'861u);
  EXPECT_EQ(subjects.size(), 1'861u);
  EXPECT_EQ(count["contact.client.changed"], 1'861u);
  EXPECT_EQ(count["visit.started"], 3'223u);
  EXPECT_EQ(count["page.viewed"], 3'050u);
}

}  // namespace
}  // namespace rapport
