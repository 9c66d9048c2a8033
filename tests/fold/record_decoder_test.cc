#include "engine/fold/record_decoder.h"

#include <gmock/gmock.h>

#include "engine/log/embedded_log.h"
#include "events/event_encoder.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using testing::HasSubstr;

class RecordDecoderTest : public testing::Test {
 protected:
  RecordDecoderTest() : log_(*EmbeddedLog::open({.directory = directory_.path(), .partition_count = 2})) {}

  static std::string visit_of(Subject subject) {
    return encode_event(
        make_event("e1", "web", EventType::visit_started, std::move(subject), Timestamp{5}, VisitStarted{}));
  }

  FoldRecord decode(Partition partition, std::string_view key, std::optional<std::string_view> value) {
    batch_.clear();
    batch_.add({partition, Offset{3}}, Timestamp{9}, key, value);
    return RecordDecoder(*log_).decode(batch_).at(0);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_;
  RecordBatch batch_;
};

TEST_F(RecordDecoderTest, GivesTheEventWithItsPlace) {
  const std::string value = visit_of(ContactId{42});
  const FoldRecord record = decode(log_->partition_of("contact/42"), "contact/42", value);
  EXPECT_FALSE(record.park);
  EXPECT_EQ(record.recorded.event.id, "e1");
  EXPECT_EQ(record.recorded.recorded_at, Timestamp{9});
  EXPECT_EQ(record.key, "contact/42");
  EXPECT_EQ(record.value, value);
}

TEST_F(RecordDecoderTest, LeavesNothingOfTheRecordsBefore) {
  Event full = make_event("e0", "web", EventType::chat_message, ContactId{42}, Timestamp{5},
                          ChatMessage{.case_id = "c", .text = "hello"});
  full.expected_version = 7;
  full.actor = full.correlation_id = full.causation_id = "somebody";
  full.identity = Identity{"web", "v-1"};
  full.extensions.emplace_back("partitionkey", JsonText{"\"x\""});
  const std::string values[] = {encode_event(full), visit_of(ContactId{42}), "{"};
  const Partition own = log_->partition_of("contact/42");

  RecordDecoder decoder(*log_);
  std::vector<FoldRecord> records;
  for (const std::size_t first : {0u, 1u, 2u, 0u, 2u, 1u}) {
    batch_.clear();
    batch_.add({own, Offset{3}}, Timestamp{9}, "contact/42", values[first]);
    batch_.add({own, Offset{4}}, Timestamp{9}, "contact/42", std::nullopt);
    decoder.decode_into(records, batch_);
    const auto fresh = decoder.decode(batch_);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      EXPECT_EQ(records[i].recorded, fresh[i].recorded);
      EXPECT_EQ(records[i].park, fresh[i].park);
      EXPECT_EQ(records[i].value, fresh[i].value);
    }
  }
}

TEST_F(RecordDecoderTest, GivesBackWhatALargeBatchTook) {
  const std::string value = visit_of(ContactId{42});
  RecordDecoder decoder(*log_);
  std::vector<FoldRecord> records;
  std::size_t capacity_large = 0;
  for (const std::size_t count : {2'000u, 1u}) {
    batch_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      batch_.add({log_->partition_of("contact/42"), Offset{3}}, Timestamp{9}, "contact/42", value);
    }
    decoder.decode_into(records, batch_);
    EXPECT_EQ(records.size(), count);
    capacity_large = std::max(capacity_large, records.capacity());
  }
  EXPECT_LT(records.capacity(), capacity_large / 100);
}

TEST_F(RecordDecoderTest, ParksWhatCannotBeFoldedAndSaysWhy) {
  const Partition own = log_->partition_of("contact/42");
  const Partition other{1 - own.value};
  const std::string value = visit_of(ContactId{42});

  EXPECT_THAT(decode(own, "contact/42", std::nullopt).park->detail, HasSubstr("no value"));
  EXPECT_EQ(decode(own, "contact/42", "{").park->code, Errc::invalid_json);
  EXPECT_EQ(decode(log_->partition_of("contact/43"), "contact/43", value).park->field, "subject");
  EXPECT_THAT(decode(other, "contact/42", value).park->detail, HasSubstr("partition"));

  const std::string of_visitor = visit_of(Identity{"web", "v-1"});
  EXPECT_THAT(decode(log_->partition_of("web/v-1"), "web/v-1", of_visitor).park->detail, HasSubstr("key"));
  const std::string key = to_string(Subject{Identity{"web", "v-1"}});
  EXPECT_THAT(decode(log_->partition_of(key), key, of_visitor).park->detail, HasSubstr("resolved"));
}

TEST_F(RecordDecoderTest, AHashTellsKeyAndValueApart) {
  EXPECT_NE(record_hash("ab", "c"), record_hash("a", "bc"));
  EXPECT_NE(record_hash("a", ""), record_hash("a", std::nullopt));
}

}  // namespace
}  // namespace rapport
