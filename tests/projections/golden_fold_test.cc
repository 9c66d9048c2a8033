// One event of every type and of every retired version of one, from the files that stand for logs which exist, folded
// together: what they come to is pinned. A change of these digests means that a log folds to something else than
// before: it needs a new fold version (projections/checkpoint.h), and a reason.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "events/event_decoder.h"
#include "projections/timeline_reader.h"
#include "tests/projections/history_fold.h"
#include "tests/projections/told.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOwnType = "shop.order.placed";  // a publisher's own

std::string line_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string line;
  EXPECT_TRUE(std::getline(in, line)) << path << ": a type has no file";
  return line;
}

bool ends_a_stream(EventType type) {
  return type == EventType::contact_deleted || type == EventType::contact_erased || type == EventType::company_deleted;
}

// In the table's order, as the log holds them; the retired ones behind.
std::vector<std::string> lines_of_all_types(bool those_that_end_a_stream) {
  std::vector<std::string> out;
  for (const EventTypeRow& row : event_types()) {
    if (ends_a_stream(row.type) != those_that_end_a_stream) continue;
    const std::string name(row.type == EventType::custom ? kOwnType : row.name);
    out.push_back(line_of("tests/events/golden/" + name + ".json"));
    for (std::uint32_t version = 1; version < row.newest_schema_version; ++version) {
      out.push_back(line_of("tests/events/retired/" + name + "." + std::to_string(version) + ".json"));
    }
  }
  return out;
}

model::History history_of(const std::vector<std::string>& lines) {
  model::History history;
  EventDecoder decoder;
  for (const std::string& line : lines) {
    std::string key = to_string(decoder.decode(line).value().subject);
    const Partition partition = model::partition_of_key(key, kPartitions);
    // The file's bytes, not those that this program would write.
    history.push_back({partition, std::move(key), line, Timestamp{1'800'000'000'000}});
  }
  return history;
}

Digest digest_of(const HistoryFold& folded) { return total_digest(folded.view()->checkpoints()); }

// How each record ended, but those accepted: "contact.changed refused".
std::vector<std::string> not_accepted(const model::History& history, const HistoryFold& folded) {
  std::vector<std::string> out;
  EventDecoder decoder;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const OutcomeStatus status = folded.outcomes()[i].status;
    if (status == OutcomeStatus::accepted) continue;
    out.push_back(decoder.decode(history[i].value)->type_name + " " + std::string(outcome_name(status)));
  }
  return out;
}

TEST(GoldenFold, EventsOfEveryTypeComeToWhatTheyAlwaysDid) {
  std::vector<std::string> lines = lines_of_all_types(false);
  model::History history = history_of(lines);
  {
    const HistoryFold folded(history);
    EXPECT_THAT(not_accepted(history, folded), testing::IsEmpty());
    EXPECT_EQ(to_string(digest_of(folded)), "5f14369c287f8cf6e1d7e790d0d28bb5");
  }
  for (std::string& line : lines_of_all_types(true)) lines.push_back(std::move(line));
  history = history_of(lines);
  const HistoryFold folded(history);
  EXPECT_THAT(not_accepted(history, folded), testing::IsEmpty());
  EXPECT_EQ(to_string(digest_of(folded)), "d16a62e5c58d7d751adcf7dae8d41cf9");
}

TEST(GoldenFold, APublishersOwnTypeIsKeptVerbatimAndShown) {
  const std::string line = line_of("tests/events/golden/" + std::string(kOwnType) + ".json");
  const HistoryFold folded(history_of(lines_of_all_types(false)));
  const auto page = read_timeline(*folded.view(), ContactId{1042}, {.types = {std::string(kOwnType)}});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 1u);
  const TimelineRow& row = page->entries[0].row;
  EXPECT_EQ(row.type, EventType::custom);
  EXPECT_EQ(row.type_name, kOwnType);
  EXPECT_THAT(line, testing::EndsWith("\"data\":" + row.data + "}")) << "149.90 stays 149.90";
}

TEST(GoldenFold, ARetiredVersionFoldsAndItsDataIsShownAsPublished) {
  const std::string line = line_of("tests/events/retired/chat.message.1.json");
  const HistoryFold folded(history_of({line}));
  const auto page = read_timeline(*folded.view(), ContactId{1042}, {});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 1u);
  EXPECT_EQ(page->entries[0].row.schema_version, 1u);
  EXPECT_THAT(line, testing::EndsWith("\"data\":" + page->entries[0].row.data + "}"));
}

}  // namespace
}  // namespace rapport
