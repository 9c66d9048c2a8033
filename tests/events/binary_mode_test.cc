// Binary mode: an event's attributes in a Kafka record's headers, its data in the value.
#include <gtest/gtest.h>

#include "events/event_decoder.h"
#include "events/event_encoder.h"
#include "tests/events/event_json.h"

namespace rapport {
namespace {

constexpr EventHeader kSpecVersion{"ce_specversion", "1.0"};
constexpr EventHeader kId{"ce_id", "01J9ZK"};
constexpr EventHeader kSource{"ce_source", "channel/web"};
constexpr EventHeader kType{"ce_type", "page.viewed"};
constexpr EventHeader kSubject{"ce_subject", "identity/web:a81f"};
constexpr std::string_view kData = R"({"url":"https://shop.example/"})";

Result<Event> decode_with(std::vector<EventHeader> more, std::string_view content_type = "application/json",
                          std::string_view data = kData) {
  std::vector<EventHeader> headers{kSpecVersion, kId, kSource, kType, kSubject};
  headers.insert(headers.end(), more.begin(), more.end());
  return EventDecoder().decode_binary_mode(headers, content_type, data);
}

TEST(BinaryMode, GivesTheEventOfStructuredMode) {
  const auto event = decode_with({{"ce_time", "2026-11-24T09:15:02.120Z"},
                                  {"ce_expectedversion", "17"},
                                  {"ce_schemaversion", "1"},
                                  {"ce_actor", "key-7"},
                                  {"ce_traceparent", "00-4bf9"},
                                  {"ce_rate", "30"},
                                  {"content-type", "application/json"},
                                  {"traceparent", "the transport's own"},
                                  {"CE_ID", "another name"}},
                                 "application/json; charset=utf-8", " { \"url\" : \"https://shop.example/\" } ");
  ASSERT_TRUE(event.has_value()) << to_string(event.error());
  const auto same = decode_event(
      R"({"specversion":"1.0","id":"01J9ZK","source":"channel/web","type":"page.viewed","subject":"identity/web:a81f",)"
      R"("time":"2026-11-24T09:15:02.120Z","expectedversion":17,"actor":"key-7","traceparent":"00-4bf9","rate":"30",)"
      R"("data":{"url":"https://shop.example/"}})");
  EXPECT_EQ(*event, same.value());
}

TEST(BinaryMode, ReadsEveryEncodedEventBack) {
  // Text in a header needs no escapes; in JSON it does.
  const auto event = decode_with({{"ce_actor", "quote \" backslash \\ zoë"}});
  ASSERT_TRUE(event.has_value()) << to_string(event.error());
  EXPECT_EQ(event->actor, "quote \" backslash \\ zoë");
  EXPECT_EQ(decode_event(encode_event(*event)).value(), *event);
}

TEST(BinaryMode, TakesAnEventWithoutData) {
  const std::vector<EventHeader> headers{
      kSpecVersion, kId, kSource, {"ce_type", "contact.deleted"}, {"ce_subject", "contact/1"}};
  const auto event = EventDecoder().decode_binary_mode(headers, "", "");
  ASSERT_TRUE(event.has_value()) << to_string(event.error());
  EXPECT_EQ(event->data, "{}");
}

TEST(BinaryMode, HoldsTheRulesOfStructuredMode) {
  const struct {
    std::vector<EventHeader> headers;
    Errc code;
    const char* field;
    const char* detail;
  } rows[] = {
      {{}, Errc::invalid_event, "specversion", "is missing"},
      {{kSpecVersion}, Errc::invalid_event, "id", "is missing"},
      {{{"ce_specversion", "0.3"}}, Errc::invalid_event, "specversion", "is not \"1.0\""},
      {{kSpecVersion, kId, {"ce_id", "2"}}, Errc::duplicate_key, "id", "stands twice"},
      {{kSpecVersion, {"ce_id", "a\nb"}}, Errc::invalid_event, "id", "has a control character"},
      {{kSpecVersion, {"ce_id", "\xff"}}, Errc::invalid_json, "", "is not UTF-8"},
      {{kSpecVersion, kId, kSource, kType, kSubject, {"ce_time", "now"}}, Errc::invalid_event, "time", "RFC 3339"},
      {{kSpecVersion, kId, kSource, kType, kSubject, {"ce_expectedversion", "x"}},
       Errc::invalid_event,
       "expectedversion",
       "is not an integer"},
      {{kSpecVersion, kId, kSource, kType, kSubject, {"ce_expectedversion", "-1"}},
       Errc::invalid_event,
       "expectedversion",
       "is not an integer"},
      {{kSpecVersion, kId, kSource, kType, kSubject, {"ce_expectedversion", "1,\"actor\":1"}},
       Errc::invalid_event,
       "expectedversion",
       "is not an integer"},
      {{kSpecVersion, kId, kSource, kType, kSubject, {"ce_schemaversion", "01"}},
       Errc::invalid_event,
       "schemaversion",
       "is not an integer"},
      {{kSpecVersion, kId, kSource, kType, kSubject, {"ce_Upper", "x"}},
       Errc::invalid_event,
       "Upper",
       "is not an attribute name"},
      {{kSpecVersion, kId, kSource, kType, kSubject, {"ce_", "x"}},
       Errc::invalid_event,
       "",
       "is not an attribute name"},
      {{kSpecVersion, kId, kSource, kType, kSubject, {"ce_data", "{}"}},
       Errc::invalid_event,
       "ce_data",
       "is not an attribute's header"},
      {{kSpecVersion, kId, kSource, kType, kSubject, {"ce_datacontenttype", "text/plain"}},
       Errc::invalid_event,
       "ce_datacontenttype",
       "is not an attribute's header"},
      {{kSpecVersion, kId, kSource, kType, {"ce_subject", "control"}},
       Errc::invalid_event,
       "subject",
       "not one that page.viewed is about"},
  };
  for (const auto& row : rows) {
    expect_error(EventDecoder().decode_binary_mode(row.headers, "application/json", kData), row.code, row.field,
                 row.detail, row.headers.empty() ? "no headers" : row.headers.back().name);
  }
}

TEST(BinaryMode, WantsJsonData) {
  for (const char* const type : {"text/plain", "application/xml", "application/cloudevents+json"}) {
    expect_error(decode_with({}, type), Errc::invalid_event, "datacontenttype", "not application/json", type);
  }
  expect_error(decode_with({}, "", "{"), Errc::invalid_json, "data", "is not JSON", "cut short");
  expect_error(decode_with({}, "", "\xff"), Errc::invalid_json, "data", "is not", "not UTF-8");
  expect_error(decode_with({}, "", " "), Errc::invalid_json, "data", "is empty", "white space");
  expect_error(decode_with({}, "", "{} {}"), Errc::invalid_json, "data", "is not JSON", "two values");
  expect_error(decode_with({}, "", R"({"url":"u"},"actor":"me")"), Errc::invalid_json, "data", "is not JSON",
               "data that ends early says no attributes");
  expect_error(decode_with({}, "", "[]"), Errc::invalid_event, "data", "is not an object", "an array");
  expect_error(decode_with({}, "", "{}"), Errc::invalid_event, "data.url", "is missing", "a rule of the type");
}

TEST(BinaryMode, HoldsTheLimitsOfStructuredMode) {
  const auto custom = [](std::string_view data) {
    return EventDecoder().decode_binary_mode(
        std::vector<EventHeader>{kSpecVersion, kId, kSource, {"ce_type", "a.b"}, kSubject}, "application/json", data);
  };
  const std::size_t around = encode_event(custom("1").value()).size() - 1;
  EXPECT_TRUE(custom("\"" + std::string(kEventSizeMax - around - 2, 'x') + "\"").has_value());
  expect_error(custom("\"" + std::string(kEventSizeMax - around - 1, 'x') + "\""), Errc::too_large, "",
               "has 262145 bytes, more than 262144", "one more");
  expect_error(custom(std::string(kEventSizeMax + 1, '1')), Errc::too_large, "", "more than 262144", "the data alone");
  const std::size_t deepest = kEventDepthMax - 1;
  EXPECT_TRUE(custom(std::string(deepest, '[') + std::string(deepest, ']')).has_value());
  const auto deeper = custom(std::string(deepest + 1, '[') + std::string(deepest + 1, ']'));
  ASSERT_FALSE(deeper.has_value());
  EXPECT_EQ(deeper.error().code, Errc::too_deep);
  EXPECT_TRUE(deeper.error().field.starts_with("data[0][0]")) << deeper.error().field;
}

}  // namespace
}  // namespace rapport
