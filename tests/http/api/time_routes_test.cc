// As of, difference and activity over HTTP.
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

class TimeRoutes : public ApiTest {
 protected:
  // Contact 7: e1 Oslo at 10:00, e2 Bergen at 12:00, then e3 Late at 11:00, which lost; e4 a page at 13:00.
  void SetUp() override {
    ApiTest::SetUp();
    tell("e1", "contact.created", "10", R"({"fields":{"city":"Oslo"}})");
    tell("e2", "contact.changed", "12", R"({"fields":{"city":"Bergen"}})");
    late_position_ = tell("e3", "contact.changed", "11", R"({"fields":{"city":"Late"}})");
    tell("e4", "page.viewed", "13", R"({"url":"https://x.example/"})");
  }

  std::string tell(const std::string& id, const std::string& type, const std::string& hour, const std::string& data) {
    const Answer answer =
        publish(R"({"specversion":"1.0","id":")" + id + R"(","source":"crm","type":")" + type +
                R"(","subject":"contact/7","time":"2026-01-01T)" + hour + R"(:00:00Z","data":)" + data + "}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.text_at("/position");
  }
  std::string city(const std::string& as_of) { return get("/v1/contacts/7?as_of=" + as_of).text_at("/fields/city"); }

  std::string late_position_;
};

TEST_F(TimeRoutes, AContactIsToldAsOfATimeAPositionOrAVersion) {
  EXPECT_EQ(city("2026-01-01T10:30:00Z"), "Oslo");
  EXPECT_EQ(city("2026-01-01T11:30:00Z"), "Late");
  EXPECT_EQ(city("2026-01-01T12:00:00Z"), "Bergen");
  EXPECT_EQ(city("v1"), "Oslo");
  EXPECT_EQ(city("v2"), "Bergen");
  EXPECT_EQ(city("v3"), "Bergen");
  EXPECT_EQ(city(late_position_), "Bergen");
  const Answer then = get("/v1/contacts/7?as_of=v1");
  EXPECT_EQ(then.number_at("/version"), 1);
  EXPECT_EQ(then.number_at("/counters/events"), 1);
  EXPECT_EQ(then.header("ETag"), "");  // nothing to match: the past does not change
}

TEST_F(TimeRoutes, AMomentThatIsNoneIsAnError) {
  EXPECT_EQ(get("/v1/contacts/7?as_of=2025-01-01T00:00:00Z").status, 404);
  EXPECT_EQ(get("/v1/contacts/7?as_of=v0").status, 404);
  EXPECT_EQ(get("/v1/contacts/7?as_of=v4").status, 404);
  EXPECT_EQ(get("/v1/contacts/7?as_of=vx").status, 400);
  EXPECT_EQ(get("/v1/contacts/7?as_of=yesterday").status, 400);
  const Answer other = get("/v1/contacts/7?as_of=00000000.0-1");
  EXPECT_EQ(other.status, 410);
  EXPECT_EQ(other.text_at("/code"), "position_of_other_log");
  const std::string log = late_position_.substr(0, 8);
  EXPECT_EQ(get("/v1/contacts/7?as_of=" + log + ".c-0").status, 400);  // nothing of the contact's partition
  std::string ahead = late_position_;
  ahead.replace(ahead.rfind('-'), std::string::npos, "-999999");
  EXPECT_EQ(get("/v1/contacts/7?as_of=" + ahead).status, 504);
}

TEST_F(TimeRoutes, ADifferenceNamesWhatChangedAndWhy) {
  const Answer diff = get("/v1/contacts/7/diff?from=v1&to=2026-01-01T12:30:00Z");
  ASSERT_EQ(diff.status, 200) << diff.body;
  EXPECT_EQ(diff.number_at("/eventCount"), 2);
  EXPECT_EQ(diff.text_at("/changes/0/path"), "fields.city");
  EXPECT_EQ(diff.text_at("/changes/0/old"), "Oslo");
  EXPECT_EQ(diff.text_at("/changes/0/new"), "Bergen");
  EXPECT_EQ(diff.number_at("/changes/0/causeCount"), 2);
  EXPECT_EQ(diff.text_at("/changes/0/causes/0/eventId"), "e2");
  EXPECT_EQ(diff.text_at("/changes/0/causes/1/eventId"), "e3");
  EXPECT_EQ(get("/v1/contacts/7/diff?from=v2").number_at("/eventCount"), 2);
  EXPECT_EQ(get("/v1/contacts/7/diff").status, 400);
  EXPECT_EQ(get("/v1/contacts/7/diff?from=v9").status, 404);
  EXPECT_EQ(get("/v1/contacts/8/diff?from=v0").status, 404);
}

