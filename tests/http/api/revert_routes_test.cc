// Reverts over HTTP.
#include <gmock/gmock.h>

#include <thread>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

class RevertRoutes : public ApiTest {
 protected:
  // The position of one event that sets contact 42's city.
  std::string city(const std::string& id, const std::string& source, const std::string& value,
                   const std::string& time) {
    const Answer answer = publish(R"({"specversion":"1.0","id":")" + id + R"(","source":")" + source +
                                  R"(","type":"contact.changed","subject":"contact/42","time":"2026-01-01T)" + time +
                                  R"(Z","data":{"fields":{"city":")" + value + R"("}}})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.text_at("/results/0/position");
  }
  Answer to_end(Answer status) {
    for (const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
         status.status < 300 && status.at("/ended").is_null() && std::chrono::steady_clock::now() < until;) {
      std::this_thread::yield();
      status = get("/v1/reverts/" + status.text("id"));
    }
    return status;
  }
};

TEST_F(RevertRoutes, AnImportIsShownThenTakenBackThenBrought) {
  city("e1", "crm", "Oslo", "10:00:00");
  city("e2", "import/b", "Rome", "11:00:00");
  EXPECT_EQ(get("/v1/reverts").body, R"({"items":[]})");
  const Answer shown = to_end(post("/v1/reverts?dry_run=1", R"({"source":"import/b"})"));
  EXPECT_EQ(shown.text("state"), "done") << shown.body;
  EXPECT_EQ(boost::json::serialize(shown.at("/items")),
            R"([{"contact":42,"created":false,"removed":false,"gone":false,"refused":null,)"
            R"("changes":[{"path":"fields.city","now":"Rome","then":"Oslo"}],"conflicts":[]}])");
  EXPECT_EQ(get("/v1/contacts/42").text_at("/fields/city"), "Rome");

  const Answer started = post("/v1/reverts", R"({"source":"import/b","since":"2020-01-01T00:00:00Z"})");
  EXPECT_EQ(started.status, 202);
  EXPECT_EQ(started.header("Location"), "/v1/reverts/" + started.text("id"));
  const Answer done = to_end(started);
  EXPECT_EQ(done.number("written"), 1) << done.body;
  EXPECT_EQ(get("/v1/contacts/42").text_at("/fields/city"), "Oslo");
  EXPECT_EQ(get("/v1/contacts/42?as_of=2026-01-01T12:00:00Z").text_at("/fields/city"), "Oslo") << "as it happened";
  const Answer timeline = get("/v1/contacts/42/timeline");
  EXPECT_EQ(timeline.text_at("/items/0/source"), "rapport/revert");

  to_end(post("/v1/reverts", R"({"correlationId":")" + done.text("id") + R"("})"));
  EXPECT_EQ(get("/v1/contacts/42").text_at("/fields/city"), "Rome");
  EXPECT_EQ(get("/v1/reverts/" + done.text("id")).status, 404) << "only the newest is kept";
  EXPECT_EQ(post("/v1/reverts/" + done.text("id") + "/cancel", "").status, 404);
}

TEST_F(RevertRoutes, AnEventIsTakenBackByItsPosition) {
  city("e1", "crm", "Oslo", "10:00:00");
  const std::string wrong = city("e2", "crm", "Rome", "11:00:00");
  EXPECT_EQ(to_end(post("/v1/reverts", R"({"events":[")" + wrong + R"("]})")).number("written"), 1);
  EXPECT_EQ(get("/v1/contacts/42").text_at("/fields/city"), "Oslo");
}

TEST_F(RevertRoutes, WhatIsWrongIsNamed) {
  const std::string there = city("e1", "crm", "Oslo", "10:00:00");
  const std::string log = there.substr(0, 8);
  const struct {
    std::string body;
    int status;
    const char* field;
  } rows[] = {
      {"", 400, "body"},
      {"[]", 400, "body"},
      {"{}", 400, "source"},
      {R"({"source":7})", 400, "source"},
      {R"({"source":"a","sourcePrefix":"b"})", 400, "source"},
      {R"({"source":"a","snice":"2026-01-01T00:00:00Z"})", 400, "snice"},
      {R"({"source":"a","since":"yesterday"})", 400, "since"},
      {R"({"source":"a","created":"burn"})", 400, "created"},
      {R"({"events":[]})", 400, "events"},
      {R"({"events":"x"})", 400, "events"},
      {R"({"events":[")" + there + R"(",7]})", 400, "events[1]"},
      {R"({"events":[")" + log + R"(.0-1,1-1"]})", 400, "events[0]"},
      {R"({"events":[")" + log + R"(.0-4711"]})", 400, "events"},
      {R"({"events":["00000000.0-1"]})", 410, "events[0]"},
  };
  for (const auto& row : rows) {
    const Answer answer = post("/v1/reverts", row.body);
    EXPECT_EQ(answer.status, row.status) << row.body << answer.body;
    EXPECT_EQ(answer.text("field"), row.field) << row.body;
  }
}

}  // namespace
}  // namespace rapport
