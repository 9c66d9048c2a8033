// Every limit of events/event.h and its neighbours, reached and passed.
#include <gtest/gtest.h>

#include "events/event.h"
#include "tests/events/event_json.h"

namespace rapport {
namespace {

std::string with_id(std::size_t size) {
  return R"({"specversion":"1.0","id":")" + std::string(size, 'i') +
         R"(","source":"s","type":"contact.deleted","subject":"contact/1"})";
}

std::string with_source(std::size_t size) {
  return R"({"specversion":"1.0","id":"1","source":")" + std::string(size, 's') +
         R"(","type":"contact.deleted","subject":"contact/1"})";
}

std::string with_type(std::size_t size) { return event_json({.type = "a." + std::string(size - 2, 't')}); }

std::string with_size(std::size_t size) {
  const std::size_t rest = event_json({.type = "note.added", .data = R"({"text":""})"}).size();
  return event_json({.type = "note.added", .data = R"({"text":")" + std::string(size - rest, 'x') + "\"}"});
}

// Objects and arrays, the event and its data included.
std::string with_depth(std::size_t depth) {
  const std::size_t inner = depth - 1;
  return event_json({.type = "a.b", .data = std::string(inner, '[') + std::string(inner, ']')});
}

std::string with_field_key(std::size_t size) {
  return event_json({.type = "contact.created", .data = R"({"fields":{")" + std::string(size, 'k') + "\":1}}"});
}

std::string with_fields(std::size_t count) {
  std::string fields;
  for (std::size_t i = 0; i < count; ++i) fields += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":1";
  return event_json({.type = "contact.changed", .data = "{\"fields\":{" + fields + "}}"});
}

std::string with_tag(std::size_t size) {
  return event_json({.type = "contact.tags.changed", .data = R"({"add":[")" + std::string(size, 't') + "\"]}"});
}

std::string tags(std::size_t count, char first) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "\"" : ",\"") + (first + std::to_string(i)) + "\"";
  return "[" + out + "]";
}

std::string with_tags(std::size_t count) {
  return event_json({.type = "contact.created", .data = "{\"tags\":" + tags(count, 'a') + "}"});
}

std::string with_tags_removed(std::size_t count) {
  return event_json({.type = "contact.tags.changed",
                     .data = "{\"add\":" + tags(kTagsMax, 'a') + ",\"remove\":" + tags(count, 'r') + "}"});
}

std::string with_visit_id(std::size_t size) {
  return event_json({.data = R"({"visitId":")" + std::string(size, 'v') + "\"}"});
}

std::string with_case_id(std::size_t size) {
  return event_json(
      {.type = "case.status.changed", .data = R"({"status":"queued","caseId":")" + std::string(size, 'c') + "\"}"});
}

std::string with_channel(std::size_t size) {
  return event_json({.subject = "identity/" + std::string(size, 'c') + ":a"});
}

std::string with_external_id(std::size_t size) {
  return event_json({.subject = "identity/web:" + std::string(size, 'e')});
}

std::string with_attribute(std::string_view name, std::size_t size) {
  return event_json({.attributes = "\"" + std::string(name) + "\":\"" + std::string(size, 'x') + "\","});
}

std::string with_actor(std::size_t size) { return with_attribute("actor", size); }
std::string with_correlation_id(std::size_t size) { return with_attribute("correlationid", size); }
std::string with_causation_id(std::size_t size) { return with_attribute("causationid", size); }

std::string with_extension_name(std::size_t size) { return with_attribute(std::string(size, 'n'), 1); }

struct Limit {
  const char* name;
  std::string (*event)(std::size_t);
  std::size_t max;
  Errc code;
  const char* detail;
};

