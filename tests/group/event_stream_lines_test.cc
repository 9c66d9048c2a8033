#include "engine/group/event_stream_lines.h"

#include <gtest/gtest.h>

#include <vector>

namespace rapport {
namespace {

constexpr std::string_view kStream =
    "retry: 2000\nid: 1f2e3d4c.0-1\n\n: a comment\n\nid:1f2e3d4c.0-2\ndata: {\"a\": 1}\n\n"
    "event: problem\ndata: {}\n\nid: 1f2e3d4c.0-3\n";

std::vector<std::string> read_in_pieces(std::size_t size) {
  std::vector<std::string> out;
  EventStreamLines lines;
  for (std::string_view rest = kStream; !rest.empty(); rest.remove_prefix(std::min(size, rest.size()))) {
    EXPECT_TRUE(lines.feed(rest.substr(0, size), [&](const EventStreamLines::Event& event) {
      out.push_back(event.id + "|" + event.type + "|" + event.data);
      return true;
    }));
  }
  return out;
}

TEST(EventStreamLines, AreEventsHoweverTheBytesCome) {
  const std::vector<std::string> events{"1f2e3d4c.0-1||", "1f2e3d4c.0-2||{\"a\": 1}", "|problem|{}"};
  for (std::size_t size = 1; size <= kStream.size(); ++size) EXPECT_EQ(read_in_pieces(size), events) << size;
}

TEST(EventStreamLines, EndWhereEnoughHasCome) {
  EventStreamLines lines;
  int times = 0;
  EXPECT_FALSE(lines.feed(kStream, [&](const EventStreamLines::Event&) { return ++times < 2; }));
  EXPECT_EQ(times, 2);
}

TEST(EventStreamLines, RefuseALineWithoutEnd) {
  EventStreamLines lines;
  EXPECT_FALSE(lines.feed(std::string(kEventLineBytesMax + 1, 'a'), [](const auto&) { return true; }));
}

}  // namespace
}  // namespace rapport
