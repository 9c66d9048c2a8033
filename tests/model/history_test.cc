#include "tests/model/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "events/event_encoder.h"

namespace rapport::model {
namespace {

NewRecord numbered(int number, Partition partition = {}) {
  return {partition, "contact/1", std::to_string(number), Timestamp{number}};
}

History numbers(int count) {
  History history;
  for (int i = 0; i < count; ++i) history.push_back(numbered(i));
  return history;
}

std::vector<std::string> values(const History& history) {
  std::vector<std::string> out;
  for (const NewRecord& record : history) out.push_back(record.value);
  return out;
}

bool has(const History& history, const std::string& value) {
  const auto all = values(history);
  return std::find(all.begin(), all.end(), value) != all.end();
}

TEST(History, MinimiseKeepsWhatTheFailureNeeds) {
  const auto fails = [](const History& history) {
    return has(history, "3") && has(history, "57") && has(history, "58");
  };
  EXPECT_THAT(values(minimise(numbers(100), fails)), testing::ElementsAre("3", "57", "58"));
}

TEST(History, MinimiseKeepsOrder) {
  const auto fails = [](const History& history) { return history.size() >= 4; };
  const auto left = values(minimise(numbers(9), fails));
  EXPECT_EQ(left.size(), 4u);
  EXPECT_TRUE(std::is_sorted(left.begin(), left.end()));
}

TEST(History, MinimiseMayLeaveNothing) {
  EXPECT_TRUE(minimise(numbers(9), [](const History&) { return true; }).empty());
  EXPECT_TRUE(minimise({}, [](const History&) { return true; }).empty());
}

// A record that can go only once a later one is gone.
TEST(History, MinimiseTriesAgainWhatItCouldNotTakeBefore) {
  const auto fails = [](const History& history) {
    return has(history, "0") && (has(history, "1") || !has(history, "2"));
  };
  EXPECT_THAT(values(minimise(numbers(3), fails)), testing::ElementsAre("0"));
}

TEST(History, MinimiseStopsAtItsLimit) {
  std::size_t tries = 0;
  const History history = numbers(3'000);
  const History left = minimise(history, [&](const History& candidate) {
    ++tries;
    return candidate.size() == history.size();
  });
  EXPECT_LE(tries, kMinimiseTriesMax);
  EXPECT_EQ(left.size(), history.size());
}

TEST(History, RecordsGetTheOffsetsOfAnEmptyLog) {
  const Event event = make_event("a", "crm", EventType::contact_deleted, ContactId{1}, Timestamp{5}, ContactDeleted{});
  const History history{record_of_event(event, Timestamp{7}, 4), numbered(1, kControlPartition),
                        record_of_event(event, Timestamp{8}, 4)};
  const std::vector<Record> records = records_of(history);
  const Partition partition = partition_of_key("contact/1", 4);
  EXPECT_THAT(records, testing::ElementsAre(Record{{partition, Offset{0}}, Timestamp{7}, event},
                                            Record{{kControlPartition, Offset{0}}, Timestamp{1}, std::nullopt},
                                            Record{{partition, Offset{1}}, Timestamp{8}, event}));
}

TEST(History, RecordsAreReadBackFromABatch) {
  const Event event = make_event("a", "crm", EventType::contact_deleted, ContactId{1}, Timestamp{5}, ContactDeleted{});
  const LogPosition position{Partition{2}, Offset{9}};
  RecordBatch batch;
  batch.add(position, Timestamp{7}, "contact/1", encode_event(event));
  batch.add(position, Timestamp{8}, "contact/1", std::nullopt);
  EventDecoder decoder;
  EXPECT_EQ(record_of(batch[0], decoder), (Record{position, Timestamp{7}, event}));
  EXPECT_EQ(record_of(batch[1], decoder), (Record{position, Timestamp{8}, std::nullopt}));
}

TEST(History, PrintsALineForEachRecord) {
  const Event event = make_event("a", "crm", EventType::contact_deleted, ContactId{1}, Timestamp{5}, ContactDeleted{});
  const History history{record_of_event(event, Timestamp{7}, 1), {Partition{0}, "contact/1", "{\xff", Timestamp{8}}};
  EXPECT_EQ(to_ndjson(history),
            R"({"partition":0,"recordedAt":"1970-01-01T00:00:00.007Z","event":)" + encode_event(event) + "}\n" +
                R"({"partition":0,"recordedAt":"1970-01-01T00:00:00.008Z","key":"contact/1","hex":"7bff"})" + "\n");
}

}  // namespace
}  // namespace rapport::model
