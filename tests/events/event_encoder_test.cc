#include "events/event_encoder.h"

#include <gtest/gtest.h>

#include "tests/events/event_json.h"

namespace rapport {
namespace {

Event visit() {
  return make_event("e1", "channel/web", EventType::visit_started, ContactId{1042}, std::nullopt,
                    VisitStarted{{.url = "https://shop.example/"}});
}

TEST(EventEncoder, WritesOneLineWithDataLast) {
  EXPECT_EQ(encode_event(visit()),
            R"({"specversion":"1.0","id":"e1","source":"channel/web","type":"visit.started","subject":"contact/1042",)"
            R"("data":{"url":"https://shop.example/"}})");
}

TEST(EventEncoder, WritesAttributesInTheOrderOfTheTable) {
  Event event = visit();
  event.time = Timestamp{1};
  event.expected_version = 0;
  event.actor = "key-7";
  event.correlation_id = "c";
  event.causation_id = "d";
  event.identity = Identity{"web", "a:\"b\""};
  event.extensions = {{"traceparent", json_string("00-1")}, {"rate", JsonText{"30"}}};
  EXPECT_EQ(encode_event(event),
            R"({"specversion":"1.0","id":"e1","source":"channel/web","type":"visit.started","subject":"contact/1042",)"
            R"("time":"1970-01-01T00:00:00.001Z","expectedversion":0,"actor":"key-7","correlationid":"c",)"
            R"("causationid":"d","identity":"web:a:\"b\"","traceparent":"00-1","rate":30,)"
            R"("data":{"url":"https://shop.example/"}})");
  EXPECT_EQ(decode_event(encode_event(event)).value(), event);
}

TEST(EventEncoder, AppendsToWhatTheStringHolds) {
  std::string out = "before\n";
  append_event(out, visit());
  EXPECT_EQ(out, "before\n" + encode_event(visit()));
}

TEST(EventEncoder, SaysTheSchemaVersionBeyondTheFirst) {
  const Event event = make_event("e1", "s", EventType::chat_message, ContactId{1}, std::nullopt,
                                 ChatMessage{.case_id = "c1", .author = ChatAuthor::bot});
  EXPECT_EQ(event.schema_version, 2u);
  EXPECT_NE(encode_event(event).find(R"("schemaversion":2,)"), std::string::npos);
}

TEST(EventEncoder, SpellsAChangeByItsType) {
  const ContactChanged change{.fields = {{"email", json_string("a@x.example")}, {"age", JsonText{"null"}}}};
  EXPECT_EQ(encode_payload(EventType::contact_changed, change), R"({"fields":{"email":"a@x.example","age":null}})");
  EXPECT_EQ(encode_payload(EventType::contact_fields_changed, change),
            R"({"fields":{"email":"a@x.example","age":null}})");
  EXPECT_EQ(encode_payload(EventType::contact_fields_changed, ContactChanged{}), R"({"fields":{}})");
  EXPECT_EQ(encode_payload(EventType::contact_changed, ContactChanged{}), "{}");

  const ContactChanged tags{.tags_added = {"vip"}, .tags_removed = {"trial"}};
  EXPECT_EQ(encode_payload(EventType::contact_changed, tags), R"({"tags":{"add":["vip"],"remove":["trial"]}})");
  EXPECT_EQ(encode_payload(EventType::contact_tags_changed, tags), R"({"add":["vip"],"remove":["trial"]})");

  const ContactChanged client{.client = {{ClientAttribute::os_name, json_string("Linux")}}};
  EXPECT_EQ(encode_payload(EventType::contact_changed, client), R"({"client":{"clientOsName":"Linux"}})");
  EXPECT_EQ(encode_payload(EventType::contact_client_changed, client), R"({"clientOsName":"Linux"})");

  ContactChanged company;
  company.company.emplace();
  EXPECT_EQ(encode_payload(EventType::contact_changed, company), R"({"companyId":null})");
  EXPECT_EQ(encode_payload(EventType::contact_company_changed, company), R"({"companyId":null})");
}

TEST(Event, IsMadeWithTheNewestVersionOfItsType) {
  for (const EventTypeRow& row : event_types()) {
    const Event event = make_event("e", "s", row.type, ControlSubject{}, Timestamp{7}, CustomEvent{});
    EXPECT_EQ(event.type_name, row.name);
    EXPECT_EQ(event.schema_version, row.newest_schema_version);
    EXPECT_EQ(event.time, Timestamp{7});
  }
}

TEST(EventId, SortsByTimeAndIsNeverTheSame) {
  std::string before = make_event_id();
  EXPECT_EQ(before.size(), 26u);
  EXPECT_EQ(before.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos);
  for (int i = 0; i < 1'000; ++i) {
    const std::string id = make_event_id();
    EXPECT_NE(id, before);
    EXPECT_GE(id.substr(0, 10), before.substr(0, 10));
    before = id;
  }
}

}  // namespace
}  // namespace rapport
