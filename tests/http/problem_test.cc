#include "engine/http/problem.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(Problem, HasARowForEveryCode) {
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    const auto code = static_cast<Errc>(i);
    const ProblemRow& row = problem_row(code);
    EXPECT_EQ(row.code, code);
    EXPECT_GE(row.status, 400) << errc_name(code);
    EXPECT_FALSE(http_reason_phrase(row.status).empty()) << errc_name(code);
    EXPECT_FALSE(row.title.empty()) << errc_name(code);
    EXPECT_EQ(row.status == 503, row.retry_after.count() > 0) << errc_name(code);
  }
}

TEST(Problem, MapsCodesAsTheApiPromises) {
  const std::pair<Errc, int> promised[] = {
      {Errc::invalid_json, 400},
      {Errc::invalid_event, 400},
      {Errc::invalid_argument, 400},
      {Errc::duplicate_key, 400},
      {Errc::too_deep, 400},
      {Errc::future_time, 400},
      {Errc::unauthorized, 401},
      {Errc::forbidden, 403},
      {Errc::not_found, 404},
      {Errc::method_not_allowed, 405},
      {Errc::identity_taken, 409},
      {Errc::contact_deleted, 410},
      {Errc::contact_erased, 410},
      {Errc::position_of_other_log, 410},
      {Errc::wrong_expected_version, 412},
      {Errc::too_large, 413},
      {Errc::unsupported_media_type, 415},
      {Errc::internal, 500},
      {Errc::corrupt, 500},
      {Errc::unreachable, 503},
      {Errc::overloaded, 503},
      {Errc::log_unavailable, 503},
      {Errc::shutting_down, 503},
      {Errc::storage_failed, 503},
      {Errc::wait_timeout, 504},
  };
  for (const auto& [code, status] : promised) EXPECT_EQ(problem_row(code).status, status) << errc_name(code);
}

TEST(Problem, WritesTheDocument) {
  const Error error{Errc::wrong_expected_version, "contact 42 is at 7, expected 5", "If-Match"};
  const HttpResponse response = problem_response(error, "r1");
  EXPECT_EQ(response.status, 412);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            R"({"type":"urn:rapport:problem:wrong_expected_version","title":"The contact has moved on","status":412,)"
            R"("code":"wrong_expected_version","detail":"contact 42 is at 7, expected 5","field":"If-Match",)"
            R"("requestId":"r1"})");
}

TEST(Problem, TellsLineAndFieldApart) {
  const std::pair<std::string, std::string> rows[] = {
      {"", ""},
      {"data.url", R"("field":"data.url",)"},
      {"line 12", R"("line":12,)"},
      {"line 12: data.url", R"("field":"data.url","line":12,)"},
      {"line x", R"("field":"line x",)"},
      {"line 12x", R"("field":"line 12x",)"},
      {"lineage", R"("field":"lineage",)"},
  };
  for (const auto& [field, expected] : rows) {
    const HttpResponse response = problem_response(Error{Errc::invalid_event, "d", field}, "r");
    EXPECT_NE(response.body.find("\"detail\":\"d\"," + expected + "\"requestId\""), std::string::npos) << response.body;
  }
}

TEST(Problem, SaysHowToGoOn) {
  EXPECT_EQ(problem_response(Error{Errc::unauthorized, ""}, "r").headers.find("WWW-Authenticate"),
            "Bearer realm=\"rapport\"");
  EXPECT_EQ(problem_response(Error{Errc::overloaded, ""}, "r").headers.find("Retry-After"), "1");
  EXPECT_TRUE(problem_response(Error{Errc::not_found, ""}, "r").headers.empty());
}

}  // namespace
}  // namespace rapport
