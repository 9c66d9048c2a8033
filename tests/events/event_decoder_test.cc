#include "events/event_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/events/event_json.h"

namespace rapport {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(EventDecoder, ReadsEveryAttribute) {
  const auto event = decode_event(R"({"specversion":"1.0","id":"01J9ZK","source":"channel/web","type":"visit.started",
      "subject":"contact/1042","time":"2026-11-24T09:15:02.120Z","datacontenttype":"application/json",
      "expectedversion":17,"actor":"key-7","correlationid":"c-1","causationid":"c-0","identity":"web:a81f",
      "schemaversion":1,"traceparent":"00-4bf9-00f0-01","sampled":true,"rate":30,"unset":null,
      "data":{ "url" : "https://shop.example/pricing" , "n" : [ 1.10, 2e3 ] }})");
  ASSERT_TRUE(event.has_value()) << to_string(event.error());
  EXPECT_EQ(event->id, "01J9ZK");
  EXPECT_EQ(event->source, "channel/web");
  EXPECT_EQ(event->type, EventType::visit_started);
  EXPECT_EQ(event->type_name, "visit.started");
  EXPECT_EQ(event->subject, Subject{ContactId{1042}});
  EXPECT_EQ(event->time, parse_timestamp("2026-11-24T09:15:02.120Z").value());
  EXPECT_EQ(event->expected_version, 17u);
  EXPECT_EQ(event->actor, "key-7");
  EXPECT_EQ(event->correlation_id, "c-1");
  EXPECT_EQ(event->causation_id, "c-0");
  EXPECT_EQ(event->identity, (Identity{"web", "a81f"}));
  EXPECT_EQ(event->schema_version, 1u);
  EXPECT_EQ(event->enc, std::nullopt);
  EXPECT_THAT(event->extensions, ElementsAre(Pair("traceparent", JsonText{R"("00-4bf9-00f0-01")"}),
                                             Pair("sampled", JsonText{"true"}), Pair("rate", JsonText{"30"})));
  EXPECT_EQ(event->data, R"({"url":"https://shop.example/pricing","n":[1.10,2e3]})");
  EXPECT_EQ(std::get<VisitStarted>(event->payload).visit.url, "https://shop.example/pricing");
}

TEST(EventDecoder, LeavesAbsentWhatIsAbsent) {
  const auto event = decode_event(
      R"({"specversion":"1.0","id":"1","source":"s","type":"contact.deleted","subject":"contact/1","time":null,"actor":null})");
  ASSERT_TRUE(event.has_value()) << to_string(event.error());
  EXPECT_EQ(event->time, std::nullopt);
  EXPECT_EQ(event->actor, std::nullopt);
  EXPECT_EQ(event->expected_version, std::nullopt);
  EXPECT_EQ(event->schema_version, 1u);
  EXPECT_TRUE(event->extensions.empty());
  EXPECT_EQ(event->data, "{}");
}

TEST(EventDecoder, FindsAttributesInAnyOrderAndSpelling) {
  const auto event = decode_event(
      "\t{ \"d\\u0061ta\" : { \"url\" : \"a }\\\" ,\" } ,\r\n \"subject\":\"contact/1\",\"type\":\"page.viewed\","
      "\"source\":\"s\",\"id\":\"\\u0031\" , \"specversion\" : \"1.0\" } \n");
  ASSERT_TRUE(event.has_value()) << to_string(event.error());
  EXPECT_EQ(event->id, "1");
  EXPECT_EQ(event->data, R"({"url":"a }\" ,"})");
  EXPECT_EQ(std::get<PageViewed>(event->payload).url, R"(a }" ,)");
}

TEST(EventDecoder, KeepsDataAsItWasPublished) {
  const char* const rows[] = {
      R"({"price":1.10,"big":123456789012345678.5,"exp":1E+2,"minus":-0.0,"zero":-0})",
      R"({"text":"\u00e9 \/ \ud83e\udd9c é","nested":{"a":[[],{}]}})",
      R"([1,"two",null])",
      R"("just a text")",
      R"(42)",
      R"(true)",
      R"({})",
  };
  for (const char* const data : rows) {
    const auto event = decode_event(EventJson{.type = "shop.order.placed", .data = data});
    ASSERT_TRUE(event.has_value()) << data << to_string(event.error());
    EXPECT_EQ(event->data, data);
    EXPECT_EQ(event->payload, Payload{CustomEvent{}});
    EXPECT_EQ(event->type, EventType::custom);
    EXPECT_EQ(event->type_name, "shop.order.placed");
  }
}

