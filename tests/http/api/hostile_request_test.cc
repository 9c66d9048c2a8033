// Requests that are well-formed HTTP and mean no good: the answer says what is wrong, is never a 500, and the next
// request of the same connection is answered as if nothing had been.
#include <gmock/gmock.h>

#include "tests/http/api/api_test.h"
#include "tests/http/raw_peer.h"

namespace rapport {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string times(std::size_t count, std::string_view piece) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
  return times(depth, open) + "1" + times(depth, close);
}

struct Place {
  const char* path;
  const char* content_type;
  std::string before, after;  // the body, around a value
};

// One of each reader of bodies.
const std::vector<Place>& places() {
  static const std::vector<Place> table{
      {"/v1/events", "application/cloudevents+json",
       R"({"specversion":"1.0","id":"1","source":"t","type":"contact.fields.changed","subject":"contact/7",)"
       R"("data":{"fields":{"name":)",
       "}}}"},
      {"/v1/events", "application/cloudevents+json",
       R"({"specversion":"1.0","id":"1","source":"t","type":"shop.order","subject":"contact/7","data":{"of":)", "}}"},
      {"/v1/contacts", "application/json", R"({"fields":{"name":)", "}}"},
      {"/api/v1/crm/objects/company", "application/json", R"({"fields":{"name":)", "}}"},
      {"/v1/keys", "application/json", R"({"scopes":["*"],"name":)", "}"},
      {"/v1/backups", "application/json", R"({"directory":)", "}"},
      {"/v1/reverts", "application/json", R"({"source":)", "}"},
      {"/api/v1/crm/objects/contact", "application/json", R"({"fields":{"name":)", "}}"},
      {"/api/v1/crm/objects/object-field", "application/json", R"({"object":"contact","key":)", "}"},
  };
  return table;
}

struct BadValue {
  const char* name;
  std::string text;
};

