#include "engine/http/media_range.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(MediaRange, TheMostSpecificRangeDecides) {
  struct Row {
    const char* accept;
    bool json, text;
  };
  for (const Row& row : {Row{"", true, true}, Row{"*/*", true, true}, Row{"application/json", true, false},
                         Row{"APPLICATION/JSON; charset=utf-8", true, false}, Row{"application/*", true, false},
                         Row{"text/html, application/json;q=0.9", true, false},
                         Row{"application/json;q=0, */*", false, true}, Row{"*/*;q=0", false, false},
                         Row{"application/openmetrics-text;q=0.5,text/plain;version=0.0.4,*/*;q=0.1", true, true},
                         Row{"text/*;q=0.1", false, true}, Row{"nonsense", false, false}}) {
    EXPECT_EQ(accepts(row.accept, "application/json"), row.json) << row.accept;
    EXPECT_EQ(accepts(row.accept, "text/plain; version=0.0.4"), row.text) << row.accept;
  }
}

TEST(MediaRange, ABodyIsWhatTheRouteReadsOrSaysNothing) {
  const auto code = [](const char* type, bool has_body, const char* consumes) {
    HttpRequest request;
    if (*type != 0) request.headers.add("Content-Type", type);
    const auto problem = media_problem(request, has_body, "application/json", consumes);
    return problem ? problem->code : std::string("taken");
  };
  EXPECT_EQ(code("application/json; charset=utf-8", true, "application/json"), "taken");
  EXPECT_EQ(code("application/cloudevents+json", true, "application/json"), "taken");
  EXPECT_EQ(code("", true, "application/json"), "taken");
  EXPECT_EQ(code("text/plain", false, "application/json"), "taken");
  EXPECT_EQ(code("text/plain", true, ""), "taken");
  EXPECT_EQ(code("text/plain", true, "application/json"), "unsupported_media_type");
  EXPECT_EQ(code("application/x-www-form-urlencoded", true, "application/json"), "unsupported_media_type");
}

TEST(MediaRange, ABodyIsNotEncoded) {
  const auto field = [](const char* coding, bool has_body) {
    HttpRequest request;
    request.headers.add("Content-Encoding", coding);
    const auto problem = media_problem(request, has_body, "application/json", "");
    return problem ? std::to_string(problem->status) + " " + problem->field : std::string("taken");
  };
  EXPECT_EQ(field("gzip", true), "415 Content-Encoding");
  EXPECT_EQ(field("identity, br", true), "415 Content-Encoding");
  EXPECT_EQ(field("Identity", true), "taken");
  EXPECT_EQ(field("gzip", false), "taken");
}

}  // namespace
}  // namespace rapport
