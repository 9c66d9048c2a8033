#include "tools/rapport/import/access_log_line.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

std::string error_of(std::string_view line) {
  const auto request = parse_access_log_line(line);
  return request ? "accepted" : to_string(request.error());
}

TEST(AccessLogLine, ReadsTheCombinedFormat) {
  const auto request = parse_access_log_line(
      R"x(203.0.113.7 - - [17/May/2015:10:05:03 +0200] "GET /pricing?plan=a HTTP/1.1" 200 5120 "https://search.example/" "Mozilla/5.0 (X11)")x");
  ASSERT_TRUE(request) << to_string(request.error());
  EXPECT_EQ(*request, (AccessLogRequest{.address = "203.0.113.7",
                                        .time = parse_timestamp("2015-05-17T08:05:03Z").value(),
                                        .method = "GET",
                                        .target = "/pricing?plan=a",
                                        .status = 200,
                                        .referrer = "https://search.example/",
                                        .user_agent = "Mozilla/5.0 (X11)"}));
}

TEST(AccessLogLine, ReadsTheCommonFormatAndDashes) {
  const auto common = parse_access_log_line(R"(2001:db8::1 - - [01/Jan/2020:00:00:00 +0000] "HEAD / HTTP/2" 304 -)");
  ASSERT_TRUE(common);
  EXPECT_EQ(common->address, "2001:db8::1");
  EXPECT_FALSE(common->referrer || common->user_agent);
  const auto dashes =
      parse_access_log_line(R"(a.example - - [01/Jan/2020:00:00:00 +0000] "HEAD / HTTP/2" 304 0 "-" "-")");
  ASSERT_TRUE(dashes);
  EXPECT_FALSE(dashes->referrer || dashes->user_agent);
}

TEST(AccessLogLine, LeavesAloneWhatServersAddAtTheEnd) {
  const auto request = parse_access_log_line(
      R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET / HTTP/2" 200 1 "-" "curl/7" "10.0.0.1" 0.003)");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->user_agent, "curl/7");
}

TEST(AccessLogLine, ARequestWithoutATargetIsNoHttpRequest) {
  const auto request = parse_access_log_line(R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET  HTTP/1.0" 400 1 "-" "x")");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "");
  EXPECT_EQ(request->target, "");
}

TEST(AccessLogLine, AUserNameMayHaveSpaces) {
  const auto request =
      parse_access_log_line(R"(::1 - Ada Lovelace [01/Jan/2020:00:00:00 +0000] "GET / HTTP/1.0" 200 1 "-" "x")");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "/");
}

TEST(AccessLogLine, UndoesTheServersEscapes) {
  const auto request = parse_access_log_line(
      R"x(::1 - - [01/Jan/2020:00:00:00 +0000] "GET /a\"b HTTP/1.0" 200 1 "-" "say \"hi\" \\ \xc3\xa9 \t \q")x");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "/a\"b");
  EXPECT_EQ(request->user_agent, "say \"hi\" \\ é \t \\q");
}

TEST(AccessLogLine, KeepsEscapesOfBytesThatAreNotUtf8) {
  const auto request =
      parse_access_log_line(R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET /\xff HTTP/1.0" 200 1 "-" "x")");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "/\\xff");
  const auto raw =
      parse_access_log_line("::1 - - [01/Jan/2020:00:00:00 +0000] \"GET /\xff HTTP/1.0\" 200 1 \"-\" \"x\"");
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->target, "/\uFFFD");
}

TEST(AccessLogLine, WhatIsNoHttpRequestHasNoTarget) {
  for (const auto* line : {R"(::1 - - [01/Jan/2020:00:00:00 +0000] "-" 408 0 "-" "-")",
                           R"(::1 - - [01/Jan/2020:00:00:00 +0000] "\x16\x03\x01" 400 0 "-" "-")",
                           R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET /old" 400 0 "-" "-")"}) {
    const auto request = parse_access_log_line(line);
    ASSERT_TRUE(request) << line;
    EXPECT_TRUE(request->method.empty() && request->target.empty()) << line;
  }
}

TEST(AccessLogLine, RefusesAMalformedLineSayingWhichPart) {
  struct Row {
    std::string_view line, error;
  };
  const std::string too_long_address(kClientAddressSizeMax + 1, '1');
  const std::string long_line = too_long_address + R"( - - [01/Jan/2020:00:00:00 +0000] "GET / HTTP/1.0" 200 1)";
  for (const auto& row : {
           Row{"", "the line does not begin with a client address"},
           Row{"word", "the line does not begin with a client address"},
           Row{"203.0.\x01.7 - - [01/Jan/2020:00:00:00 +0000] \"GET / HTTP/1.0\" 200 1",
               "the line does not begin with a client address"},
           Row{long_line, "the line does not begin with a client address"},
           Row{"::1 - - no time", "there is no time in brackets"},
           Row{"::1 - - [01/Jan/2020:00:00:00 +0000", "there is no time in brackets"},
           Row{R"(::1 - - [01/Foo/2020:00:00:00 +0000] "GET / HTTP/1.0" 200 1)", "the time is not like"},
           Row{R"(::1 - - [30/Feb/2020:00:00:00 +0000] "GET / HTTP/1.0" 200 1)", "the time is not like"},
           Row{R"(::1 - - [2020-01-01T00:00:00Z] "GET / HTTP/1.0" 200 1)", "the time is not like"},
           Row{"::1 - - [01/Jan/2020:00:00:00 +0000] GET / 200 1", "the request is not in quotes"},
           Row{R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET / HTTP/1.0)", "the request is not in quotes"},
           Row{R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET / HTTP/1.0" OK 1)", "status of three digits"},
           Row{R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET / HTTP/1.0" 200)", "status of three digits"},
           Row{R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET / HTTP/1.0" 200 much)", "the size is neither"},
           Row{R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET / HTTP/1.0" 200 1 -)", "the referrer is not in quotes"},
           Row{R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET / HTTP/1.0" 200 1 "-")", "no user agent behind"},
           Row{R"(::1 - - [01/Jan/2020:00:00:00 +0000] "GET / HTTP/1.0" 200 1 "-" "cut off)",
               "the user agent is not in quotes, found '\"cut off'"},
       }) {
    const std::string error = error_of(row.line);
    EXPECT_TRUE(error.starts_with("invalid_argument: ")) << row.line;
    EXPECT_NE(error.find(row.error), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace rapport