// No JSON, or JSON that two readers take differently.
const std::vector<BadValue>& no_values() {
  static const std::vector<BadValue> table{
      {"nothing", ""},
      {"a word", "nothing"},
      {"a quote that does not end", "\"a"},
      {"a byte that is no UTF-8", "\"\xff\""},
      {"an overlong slash", "\"\xc0\xaf\""},
      {"a surrogate in UTF-8", "\"\xed\xa0\x80\""},
      {"beyond Unicode", "\"\xf5\x80\x80\x80\""},
      {"a character that is cut", "\"\xe2\x82\""},
      {"a lone high surrogate", R"("\ud800")"},
      {"a lone low surrogate", R"("\udc00")"},
      {"surrogates in the wrong order", R"("\udc00\ud800")"},
      {"an unknown escape", R"("\x41")"},
      {"a raw NUL", std::string("\"a\0b\"", 5)},
      {"a raw line feed", "\"a\nb\""},
      {"beyond every double", "1e999"},
      {"below every double", "-1e999"},
      {"10,000 digits", times(10'000, "9")},
      {"no number", "NaN"},
      {"infinity", "-Infinity"},
      {"a hexadecimal number", "0x10"},
      {"a leading zero", "01"},
      {"a plus", "+1"},
      {"a bare point", "1."},
      {"single quotes", "'a'"},
      {"a comment", "/* a */ 1"},
      {"a comma too many", "[1,]"},
      {"two values", "1 2"},
      {"a brace too many", "1}}}}"},
      {"10,000 arrays", nested(10'000, "[", "]")},
      {"10,000 objects", nested(10'000, "{\"a\":", "}")},
      {"10,000 arrays that do not end", times(10'000, "[")},
      {"10,000 objects that do not end", times(10'000, "{\"a\":")},
      {"a key twice", R"({"a":1,"a":2})"},
      {"a key twice, once escaped", R"({"a":1,"\u0061":2})"},
      {"a key twice among 1,000", "{" + times(1'000, R"("k":1,)") + R"("a":1})"},
  };
  return table;
}

class HostileRequests : public ApiTest {
 protected:
  void expect_refusal(const Place& place, const std::string& body) {
    const Answer answer = send(HttpMethod::post, place.path, body, {}, place.content_type);
    EXPECT_THAT(answer.status, AnyOf(400, 413, 422)) << answer.body;
    if (answer.json.is_object()) {
      EXPECT_FALSE(answer.text("detail").empty());
    } else {
      ADD_FAILURE() << answer.body;
    }
    expect_all_is_well();
  }
  // On the connection that there was.
  void expect_all_is_well() {
    const Answer next = get("/v1/status");
    EXPECT_EQ(next.status, 200) << next.body;
    const std::uint64_t connections = server_->stats().connections_accepted;
    EXPECT_EQ(connections, connections_) << "the connection was lost";
    connections_ = connections;
  }

  std::uint64_t connections_ = 1;
};

TEST_F(HostileRequests, WhatIsNoJsonOrHasTwoMeaningsIsRefusedEverywhere) {
  for (const Place& place : places()) {
    for (const BadValue& value : no_values()) {
      SCOPED_TRACE(std::string(place.path) + " " + place.before + " " + value.name);
      expect_refusal(place, place.before + value.text + place.after);
    }
    SCOPED_TRACE(place.path);
    expect_refusal(place, "\xef\xbb\xbf" + place.before + "1" + place.after);
    expect_refusal(place, place.before + "\"a\"" + place.after + "x");
    expect_refusal(place, place.before + "\"a\"");
    expect_refusal(place, times(100'000, "["));
    expect_refusal(place, std::string(1'000, '\0'));
  }
  EXPECT_EQ(get("/v1/contacts").number("total"), 0);
}

// JSON, and larger than anybody needs: taken or refused, and nothing falls over.
TEST_F(HostileRequests, WhatIsLargeIsTakenOrRefused) {
  const std::vector<BadValue> values{
      {"100,000 numbers", "[" + times(99'999, "1,") + "1]"},
      {"100,000 empty arrays", "[" + times(70'000, "[],") + "[]]"},
      {"10,000 digits behind the point", "0." + times(10'000, "1")},
      {"an exponent below every double", "1e-999"},
      {"a text of 200,000 escapes", "\"" + times(30'000, R"(\u0001)") + "\""},
      {"an object of 10,000 keys",
       [] {
         std::string out = "{\"a\":1";
         for (int i = 0; i < 10'000; ++i) out += ",\"k" + std::to_string(i) + "\":1";
         return out + "}";
       }()},
      {"the largest integer and one", "18446744073709551616"},
      {"a minus and a zero", "-0"},
  };
  for (const Place& place : places()) {
    if (std::string_view(place.path) == "/v1/backups") continue;  // a name is a name
    for (const BadValue& value : values) {
      SCOPED_TRACE(std::string(place.path) + " " + place.before + " " + value.name);
      const Answer answer =
          send(HttpMethod::post, place.path, place.before + value.text + place.after, {}, place.content_type);
      EXPECT_GE(answer.status, 200);
      EXPECT_LT(answer.status, 500) << answer.body.substr(0, 500);
      expect_all_is_well();
    }
  }
}

// A batch and lines say of each event what is wrong with it.
TEST_F(HostileRequests, OneBadEventAmongOthersIsToldByItself) {
  const Place& place = places().front();
  const std::string good = place.before + "1" + place.after;
  for (const BadValue& value : no_values()) {
    if (value.text.find('\n') != std::string::npos) continue;  // of a line: two lines
    SCOPED_TRACE(value.name);
    const Answer lines = send(HttpMethod::post, "/v1/events", place.before + value.text + place.after + "\n" + good, {},
                              "application/x-ndjson");
    EXPECT_EQ(lines.status, 200) << lines.body;
    EXPECT_EQ(lines.number_at("/totals/rejected"), 1) << lines.body;
    const Answer batch = send(HttpMethod::post, "/v1/events", "[" + place.before + value.text + place.after + "]", {},
                              "application/cloudevents-batch+json");
    EXPECT_THAT(batch.status, AnyOf(200, 400)) << batch.body;
    EXPECT_THAT(batch.body, AnyOf(HasSubstr(R"("rejected":1)"), HasSubstr(R"("status":400)")));
    expect_all_is_well();
  }
}

// Paths that some server has taken for a file of its own. The console's files stand in the program: there is no folder
// to leave.
TEST_F(HostileRequests, NoPathLeavesTheConsole) {
  const std::vector<std::string> paths{"/console/..",
                                       "/console/../v1/status",
                                       "/console/../../etc/passwd",
                                       "/console/./main.js",
                                       "/console/%2e%2e/v1/status",
                                       "/console/%2E%2E/%2E%2E/etc/passwd",
                                       "/console/.%2e/main.js",
                                       "/console/..%2f..%2fetc%2fpasswd",
                                       "/console/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                                       "/console%2fmain.js",
                                       "/console/%2fetc%2fpasswd",
                                       "/console//etc/passwd",
                                       "/console//main.js",
                                       "//console/main.js",
                                       "/console/main.js/",
                                       "/console/main.js/..",
                                       "/console/..\\..\\etc\\passwd",
                                       "/console/..%5c..%5cetc%5cpasswd",
                                       "/console/%5c%5chost%5cshare",
                                       "/console/%252e%252e%252fetc%252fpasswd",
                                       "/console/....//etc/passwd",
                                       "/console/..;/main.js",
                                       "/console/main.js;.css",
                                       "/console/main.js%00",
                                       "/console/main.js%00.css",
                                       "/console/%00",
                                       "/console/%c0%ae%c0%ae%c0%afetc%c0%afpasswd",
                                       "/console/%e0%80%ae%e0%80%ae/etc/passwd",
                                       "/console/%u002e%u002e/etc/passwd",
                                       "/console/MAIN.JS",
                                       "/console/main.js%20",
                                       "/console/main.js.",
                                       "/console/main.js~",
                                       "/console/file:%2f%2f%2fetc%2fpasswd",
                                       "/../etc/passwd",
                                       "/%2e%2e/etc/passwd",
                                       "/etc/passwd",
                                       "/console/" + times(500, "%2e%2e%2f") + "etc%2fpasswd",
                                       "/v1/../console/main.js"};
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    RawPeer peer(server_->port());
    peer.send("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string answer = peer.read_to_end();
    EXPECT_THAT(answer, AnyOf(StartsWith("HTTP/1.1 400 "), StartsWith("HTTP/1.1 404 ")));
    EXPECT_THAT(answer, AllOf(HasSubstr("application/problem+json"), Not(HasSubstr("root:"))));
  }
  RawPeer peer(server_->port());
  peer.send(std::string_view("GET /console/main.js\0.css HTTP/1.1\r\nHost: a\r\n\r\n", 47));
  EXPECT_THAT(peer.read_to_end(), StartsWith("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace rapport