TEST(EventDecoder, TakesACustomEventWithoutData) {
  const auto event =
      decode_event(R"({"specversion":"1.0","id":"1","source":"s","type":"a.b","subject":"company/1","data":null})");
  ASSERT_TRUE(event.has_value()) << to_string(event.error());
  EXPECT_EQ(event->data, "");
}

TEST(EventDecoder, TakesJsonMediaTypes) {
  for (const char* const type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                                 "application/json;charset=UTF-8", "application/json ; charset=utf-8"}) {
    EXPECT_TRUE(
        decode_event(EventJson{.attributes = R"("datacontenttype":")" + std::string(type) + R"(",)"}).has_value())
        << type;
  }
  for (const char* const type :
       {"", "text/plain", "application/jsonp", "application/json5", "application/jso", "application/xml", "json"}) {
    expect_error(decode_event(EventJson{.attributes = R"("datacontenttype":")" + std::string(type) + R"(",)"}),
                 Errc::invalid_event, "datacontenttype", "not application/json", type);
  }
}

TEST(EventDecoder, RefusesWhatIsNotJson) {
  const struct {
    std::string bytes;
    const char* detail;
  } rows[] = {
      {"", "is empty"},
      {" \n ", "is empty"},
      {"{", "is not JSON"},
      {"}", "is not JSON"},
      {R"({"specversion":"1.0")", "is not JSON"},
      {R"({"specversion":"1.0",})", "is not JSON"},
      {R"({"specversion":1.0.0})", "a number"},
      {R"({'specversion':'1.0'})", "is not JSON"},
      {R"({"specversion":"1.0"} {})", "is not JSON"},
      {R"({"a":tru})", "is not JSON"},
      {R"({"a":NaN})", "is not JSON"},
      {R"({"a":Infinity})", "is not JSON"},
      {R"({"a":01})", "a number"},
      {R"({"a":+1})", "is not JSON"},
      {R"({"a":.5})", "is not JSON"},
      {R"({"a":"\x"})", "is not JSON"},
      {R"({"a":"\u12"})", "is not JSON"},
      {"{\"a\":\"line\nbreak\"}", "is not JSON"},
      {std::string("{\"a\":\"\0\"}", 9), "is not JSON"},
      {std::string("\0", 1), "is not JSON"},
      {"\xEF\xBB\xBF{}", "is not JSON"},  // a byte order mark
      {"{\"a\":\"\xff\"}", "is not UTF-8"},
      {"{\"a\":\"\xC3\"}", "is not UTF-8"},
      {"{\"a\":\"\xC0\x80\"}", "is not UTF-8"},
      {"{\"a\":\"\xED\xA0\x80\"}", "is not UTF-8"},  // a surrogate
  };
  for (const auto& row : rows) expect_error(decode_event(row.bytes), Errc::invalid_json, "", row.detail, row.bytes);
}

TEST(EventDecoder, RefusesUnpairedSurrogates) {
  for (const char* const text : {R"(\ud83e)", R"(\udd9c)", R"(\ud83ex)", R"(\ud83e\u0041)", R"(\udd9c\ud83e)"}) {
    const auto event = decode_event(EventJson{.data = R"({"title":")" + std::string(text) + R"("})"});
    expect_error(event, Errc::invalid_json, "", "is not JSON", text);
  }
}

TEST(EventDecoder, RefusesNumbersThatWouldBeRounded) {
  for (const char* const number :
       {"18446744073709551616", "-9223372036854775809", "1e400", "-1e400", "123456789012345678901234567890"}) {
    const auto event = decode_event(EventJson{.type = "a.b", .data = R"({"n":)" + std::string(number) + "}"});
    expect_error(event, Errc::invalid_json, "", "neither a 64-bit integer nor a finite double", number);
  }
  for (const char* const number : {"18446744073709551615", "-9223372036854775808", "1e308", "4.9e-324", "1e-400"}) {
    EXPECT_TRUE(decode_event(EventJson{.type = "a.b", .data = R"({"n":)" + std::string(number) + "}"}).has_value())
        << number;
  }
}

