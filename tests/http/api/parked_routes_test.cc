// Parked records: seen, retried as they are or corrected, discarded; of the log's own and of the inbox.
#include <gmock/gmock.h>

#include <future>

#include "engine/publish/inbox_mover.h"
#include "events/bytes_text.h"
#include "projections/parked_reader.h"
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr const char* kLateCity =
    R"({"specversion":"1.0","id":"e2","source":"crm","type":"contact.changed","subject":"contact/7",)"
    R"("time":"2026-01-01T11:00:00Z","data":{"fields":{"city":"Bergen"}}})";

class ParkedRoutes : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    change("e1", "2026-01-01T10:00:00Z", "Oslo");
    change("e3", "2026-01-01T12:00:00Z", "Turin");
  }

  void change(const std::string& id, const std::string& time, const std::string& city) {
    const Answer published =
        publish(R"({"specversion":"1.0","source":"crm","type":"contact.changed","subject":"contact/7","id":")" + id +
                R"(","time":")" + time + R"(","data":{"fields":{"city":")" + city + R"("}}})");
    ASSERT_EQ(published.status, 200) << published.body;
  }

  // What an inbox cannot take is parked, as its mover does.
  std::string park_from_inbox(const std::string& bytes) {
    const InboxRecord record{.origin = "events.inbox/0/" + std::to_string(next_offset_++),
                             .written_at = Timestamp{1'767'265'200'000},
                             .event = Error{Errc::invalid_event, "is missing", "data.fields"},
                             .raw = bytes};
    EXPECT_TRUE(InboxMover(engine_->publisher(), engine_->log(), engine_->folder()).move({&record, 1}));
    return newest();
  }
  // A record in the log itself that no fold can take.
  std::string park_in_log(const std::string& bytes) {
    std::promise<Result<std::vector<LogPosition>>> told;
    NewRecord record{engine_->log().partition_of("contact/7"), "contact/7", bytes};
    std::vector<NewRecord> records;
    records.push_back(std::move(record));
    engine_->log().append(std::move(records), [&](auto positions) { told.set_value(std::move(positions)); });
    EXPECT_TRUE(told.get_future().get());
    return newest();
  }
  // The last that waits; once everything in the log is folded.
  std::string newest() {
    EXPECT_TRUE(engine_->folder().wait_folded(*engine_->log().ends(),
                                              std::chrono::steady_clock::now() + std::chrono::seconds(30)));
    const json::array items = get("/v1/parked").at("/items").as_array();
    return items.empty() ? "" : json::value_to<std::string>(items.back().at("position"));
  }
  std::vector<std::string> listed(const std::string& state) {
    std::vector<std::string> out;
    const Answer list = get("/v1/parked?state=" + state);  // a name, as the loop does not keep it alive
    for (const json::value& item : list.at("/items").as_array()) {
      out.push_back(json::value_to<std::string>(item.at("position")));
    }
    return out;
  }
  Answer retry(const std::string& position, const std::string& body = "") {
    return post("/v1/parked/" + position + "/retry", body);
  }

  int next_offset_ = 1;
};

TEST_F(ParkedRoutes, ACorrectedEventTakesItsPlaceInTime) {
  const std::string position = park_from_inbox("{\"id\":");
  ASSERT_FALSE(position.empty());
  const Answer still_bad = retry(position);
  EXPECT_EQ(still_bad.status, 400) << still_bad.body;
  EXPECT_THAT(listed("waiting"), testing::ElementsAre(position));

  const Answer mended = retry(position, kLateCity);
  ASSERT_EQ(mended.status, 200) << mended.body;
  EXPECT_EQ(mended.text_at("/result/status"), "accepted");
  EXPECT_EQ(mended.text_at("/parked/state"), "retried");
  EXPECT_FALSE(mended.text_at("/parked/decided/actor").empty());
  EXPECT_THAT(listed("waiting"), testing::IsEmpty());
  EXPECT_THAT(listed("retried"), testing::ElementsAre(position));
  EXPECT_THAT(listed("all"), testing::ElementsAre(position));
  // It lost to what had been written for a later time, and was true at its own.
  EXPECT_EQ(get("/v1/contacts/7").text_at("/fields/city"), "Turin");
  EXPECT_EQ(get("/v1/contacts/7?as_of=2026-01-01T11:30:00Z").text_at("/fields/city"), "Bergen");
  // Again, it counts once; and what is in is not thrown away.
  EXPECT_EQ(retry(position, kLateCity).text_at("/result/status"), "repeated");
  become({"parked:*"});
  EXPECT_EQ(retry(position, kLateCity).status, 403) << "another event takes event:write";
  become({"parked:*", "event:write"});
  EXPECT_EQ(retry(position, kLateCity).text_at("/result/status"), "repeated");
  become_admin();
  EXPECT_EQ(post("/v1/parked/" + position + "/discard", "").status, 400);
}

TEST_F(ParkedRoutes, TheRecordsOwnBytesAreTriedAgain) {
  // The key of another contact: parked where it stands, and well where it belongs.
  const std::string event =
      R"({"specversion":"1.0","id":"n1","source":"crm","type":"note.added","subject":"contact/8",)"
      R"("data":{"text":"x"}})";
  const std::string position = park_in_log(event);
  ASSERT_FALSE(position.empty());
  const Answer shown = get("/v1/parked/" + position);
  EXPECT_EQ(*from_base64(shown.text("raw")), event);
  EXPECT_EQ(shown.text("state"), "waiting");
  const Answer retried = retry(position);
  ASSERT_EQ(retried.status, 200) << retried.body;
  EXPECT_EQ(retried.number_at("/result/contact"), 8);
  // Without a time of its own it has the record's.
  EXPECT_EQ(get("/v1/contacts/8/timeline").text_at("/items/0/time"), shown.text("recordedAt"));
}

