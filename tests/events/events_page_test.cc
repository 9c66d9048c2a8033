// docs/events.md is what people publish by: its examples are events, one of every type, and say what the golden ones
// say.
#include <gtest/gtest.h>

#include <map>

#include "events/event_decoder.h"
#include "tests/events/golden_events.h"

namespace rapport {
namespace {

constexpr const char* kPage = "docs/events.md";

// What stands between "```json" and "```".
std::vector<std::string> json_examples(const std::string& page) {
  constexpr std::string_view kOpening = "```json\n", kClosing = "\n```";
  std::vector<std::string> out;
  for (auto from = page.find(kOpening); from != std::string::npos; from = page.find(kOpening, from)) {
    from += kOpening.size();
    out.push_back(page.substr(from, page.find(kClosing, from) - from));
  }
  return out;
}

std::map<std::string, Event> examples_by_type() {
  std::map<std::string, Event> out;
  EventDecoder decoder;
  for (const std::string& example : json_examples(read_file(kPage))) {
    auto event = decoder.decode(example);
    if (!event) {
      ADD_FAILURE() << to_string(event.error()) << "\n" << example;
    } else {
      EXPECT_TRUE(out.emplace(event->type_name, *event).second) << "a second example of " << event->type_name;
    }
  }
  return out;
}

TEST(EventsPage, ShowsAnEventOfEveryType) {
  const auto examples = examples_by_type();
  for (const Event& golden : golden_events()) {
    const auto example = examples.find(golden.type_name);
    ASSERT_NE(example, examples.end()) << "no example of " << golden.type_name;
    EXPECT_EQ(example->second.data, golden.data) << golden.type_name;
  }
  EXPECT_EQ(examples.size(), golden_events().size());
}

TEST(EventsPage, HasAHeadingOfEveryType) {
  const std::string page = read_file(kPage);
  for (const EventTypeRow& row : event_types()) {
    if (row.type == EventType::custom) continue;
    bool found = false;
    for (auto at = page.find("\n### "); at != std::string::npos; at = page.find("\n### ", at + 1)) {
      const std::string heading = page.substr(at, page.find('\n', at + 1) - at) + ",";
      found = found || heading.find(" " + std::string(row.name) + ",") != std::string::npos;
    }
    EXPECT_TRUE(found) << row.name;
  }
}

TEST(EventsPage, ShowsPublishersNothingThatTheEngineStamps) {
  for (const auto& [type, event] : examples_by_type()) {
    EXPECT_EQ(event.identity, std::nullopt) << type;
    EXPECT_EQ(std::holds_alternative<ControlSubject>(event.subject),
              event_type_row(event.type).stream == StreamKind::control)
        << type;
  }
}

TEST(EventsPage, NamesEveryClientAttribute) {
  const std::string page = read_file(kPage);
  for (const auto& name : kClientAttributeNames) {
    EXPECT_NE(page.find("`" + std::string(name) + "`"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace rapport
