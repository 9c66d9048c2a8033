// The bytes of one event of every type, as the log holds them for ever: an encoder that writes others, or a decoder
// that no longer reads them, breaks logs that exist. A new type adds its file; RAPPORT_WRITE_GOLDEN=1 writes those
// missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "events/event_decoder.h"
#include "events/event_encoder.h"
#include "tests/events/golden_events.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

// Only what is missing: a file that is there is never written again.
void write_missing(const Event& event) {
  if (std::getenv("RAPPORT_WRITE_GOLDEN") == nullptr || fs::exists(golden_path(event))) return;
  std::ofstream(golden_path(event), std::ios::binary) << encode_event(event) << '\n';
}

// The event's line without its end.
std::string golden_bytes(const Event& event) {
  std::string bytes = read_file(golden_path(event));
  if (bytes.ends_with('\n')) bytes.pop_back();
  return bytes;
}

TEST(Golden, HasAnEventOfEveryTypeInTheTablesOrder) {
  std::vector<EventType> types, golden;
  for (const EventTypeRow& row : event_types()) types.push_back(row.type);
  for (const Event& event : golden_events()) golden.push_back(event.type);
  EXPECT_EQ(golden, types);
}

TEST(Golden, EventsEncodeToTheirFiles) {
  for (const Event& event : golden_events()) {
    write_missing(event);
    EXPECT_EQ(encode_event(event), golden_bytes(event)) << golden_path(event);
  }
}

TEST(Golden, FilesDecodeToTheirEvents) {
  EventDecoder decoder;
  for (const Event& event : golden_events()) {
    const auto decoded = decoder.decode(golden_bytes(event));
    ASSERT_TRUE(decoded.has_value()) << golden_path(event) << ": " << to_string(decoded.error());
    EXPECT_EQ(*decoded, event) << golden_path(event);
  }
}

TEST(Golden, FilesAreThoseOfTheTypes) {
  std::set<std::string> expected, found;
  for (const Event& event : golden_events()) expected.insert(golden_path(event));
  for (const auto& entry : fs::directory_iterator("tests/events/golden")) found.insert(entry.path().string());
  EXPECT_EQ(found, expected);
}

// "tests/events/retired/<type>.<version>.json": an event in a version of its type's data that nobody writes any more,
// and every log may hold. Whoever raises a version puts the one before it there.
TEST(Golden, EveryRetiredVersionHasAFileAndIsStillRead) {
  std::set<std::string> expected, found;
  EventDecoder decoder;
  for (const EventTypeRow& row : event_types()) {
    for (std::uint32_t version = 1; version < row.newest_schema_version; ++version) {
      const std::string path =
          "tests/events/retired/" + std::string(row.name) + "." + std::to_string(version) + ".json";
      expected.insert(path);
      const auto event = decoder.decode(read_file(path));
      ASSERT_TRUE(event) << path << ": " << to_string(event.error());
      EXPECT_EQ(event->type, row.type) << path;
      EXPECT_EQ(event->schema_version, version) << path;
    }
  }
  for (const auto& entry : fs::directory_iterator("tests/events/retired")) found.insert(entry.path().string());
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace rapport