TEST(Limits, AreReachedAndNotPassed) {
  const Limit limits[] = {
      {"kEventSizeMax", with_size, kEventSizeMax, Errc::too_large, "has 262145 bytes, more than 262144"},
      {"kEventDepthMax", with_depth, kEventDepthMax, Errc::too_deep, "is nested deeper than 32 levels"},
      {"kEventIdSizeMax", with_id, kEventIdSizeMax, Errc::invalid_event, "has 129 bytes, not 1 to 128"},
      {"kSourceSizeMax", with_source, kSourceSizeMax, Errc::invalid_event, "has 257 bytes, not 1 to 256"},
      {"type", with_type, 128, Errc::invalid_event, "is not a dotted name of at most 128"},
      {"kFieldKeySizeMax", with_field_key, kFieldKeySizeMax, Errc::invalid_event, "is not a key of 1 to 128 bytes"},
      {"kFieldsMax", with_fields, kFieldsMax, Errc::invalid_event, "has more than 500 fields"},
      {"kTagSizeMax", with_tag, kTagSizeMax, Errc::invalid_event, "has 129 bytes, not 1 to 128"},
      {"kTagsMax", with_tags, kTagsMax, Errc::invalid_event, "has more than 500 elements"},
      {"kTagsMax, removed", with_tags_removed, kTagsMax, Errc::invalid_event, "has more than 500 elements"},
      {"kVisitIdSizeMax", with_visit_id, kVisitIdSizeMax, Errc::invalid_event, "has 129 bytes, not 1 to 128"},
      {"kVisitIdSizeMax, case", with_case_id, kVisitIdSizeMax, Errc::invalid_event, "has 129 bytes, not 1 to 128"},
      {"kChannelSizeMax", with_channel, kChannelSizeMax, Errc::invalid_event, "is not 1 to 64 letters"},
      {"kExternalIdSizeMax", with_external_id, kExternalIdSizeMax, Errc::invalid_event, "is not 1 to 256 bytes"},
      {"actor", with_actor, 256, Errc::invalid_event, "has 257 bytes, not 1 to 256"},
      {"correlationid", with_correlation_id, 256, Errc::invalid_event, "has 257 bytes, not 1 to 256"},
      {"causationid", with_causation_id, 256, Errc::invalid_event, "has 257 bytes, not 1 to 256"},
      {"extension name", with_extension_name, 64, Errc::invalid_event, "is not an attribute name: 1 to 64"},
  };
  EventDecoder decoder;
  for (const Limit& limit : limits) {
    const auto reached = decoder.decode(limit.event(limit.max));
    EXPECT_TRUE(reached.has_value()) << limit.name << ": " << to_string(reached.error());
    const auto passed = decoder.decode(limit.event(limit.max + 1));
    ASSERT_FALSE(passed.has_value()) << limit.name;
    EXPECT_EQ(errc_name(passed.error().code), errc_name(limit.code)) << limit.name;
    EXPECT_NE(passed.error().detail.find(limit.detail), std::string::npos) << to_string(passed.error());
  }
}

TEST(Limits, OfDepthCountsObjectsAsWell) {
  std::string inner = "0";
  for (std::size_t i = 1; i < kEventDepthMax; ++i) inner = "{\"a\":" + inner + "}";
  EXPECT_TRUE(decode_event(EventJson{.type = "a.b", .data = inner}).has_value());
  EXPECT_EQ(decode_event(EventJson{.type = "a.b", .data = "{\"a\":" + inner + "}"}).error().code, Errc::too_deep);
}

TEST(Limits, OfABatchAreReachedAndNotPassed) {
  EventDecoder decoder;
  EXPECT_EQ(decoder.split_array("[1,2,3]", 3).value().size(), 3u);
  EXPECT_EQ(decoder.split_array("[1,2,3]", 2).error().code, Errc::too_large);
  // An element of a batch may be as deep as an event alone.
  const std::string deepest = with_depth(kEventDepthMax);
  EXPECT_EQ(decoder.split_array("[" + deepest + "]", 1).value(), std::vector{deepest});
  // One that is deeper breaks alone, at decode; far deeper ones break the batch.
  EXPECT_EQ(decoder.split_array("[" + with_depth(kEventDepthMax + 1) + "]", 1).value().size(), 1u);
  EXPECT_EQ(decoder.split_array(std::string(100, '[') + std::string(100, ']'), 1).error().code, Errc::too_deep);
  // And as large, with no limit but the caller's on them all.
  const std::string largest = with_size(kEventSizeMax);
  EXPECT_EQ(decoder.split_array("[" + largest + "," + largest + "]", 2).value().size(), 2u);
}

}  // namespace
}  // namespace rapport
