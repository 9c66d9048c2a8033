// JSON bytes to events: the one home of simdjson.
//
// Invariants:
// - What decodes is whole: valid UTF-8, no key twice at any depth, every rule of EVENTS.md that needs no other record
//   and no clock. The checks that need them are the publisher's (engine/publish).
// - Numbers are 64-bit integers or finite doubles; others are refused, never rounded.
// - decode(encode_event(e)) == e.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/result.h"

namespace rapport {

// A header of a Kafka record: its name and its bytes.
struct EventHeader {
  std::string_view name;
  std::string_view value;
};

class EventDecoder {
 public:
  EventDecoder();
  ~EventDecoder();
  EventDecoder(EventDecoder&&) noexcept;
  EventDecoder& operator=(EventDecoder&&) noexcept;

  // One structured-mode CloudEvent. The data of an older schema version is raised to the newest (events/upcaster.h).
  // `bytes` need no padding and are not kept.
  // Errors: invalid_json, duplicate_key, too_large, too_deep, invalid_event; `field` is the member's path.
  [[nodiscard]] Result<Event> decode(std::string_view bytes);

  // The same in place of what `event` said, whose memory serves again. After an error it is a fresh one.
  [[nodiscard]] Result<void> decode_into(Event& event, std::string_view bytes);

  // The envelope of an enciphered event whose data is gone: it says what kind of event there was, and has no data and
  // a CustomEvent for payload whatever its type; where there is data in clear, that. Errors: as decode's.
  [[nodiscard]] Result<Event> decode_emptied(std::string_view bytes);

  // One binary-mode CloudEvent, as the Kafka binding has it: attributes in headers named `ce_<attribute>`, the media
  // type of the data in `content_type` (the content-type header; empty: application/json), the record's value is the
  // data. Headers of other names are the transport's and are passed over. The rules, limits and errors are decode's,
  // the limit of size being that of the same event in structured mode.
  [[nodiscard]] Result<Event> decode_binary_mode(std::span<const EventHeader> headers, std::string_view content_type,
                                                 std::string_view data);

  // What an event's data says, of an event that was decoded before: its type, its data's version and its text.
  // Errors: as decode's, where the text is not such data.
  [[nodiscard]] Result<Payload> decode_payload(EventType type, std::uint32_t schema_version, std::string_view data);

  // The elements of one JSON array of at most `elements_max`, each as minified text.
  // Errors: invalid_json, too_large, too_deep.
  [[nodiscard]] Result<std::vector<std::string>> split_array(std::string_view bytes, std::size_t elements_max);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