TEST(EventDecoder, RefusesWhatIsNotAnObject) {
  for (const char* const json : {"[]", "1", "null", "\"text\"", "[{}]"}) {
    expect_error(decode_event(json), Errc::invalid_event, "", "is not a JSON object", json);
  }
}

TEST(EventDecoder, RefusesAKeyTwiceAtAnyDepth) {
  const struct {
    EventJson event;
    const char* field;
  } rows[] = {
      {{.attributes = R"("id":"e2",)"}, "id"},
      {{.attributes = R"("x":1,"x":1,)"}, "x"},
      {{.attributes = R"("data":{},)"}, "data"},
      {{.attributes = R"("\u0069d":"e2",)"}, "id"},  // the same key in another spelling
      {{.data = R"({"url":"a","url":"b"})"}, "data.url"},
      {{.data = R"({"":1,"":2})"}, "data."},
      {{.type = "a.b", .data = R"({"a":[0,{"b":{"c":1,"c":2}}]})"}, "data.a[1].b.c"},
      {{.type = "a.b", .data = R"([[{"k":null,"k":null}]])"}, "data[0][0].k"},
      {{.type = "contact.changed", .data = R"({"fields":{"a":1,"b":2,"a":3}})"}, "data.fields.a"},
  };
  for (const auto& row : rows) {
    const std::string json = event_json(row.event);
    expect_error(decode_event(json), Errc::duplicate_key, row.field, "stands twice", json);
  }
}

TEST(EventDecoder, RefusesAKeyTwiceAmongAnyNumberOfKeys) {
  for (const std::size_t count : {2u, 31u, 32u, 33u, 64u, 65u, 100u}) {
    std::string members;
    for (std::size_t i = 0; i < count; ++i) members += "\"k" + std::to_string(i) + "\":0,";
    const auto decoded = [&](const std::string& last) {
      return decode_event(EventJson{.type = "a.b", .data = "{" + members + "\"" + last + "\":0}"});
    };
    EXPECT_TRUE(decoded("k").has_value()) << count;
    expect_error(decoded("k0"), Errc::duplicate_key, "data.k0", "stands twice", "the first");
    const std::string last = "k" + std::to_string(count - 1);
    expect_error(decoded(last), Errc::duplicate_key, "data." + last, "stands twice", "the last");
  }
}

TEST(EventDecoder, KeepsDataThatIsNotTheLastMember) {
  for (
      const char* const json :
      {R"({"specversion":"1.0","id":"1","source":"s","data":{"url": "u"},"type":"page.viewed","subject":"contact/1"})",
       R"({"specversion":"1.0","id":"data","source":"s","type":"page.viewed","subject":"contact/1","data":{"url": "u"}})",
       R"({"specversion":"1.0","id":"\\","source":"s","type":"page.viewed","subject":"contact/1","data":{"url": "u"} })",
       R"({"specversion":"1.0","id":"1","source":"s","type":"page.viewed","subject":"contact/1","d\u0061ta":{"url": "u"}})"}) {
    const auto event = decode_event(std::string_view(json));
    ASSERT_TRUE(event.has_value()) << json << to_string(event.error());
    EXPECT_EQ(event->data, R"({"url":"u"})") << json;
  }
}