TEST_F(ParkedRoutes, OneThatIsNotKeptWholeIsNotTriedAgain) {
  const std::string event =
      R"({"specversion":"1.0","id":"e2","source":"crm","type":"order.placed","subject":"contact/7","data":{"text":")";
  const std::string cut = park_from_inbox(event + std::string(kParkedBytesMax, 'x') + R"("}})");
  const Answer refused = retry(cut);
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.text("field"), "id");
  EXPECT_THAT(refused.text("detail"), testing::HasSubstr("more than the 150000 bytes that are kept"));
  EXPECT_THAT(listed("waiting"), testing::ElementsAre(cut));
  EXPECT_EQ(retry(cut, kLateCity).status, 200);

  const std::string rest = R"("}})";
  const std::string whole =
      park_from_inbox(event + std::string(kParkedBytesMax - event.size() - rest.size(), 'x') + rest);
  EXPECT_EQ(retry(whole).status, 200) << "as many bytes as are kept";
}

// Written into the log past the engine, in clear: it stays there, and reads show it no more.
TEST_F(ParkedRoutes, WhatNamesAnErasedContactIsNotShown) {
  const std::string of_key = park_in_log("{broken");
  const std::string of_subject = park_in_log(R"({"specversion":"1.0","subject":"contact/8","data":{"te)");
  ASSERT_EQ(publish(R"({"specversion":"1.0","id":"n8","source":"crm","type":"contact.created","subject":"contact/8",)"
                    R"("data":{"fields":{"city":"Oslo"}}})")
                .status,
            200);
  EXPECT_EQ(*from_base64(get("/v1/parked/" + of_key).text("raw")), "{broken");
  for (const auto& [position, contact] : {std::pair(of_subject, "8"), std::pair(of_key, "7")}) {
    EXPECT_FALSE(get("/v1/parked/" + position).text("raw").empty());
    ASSERT_EQ(post(std::string("/v1/contacts/") + contact + "/erase", "").status, 200);
    const Answer shown = get("/v1/parked/" + position);
    EXPECT_TRUE(shown.at("/raw").is_null()) << shown.body;
    EXPECT_THAT(shown.text("reason"), testing::HasSubstr("erased with their contact"));
    EXPECT_EQ(retry(position).status, 404);
  }
  EXPECT_EQ(get("/v1/parked").at("/items").as_array().size(), 2u);
}

TEST_F(ParkedRoutes, ADiscardedOneStaysVisible) {
  const std::string position = park_from_inbox("rubbish");
  const Answer dry = post("/v1/parked/" + position + "/discard?dry_run=1", "");
  EXPECT_EQ(dry.text_at("/answer/parked/state"), "discarded") << dry.body;
  EXPECT_THAT(listed("waiting"), testing::ElementsAre(position));
  const Answer discarded = post("/v1/parked/" + position + "/discard", "");
  ASSERT_EQ(discarded.status, 200) << discarded.body;
  EXPECT_EQ(discarded.text_at("/parked/state"), "discarded");
  reopen();
  EXPECT_THAT(listed("waiting"), testing::IsEmpty());
  EXPECT_THAT(listed("discarded"), testing::ElementsAre(position));
  // A mistake is mended: the last verdict counts.
  EXPECT_EQ(retry(position, kLateCity).text_at("/parked/state"), "retried");
}

TEST_F(ParkedRoutes, ADryRetrySaysWhatWouldBecomeOfIt) {
  const std::string position = park_from_inbox("rubbish");
  EXPECT_EQ(post("/v1/parked/" + position + "/retry?dry_run=1", "").status, 400);
  const Answer dry = post("/v1/parked/" + position + "/retry?dry_run=1", kLateCity);
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.text_at("/events/0/type"), "contact.changed");
  EXPECT_EQ(dry.text_at("/events/1/type"), "parked.retried");
  EXPECT_EQ(dry.text_at("/answer/result/status"), "accepted");
  EXPECT_THAT(listed("waiting"), testing::ElementsAre(position));
}

TEST_F(ParkedRoutes, WhatIsNotParkedIsNotRetried) {
  const std::string log = to_string(engine_->log().id());
  EXPECT_EQ(retry("x").text("field"), "id");
  EXPECT_EQ(retry(log + ".0-1,1-1").status, 400);
  EXPECT_EQ(retry("00000000.0-1").status, 410);
  EXPECT_EQ(retry(log + ".0-999").status, 404);
  EXPECT_EQ(get("/v1/parked?state=lost").text("field"), "state");
}

TEST_F(ParkedRoutes, APageEndsEarlyBehindSoManyBytes) {
  constexpr std::size_t kRecord = 1'000'000, kParked = kParkedPageBytesMax / kRecord + 2;
  for (std::size_t i = 0; i < kParked; ++i) park_in_log(std::string(kRecord, 'x'));
  const Answer first = get("/v1/parked");
  ASSERT_EQ(first.status, 200);
  EXPECT_LT(first.at("/items").as_array().size(), kParked);
  const Answer rest = get("/v1/parked?cursor=" + first.text("next"));
  EXPECT_TRUE(rest.at("/next").is_null());
  EXPECT_EQ(first.at("/items").as_array().size() + rest.at("/items").as_array().size(), kParked);
}

}  // namespace
}  // namespace rapport