TEST_F(TimeRoutes, BlameSaysWhichRuleDecided) {
  const Answer blame = get("/v1/contacts/7/blame?field=city");
  ASSERT_EQ(blame.status, 200) << blame.body;
  EXPECT_EQ(blame.text_at("/items/0/value"), "Bergen");
  EXPECT_EQ(blame.text_at("/items/0/writes/0/rule"), "latest_time");
  EXPECT_EQ(blame.text_at("/items/0/writes/1/eventId"), "e3");
  EXPECT_EQ(blame.text_at("/items/0/writes/1/rule"), "came_late");
  EXPECT_EQ(blame.text_at("/items/0/writes/2/rule"), "overridden");
  tell("e5", "contact.changed", "12", R"({"fields":{"city":"Drammen"}})");
  EXPECT_EQ(get("/v1/contacts/7/blame?field=city").text_at("/items/0/writes/0/rule"), "last_of_one_time");
  tell("e6", "contact.changed", "14", R"({"companyId":3})");
  EXPECT_EQ(get("/v1/contacts/7/blame?field=companyId").text_at("/items/0/writes/0/rule"), "only_write");
}

TEST_F(TimeRoutes, ActivityIsCountedByKindAndBucket) {
  const Answer hours = get("/v1/contacts/7/activity?bucket=2h");
  ASSERT_EQ(hours.status, 200) << hours.body;
  EXPECT_EQ(hours.number_at("/bucketSeconds"), 7'200);
  EXPECT_EQ(hours.text_at("/items/0/start"), "2026-01-01T10:00:00.000Z");
  EXPECT_EQ(hours.number_at("/items/0/counts/edits"), 2);
  EXPECT_EQ(hours.number_at("/items/1/counts/edits"), 1);
  EXPECT_EQ(hours.number_at("/items/1/counts/visits"), 1);
  EXPECT_EQ(get("/v1/contacts/7/activity").number_at("/items/0/counts/edits"), 3);
  EXPECT_EQ(get("/v1/contacts/7/activity?bucket=day&from=2026-01-01T13:00:00Z").number_at("/items/0/counts/edits"), 0);
  for (const char* bucket : {"", "0h", "h", "1y", "400d", "-1d", "9999999999999999999s"}) {
    EXPECT_EQ(get(std::string("/v1/contacts/7/activity?bucket=") + bucket).status, 400) << bucket;
  }
}

// A value may nest as deep as an event, and stands some levels deeper in the document that the page is made of. A
// number is told as it was spelled.
TEST_F(TimeRoutes, AnExportAsAPageShowsWhateverAnEventMayHold) {
  const std::string deep = std::string(29, '[') + "\"down here\"" + std::string(29, ']');
  ASSERT_EQ(publish(R"({"specversion":"1.0","id":"deep","source":"t","type":"contact.changed","subject":"contact/42",)"
                    R"("data":{"fields":{"deep":)" +
                    deep + "}}}")
                .status,
            200);
  ASSERT_EQ(publish(R"({"specversion":"1.0","id":"odd","source":"t","type":"contact.changed","subject":"contact/42",)"
                    R"("data":{"fields":{"odd":0e9999999999}}})")
                .status,
            200);
  const Answer page = get("/v1/contacts/42/export?format=html");
  EXPECT_EQ(page.status, 200) << page.body;
  EXPECT_NE(page.body.find("down here"), std::string::npos) << page.body;
}

}  // namespace
}  // namespace rapport
