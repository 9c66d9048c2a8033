#include "tools/rapport/contacts/event_stream.h"

#include <gtest/gtest.h>

#include <vector>

namespace rapport {
namespace {

struct Told {
  std::vector<std::string> events;  // "name: data"
  std::string last_id;
};

Told read(const std::vector<std::string>& pieces) {
  Told told;
  EventStreamReader reader;
  for (const std::string& piece : pieces) {
    reader.feed(piece, [&](const StreamEvent& event) { told.events.push_back(event.name + ": " + event.data); });
  }
  told.last_id = reader.last_id();
  return told;
}

const std::string kStream =
    "retry: 2000\nid: 1\n\nid: 2\ndata: {\"a\":1}\n\n: a comment\nevent: problem\r\ndata: one\ndata:two\r\n\r\n";

TEST(EventStream, TellsEventsAndWhereItStands) {
  const Told told = read({kStream});
  EXPECT_EQ(told.events, (std::vector<std::string>{"message: ", "message: {\"a\":1}", "problem: one\ntwo"}));
  EXPECT_EQ(told.last_id, "2");
}

TEST(EventStream, PiecesMayBeCutAnywhere) {
  const Told whole = read({kStream});
  for (std::size_t cut = 1; cut < kStream.size(); ++cut) {
    const Told cut_up = read({kStream.substr(0, cut), kStream.substr(cut)});
    EXPECT_EQ(cut_up.events, whole.events) << cut;
    EXPECT_EQ(cut_up.last_id, whole.last_id) << cut;
  }
}

TEST(EventStream, AnEventThatIsCutShortIsNotTold) {
  const Told told = read({"id: 1\ndata: a\n\nid: 2\ndata: b\n"});
  EXPECT_EQ(told.events, std::vector<std::string>{"message: a"});
  EXPECT_EQ(told.last_id, "1") << "or whoever resumes would miss the second";
}

}  // namespace
}  // namespace rapport
