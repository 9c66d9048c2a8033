#include "events/upcaster.h"

#include <gtest/gtest.h>

#include "tests/events/event_json.h"

namespace rapport {
namespace {

TEST(Upcaster, LeavesTheNewestVersionAlone) {
  for (const EventTypeRow& row : event_types()) {
    const auto raised = upcast(row.type, row.newest_schema_version, "{}");
    ASSERT_TRUE(raised.has_value()) << row.name;
    EXPECT_EQ(*raised, std::nullopt) << row.name;
  }
}

TEST(Upcaster, KnowsNoVersionBeforeTheFirstOrAfterTheNewest) {
  for (const std::uint32_t version : {0u, 3u, 1'000'000u}) {
    const auto raised = upcast(EventType::chat_message, version, "{}");
    ASSERT_FALSE(raised.has_value()) << version;
    EXPECT_EQ(
        raised.error(),
        (Error{Errc::invalid_event, "is " + std::to_string(version) + ", this program knows 1 to 2", "schemaversion"}));
  }
}

TEST(Upcaster, RaisesEveryOldVersionOfEveryType) {
  for (const EventTypeRow& row : event_types()) {
    for (std::uint32_t version = 1; version < row.newest_schema_version; ++version) {
      const auto raised = upcast(row.type, version, "{}");
      ASSERT_TRUE(raised.has_value()) << row.name << " " << version;
      EXPECT_TRUE(raised->has_value()) << row.name << " " << version;
    }
  }
}

TEST(Upcaster, RaisesChatMessage1) {
  const struct {
    const char* old_data;
    const char* new_data;
  } rows[] = {
      {R"({"caseId":7,"author":"bot"})", R"({"caseId":7,"author":"bot"})"},
      {R"({"attachments":[]})", R"({"attachments":[]})"},
      {R"({"attachments":["https://a.example/x.png","u2"],"text":"é"})",
       R"({"attachments":[{"url":"https://a.example/x.png"},{"url":"u2"}],"text":"é"})"},
      {R"({"attachments":null})", R"({"attachments":null})"},
  };
  for (const auto& row : rows) EXPECT_EQ(upcast(EventType::chat_message, 1, row.old_data).value(), row.new_data);
}

TEST(Upcaster, RefusesChatMessage1OfAnotherShape) {
  const struct {
    const char* data;
    const char* field;
    const char* detail;
  } rows[] = {
      {R"({"caseId":"c","author":"bot","attachments":{}})", "data.attachments", "is not an array of URLs"},
      {R"({"caseId":"c","author":"bot","attachments":["u",{"url":"u"}]})", "data.attachments[1]", "is not a URL"},
      {R"([])", "data", "is not an object"},
      {R"({"author":"bot"})", "data.caseId", "is missing"},  // the newest version's rules hold after it
  };
  for (const auto& row : rows) {
    const EventJson event{.type = "chat.message", .data = row.data};
    expect_error(decode_event(event), Errc::invalid_event, row.field, row.detail, row.data);
  }
}

TEST(Upcaster, IsAppliedOnDecodeAndKeepsDataAsPublished) {
  const auto event = decode_event(EventJson{
      .type = "chat.message", .data = R"({"caseId":7,"author":"agent","attachments":["https://a.example/x.png"]})"});
  ASSERT_TRUE(event.has_value()) << to_string(event.error());
  EXPECT_EQ(event->schema_version, 1u);
  EXPECT_EQ(event->data, R"({"caseId":7,"author":"agent","attachments":["https://a.example/x.png"]})");
  EXPECT_EQ(std::get<ChatMessage>(event->payload),
            (ChatMessage{.case_id = "7", .author = ChatAuthor::agent, .attachments = {{"https://a.example/x.png"}}}));
}

TEST(Upcaster, TakesOldDataAsDeepAsTheDecoderDoes) {
  std::string deep = "0";
  for (std::size_t i = 2; i < kEventDepthMax; ++i) deep = "[" + deep + "]";
  const EventJson event{.type = "chat.message", .data = R"({"caseId":"c","author":"bot","more":)" + deep + "}"};
  EXPECT_TRUE(decode_event(event).has_value());
}

}  // namespace
}  // namespace rapport