TEST(EventDecoder, TakesManyKeysThatDiffer) {
  std::string data = "{";
  for (int i = 0; i < 2'000; ++i) data += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  EXPECT_TRUE(decode_event(EventJson{.type = "a.b", .data = data + "}"}).has_value());
  expect_error(decode_event(EventJson{.type = "a.b", .data = data + ",\"1999\":0}"}), Errc::duplicate_key, "data.1999",
               "stands twice", "2,001 keys");
}

TEST(EventDecoder, HoldsTheRulesOfTheEnvelope) {
  const struct {
    std::string json;
    const char* field;
    const char* detail;
  } rows[] = {
      {R"({})", "specversion", "is missing"},
      {R"({"specversion":"0.3"})", "specversion", "is not \"1.0\""},
      {R"({"specversion":1.0})", "specversion", "is not a string"},
      {R"({"specversion":"1.0"})", "id", "is missing"},
      {R"({"specversion":"1.0","id":""})", "id", "has 0 bytes, not 1 to 128"},
      {R"({"specversion":"1.0","id":7})", "id", "is not a string"},
      {R"({"specversion":"1.0","id":"a\u0000b"})", "id", "has a control character"},
      {R"({"specversion":"1.0","id":"1"})", "source", "is missing"},
      {R"({"specversion":"1.0","id":"1","source":""})", "source", "has 0 bytes, not 1 to 256"},
      {R"({"specversion":"1.0","id":"1","source":"a\nb"})", "source", "has a control character"},
      {R"({"specversion":"1.0","id":"1","source":"s"})", "type", "is missing"},
      {R"({"specversion":"1.0","id":"1","source":"s","type":"visit"})", "type", "is not a dotted name"},
      {R"({"specversion":"1.0","id":"1","source":"s","type":"visit started"})", "type", "is not a dotted name"},
      {R"({"specversion":"1.0","id":"1","source":"s","type":".visit"})", "type", "is not a dotted name"},
      {R"({"specversion":"1.0","id":"1","source":"s","type":"a.b"})", "subject", "is missing"},
      {R"({"specversion":"1.0","id":"1","source":"s","type":"a.b","subject":1042})", "subject", "is not a string"},
      {R"({"specversion":"1.0","id":"1","source":"s","type":"a.b","subject":"1042"})", "subject",
       "'1042' is not contact/<id>"},
      {R"({"specversion":"1.0","id":"1","source":"s","type":"a.b","subject":"contact/x"})", "subject",
       "'x' is not an id"},
  };
  for (const auto& row : rows) {
    expect_error(decode_event(row.json), Errc::invalid_event, row.field, row.detail, row.json);
  }
}

TEST(EventDecoder, HoldsTheRulesOfOptionalAttributes) {
  const struct {
    const char* attributes;
    const char* field;
    const char* detail;
  } rows[] = {
      {R"("time":"yesterday",)", "time", "is not an RFC 3339 time"},
      {R"("time":"2026-11-24T09:15:02",)", "time", "with an offset"},
      {R"("time":1764000000,)", "time", "is not a string"},
      {R"("expectedversion":-1,)", "expectedversion", "is not an integer from 0"},
      {R"("expectedversion":1.5,)", "expectedversion", "is not an integer from 0"},
      {R"("expectedversion":1.0,)", "expectedversion", "is not an integer from 0"},
      {R"("expectedversion":"17",)", "expectedversion", "is not an integer from 0"},
      {R"("expectedversion":9007199254740992,)", "expectedversion", "is not an integer from 0 to 9007199254740991"},
      {R"("actor":"",)", "actor", "has 0 bytes, not 1 to 256"},
      {R"("actor":7,)", "actor", "is not a string"},
      {R"("actor":"a\tb",)", "actor", "has a control character"},
      {R"("correlationid":"",)", "correlationid", "has 0 bytes"},
      {R"("causationid":{},)", "causationid", "is not a string"},
      {R"("identity":"web",)", "identity", "is not an identity"},
      {R"("identity":"w b:x",)", "identity", "the channel of"},
      {R"("schemaversion":0,)", "schemaversion", "is 0, the first version is 1"},
      {R"("schemaversion":"1",)", "schemaversion", "is not an integer"},
      {R"("schemaversion":2,)", "schemaversion", "is 2, this program knows 1 to 1"},
      {R"("schemaversion":1000001,)", "schemaversion", "is not an integer from 0 to 1000000"},
      {R"("enc":"xchacha20",)", "enc", "is reserved"},
      {R"("datacontenttype":"text/plain",)", "datacontenttype", "is 'text/plain', not application/json"},
      {R"("data_base64":"e30=",)", "data_base64", "is not taken"},
      {R"("Actor":"a",)", "Actor", "is not an attribute name"},
      {R"("my-ext":"a",)", "my-ext", "is not an attribute name"},
      {R"("":"a",)", "", "is not an attribute name"},
      {R"("ext":{},)", "ext", "is not a string, number or boolean"},
      {R"("ext":[1],)", "ext", "is not a string, number or boolean"},
      {R"("ext":"a\u009fb",)", "ext", "has a control character"},
  };
  for (const auto& row : rows) {
    expect_error(decode_event(EventJson{.attributes = row.attributes}), Errc::invalid_event, row.field, row.detail,
                 row.attributes);
  }
}

TEST(EventDecoder, WantsASubjectThatTheTypeIsAbout) {
  const struct {
    const char* type;
    const char* data;
    const char* subject;
    bool fits;
  } rows[] = {
      {"contact.deleted", "{}", "contact/1", true},
      {"contact.deleted", "{}", "identity/web:a", true},  // to be resolved
      {"contact.deleted", "{}", "company/1", false},
      {"contact.deleted", "{}", "control", false},
      {"visit.started", "{}", "identity/web:a", true},
      {"company.deleted", "{}", "company/1", true},
      {"company.deleted", "{}", "contact/1", false},
      {"company.deleted", "{}", "identity/web:a", false},
      {"company.deleted", "{}", "control", false},
      {"identity.claimed", R"({"channel":"web","externalId":"a","contactId":1})", "identity/web:a", true},
      {"identity.claimed", R"({"channel":"web","externalId":"a","contactId":1})", "contact/1", false},
      {"tag.deleted", R"({"id":1})", "control", true},
      {"tag.deleted", R"({"id":1})", "contact/1", false},
      {"tag.deleted", R"({"id":1})", "identity/web:a", false},
      {"shop.order.placed", "{}", "contact/1", true},
      {"shop.order.placed", "{}", "company/1", true},
      {"shop.order.placed", "{}", "identity/web:a", true},
      {"shop.order.placed", "{}", "control", false},
  };
  for (const auto& row : rows) {
    const EventJson event{.type = row.type, .data = row.data, .subject = row.subject};
    if (row.fits) {
      const auto decoded = decode_event(event);
      EXPECT_TRUE(decoded.has_value()) << event_json(event) << to_string(decoded.error());
    } else {
      expect_error(decode_event(event), Errc::invalid_event, "subject", "not one that " + event.type + " is about",
                   event_json(event));
    }
  }
}

TEST(EventDecoder, IsUsedAgainAfterAnError) {
  EventDecoder decoder;
  EXPECT_FALSE(decoder.decode("{").has_value());
  EXPECT_TRUE(decoder.decode(event_json({})).has_value());
  EXPECT_FALSE(decoder.decode("\xff").has_value());
  EventDecoder moved = std::move(decoder);
  EXPECT_TRUE(moved.decode(event_json({})).has_value());
}

// Not spelled plainly, so that it is a parser that reads it, whose memory grows.
TEST(EventDecoder, ReadsALongerEventThanThoseBefore) {
  EventDecoder decoder;
  const auto spelled = [](const std::string& url) {
    return R"({ "specversion":"\u0031.0","id":"1","source":"s","type":"page.viewed","subject":"contact/1","data":{"url":")" +
           url + R"("}})";
  };
  for (const std::size_t size : {1, 4'000, 5'000, 2, 60'000, 64'000, 3}) {
    const std::string url(size, 'x');
    const auto event = decoder.decode(spelled(url));
    ASSERT_TRUE(event.has_value()) << size << ": " << to_string(event.error());
    EXPECT_EQ(std::get<PageViewed>(event->payload).url, url);
    const std::string deep = R"({ "specversion":"\u0031.0","x":)" + std::string(100, '[') + std::string(size, ' ') +
                             std::string(100, ']') + "}";
    EXPECT_EQ(decoder.decode(deep).error().code, Errc::too_deep) << size;
  }
}

TEST(EventDecoder, SplitsAnArrayIntoItsElements) {
  const auto elements =
      EventDecoder().split_array(R"( [ {"a": 1.10, "b":"] , [" } ,[ ], 2 , "x\"\\" , null,{"c":{"d":[{}]}} ] )", 10);
  ASSERT_TRUE(elements.has_value()) << to_string(elements.error());
  EXPECT_THAT(*elements,
              ElementsAre(R"({"a":1.10,"b":"] , ["})", "[]", "2", R"("x\"\\")", "null", R"({"c":{"d":[{}]}})"));
  EXPECT_TRUE(EventDecoder().split_array(" [ ] ", 0).value().empty());
}

TEST(EventDecoder, RefusesToSplitWhatIsNotAnArray) {
  EXPECT_EQ(EventDecoder().split_array("{}", 10).error().code, Errc::invalid_json);
  EXPECT_EQ(EventDecoder().split_array("[", 10).error().code, Errc::invalid_json);
  EXPECT_EQ(EventDecoder().split_array("", 10).error().code, Errc::invalid_json);
  EXPECT_EQ(EventDecoder().split_array("[1,]", 10).error().code, Errc::invalid_json);
}

}  // namespace
}  // namespace rapport
