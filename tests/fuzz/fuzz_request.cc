#include "engine/http/request_target.h"
#include "events/bytes_text.h"
#include "events/position.h"
#include "events/subject.h"
#include "events/timestamp.h"
#include "tests/fuzz/fuzz_target.h"

namespace rapport {

void fuzz_request(std::string_view bytes) {
  HttpRequest request;
  if (parse_request_target(bytes, request)) {
    std::string again;
    for (const std::string& segment : request.path) {
      require(segment != "." && segment != ".." && segment.find('\0') == std::string::npos, "no segment leads upwards");
      again += "/" + percent_encode(segment);
    }
    HttpRequest same;
    require(again.empty() || (parse_request_target(again, same) && same.path == request.path),
            "a path has one reading");
  }
  if (const auto subject = parse_subject(bytes)) {
    const auto again = parse_subject(to_string(*subject));
    require(again && *again == *subject, "a subject reads as it was written");
  }
  if (const auto position = parse_position(bytes)) {
    const auto again = parse_position(to_string(*position));
    require(again && to_string(*again) == to_string(*position), "a position reads as it was written");
  }
  if (const auto cursor = from_base64url(bytes)) {
    require(to_base64url(*cursor) == bytes, "a cursor has one spelling");
  }
  if (const auto plain = from_base64(bytes)) {
    require(to_base64(*plain) == bytes, "base64 has one spelling");
  }
  if (const auto time = parse_timestamp(bytes)) {
    const auto again = parse_timestamp(format_timestamp(*time));
    require(again && *again == *time, "a time reads as it was written");
  }
}

}  // namespace rapport
