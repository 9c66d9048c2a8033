#include "engine/log/kafka_inbox_record.h"

#include <algorithm>

#include "events/json_check.h"
#include "events/structured_mode.h"

namespace rapport {
namespace {

std::vector<EventHeader> headers_of(const rd_kafka_message_t& message) {
  std::vector<EventHeader> out;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return out;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    out.push_back({name, bytes_of(value, size)});
  }
  return out;
}

std::string origin_of(const std::string& topic, std::int32_t partition, const std::string& offsets) {
  return topic + "/" + std::to_string(partition) + "/" + offsets;
}

}  // namespace

// Binary mode is known by its attributes' headers; without them the value is the event (structured mode).
InboxRecord read_inbox_record(EventDecoder& decoder, const rd_kafka_message_t& message, const std::string& topic) {
  const std::string_view value = bytes_of(message.payload, message.len);
  const auto headers = headers_of(message);
  const bool is_binary =
      std::any_of(headers.begin(), headers.end(), [](const auto& h) { return h.name == "ce_specversion"; });
  std::string_view content_type;
  for (const auto& header : headers) {
    if (header.name == "content-type") content_type = header.value;
  }
  const auto decode = [&]() -> Result<Event> {
    if (is_binary) return decoder.decode_binary_mode(headers, content_type, value);
    if (message.payload == nullptr) return Error{Errc::invalid_event, "the record has no value"};
    return decoder.decode(value);
  };
  rd_kafka_timestamp_type_t type{};
  return {message.partition,
          message.offset,
          origin_of(topic, message.partition, std::to_string(message.offset)),
          Timestamp{rd_kafka_message_timestamp(&message, &type)},
          decode(),
          is_binary ? structured_mode(headers, value, check_json_object(value).has_value()) : std::string(value)};
}

InboxRecord lost_inbox_records(const std::string& topic, std::int32_t partition, std::int64_t first,
                               std::int64_t behind) {
  const std::int64_t last = behind - 1;
  const std::string offsets = std::to_string(first) + "-" + std::to_string(last);
  InboxRecord record{partition,
                     last,
                     origin_of(topic, partition, offsets),
                     Timestamp{},
                     Error{Errc::position_gone, "the records of the offsets " + offsets +
                                                    ", those of aborted transactions included, were deleted before "
                                                    "they were read, by a retention or by hand: publish again what "
                                                    "was sent then"},
                     ""};
  record.lost = static_cast<std::uint64_t>(behind - first);
  return record;
}

}  // namespace rapport
