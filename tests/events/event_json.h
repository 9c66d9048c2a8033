// Events as JSON text for tests, and their rows of rules: an event, the error it must end in.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "events/event_decoder.h"

namespace rapport {

struct EventJson {
  std::string type = "visit.started";
  std::string data = "{}";
  std::string subject = "contact/1042";
  // Further attributes, each with its comma: R"("actor":"a",)".
  std::string attributes = {};
};

inline std::string event_json(const EventJson& event) {
  return R"({"specversion":"1.0","id":"e1","source":"channel/web","type":")" + event.type + R"(","subject":")" +
         event.subject + R"(",)" + event.attributes + R"("data":)" + event.data + "}";
}

inline Result<Event> decode_event(std::string_view json) { return EventDecoder().decode(json); }
inline Result<Event> decode_event(const EventJson& event) { return decode_event(event_json(event)); }

// Expects an error of that code about that field whose detail contains `detail`.
inline void expect_error(const Result<Event>& result, Errc code, std::string_view field, std::string_view detail,
                         std::string_view context) {
  if (result.has_value()) {
    ADD_FAILURE() << "decodes: " << context;
    return;
  }
  const Error& error = result.error();
  EXPECT_EQ(errc_name(error.code), errc_name(code)) << to_string(error) << "\n" << context;
  EXPECT_EQ(error.field, field) << to_string(error) << "\n" << context;
  EXPECT_NE(error.detail.find(detail), std::string::npos) << to_string(error) << "\n" << context;
}

}  // namespace rapport
