// Properties of encoder and decoder over arbitrary events of every type. A failure prints the least event that shows
// it, and the seed: RAPPORT_SEED=n runs the same events again.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "events/event_decoder.h"
#include "events/event_encoder.h"
#include "tests/events/arbitrary_event.h"

namespace rapport {
namespace {

class EventRoundTrip : public testing::Test {
 protected:
  // RapidCheck reads its parameters once, before the first property.
  static void SetUpTestSuite() {
    const char* given = std::getenv("RAPPORT_SEED");
    static const std::string seed = given != nullptr ? given : std::to_string(std::random_device{}());
    ::setenv("RC_PARAMS", ("seed=" + seed).c_str(), 0);
    seed_ = seed;
  }

  // `holds` takes a type; inside it, events are drawn.
  template <class Property>
  static void check_every_type(Property holds) {
    for (const EventTypeRow& row : event_types()) {
      const std::string name = row.type == EventType::custom ? "a publisher's own type" : std::string(row.name);
      EXPECT_TRUE(rc::check(name, [&] { holds(row.type); })) << "RAPPORT_SEED=" << seed_;
    }
  }

  static inline std::string seed_;
};

void expect_decodes_to(const std::string& bytes, const Event& event) {
  static EventDecoder decoder;
  RC_LOG() << bytes << "\n";
  const auto decoded = decoder.decode(bytes);
  if (!decoded) RC_FAIL(to_string(decoded.error()));
  if (*decoded != event) RC_FAIL("decodes to another event: " + encode_event(*decoded));
}

// The same JSON with white space wherever it may stand.
std::string spaced(std::string_view json) {
  std::string out;
  bool in_string = false, escaped = false;
  for (const char c : json) {
    const bool mark = !in_string && std::string_view("{}[]:,").find(c) != std::string_view::npos;
    if (mark) out += *rc::gen::element<std::string>("", " ", "\n", "\t \r\n");
    out += c;
    if (mark) out += *rc::gen::element<std::string>("", " ", "\r\n");
    if (c == '"' && !escaped) in_string = !in_string;
    escaped = in_string && c == '\\' && !escaped;
  }
  return out;
}

TEST_F(EventRoundTrip, DecodesWhatItEncodes) {
  check_every_type([](EventType type) {
    const Event event = *arbitrary_event(type);
    expect_decodes_to(encode_event(event), event);
  });
}

TEST_F(EventRoundTrip, ReadsTheSameEventThroughWhiteSpace) {
  check_every_type([](EventType type) {
    const Event event = *arbitrary_event(type);
    expect_decodes_to(spaced(encode_event(event)), event);
  });
}

TEST_F(EventRoundTrip, ReadsAPayloadFromItsDataAlone) {
  check_every_type([](EventType type) {
    static EventDecoder decoder;
    const Event event = *arbitrary_event(type);
    const auto payload = decoder.decode_payload(type, event.schema_version, event.data);
    RC_ASSERT(payload.has_value());
    RC_ASSERT(*payload == event.payload);
  });
}

// Whatever a field's number looks like, once it has its canonical spelling it keeps it.
TEST_F(EventRoundTrip, KeepsTheCanonicalSpellingOfANumber) {
  EXPECT_TRUE(rc::check([] {
    static EventDecoder decoder;
    const double number = *rc::gen::arbitrary<double>();
    RC_PRE(std::isfinite(number));
    char text[64];
    std::snprintf(text, sizeof text, *rc::gen::element("%.17g", "%.17e", "%.3f"), number);
    const auto first =
        decoder.decode_payload(EventType::contact_fields_changed, 1, R"({"fields":{"n":)" + std::string(text) + "}}");
    RC_ASSERT(first.has_value());
    const std::string canonical = encode_payload(EventType::contact_fields_changed, *first);
    RC_LOG() << text << " " << canonical << "\n";
    const auto second = decoder.decode_payload(EventType::contact_fields_changed, 1, canonical);
    RC_ASSERT(second.has_value());
    RC_ASSERT(*second == *first);
  })) << "RAPPORT_SEED="
      << seed_;
}

}  // namespace
}  // namespace rapport
