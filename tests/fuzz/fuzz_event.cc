#include <boost/json.hpp>

#include "events/event_decoder.h"
#include "events/event_encoder.h"
#include "tests/fuzz/fuzz_target.h"

namespace rapport {
namespace {

// As little as an event must say to be compared: what a reader that knows nothing of ours makes of the bytes.
void compare_with_another_reader(std::string_view bytes, const Event& event) {
  boost::json::parse_options options;
  options.max_depth = 256;
  boost::system::error_code failed;
  const boost::json::value root = boost::json::parse(bytes, failed, {}, options);
  require(!failed && root.is_object(), "another reader takes it for an object");
  const boost::json::object& object = root.get_object();
  const auto says = [&](std::string_view name, std::string_view text) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() && value->get_string() == text;
  };
  require(says("id", event.id), "the id");
  require(says("source", event.source), "the source");
  require(says("type", event.type_name), "the type");
  const auto* data = object.if_contains("data");
  if (data == nullptr || data->is_null()) return;
  require(boost::json::parse(event.data, failed, {}, options) == *data && !failed, "the data");
}

// The same document as the two ways of reading it take it: a line's end is none of the plain spelling.
void compare_with_white_space(EventDecoder& decoder, std::string_view bytes, const Result<Event>& event) {
  if (bytes.size() >= kEventSizeMax) return;
  const auto spaced = decoder.decode(std::string(bytes) + "\n");
  require(spaced.has_value() == event.has_value(), "white space behind it changes nothing");
  if (event) require(*spaced == *event, "it is the same event");
  if (!event && event.error().code != Errc::invalid_json) require(spaced.error() == event.error(), "the same error");
}

}  // namespace

void fuzz_event(std::string_view bytes) {
  static EventDecoder decoder;
  static Event used_before;
  const auto event = decoder.decode(bytes);
  compare_with_white_space(decoder, bytes, event);
  const auto read = decoder.decode_into(used_before, bytes);
  require(read.has_value() == event.has_value(), "what an event said before changes nothing");
  require(used_before == (event ? *event : Event{}), "nothing is left of what an event said before");
  if (!event) return;
  compare_with_another_reader(bytes, *event);
  const std::string written = encode_event(*event);
  const auto again = decoder.decode(written);
  require(again && *again == *event, "what was encoded decodes to the same event");
  require(encode_event(*again) == written, "an event has one encoding");
}

}  // namespace rapport
