#include "tests/http/message_reader.h"

#include <utility>

namespace rapport {
namespace {

constexpr std::size_t kFieldsMax = 8;

void require(bool holds, std::string_view what) {
  if (!holds) panic("does not hold: " + std::string(what));
}

}  // namespace

bool MessageReader::take(std::string_view bytes) {
  buffer_.reserve(buffer_.unread().size() + bytes.size());
  const ReadBuffer::Space space = buffer_.space();
  bytes.copy(space.data, bytes.size());
  buffer_.commit(bytes.size());
  while (in_body_ ? take_body() : take_head()) {
  }
  return !ended_;
}

bool MessageReader::take_head() {
  const HeadScanner::Found found = scanner_.scan(buffer_.unread());
  if (found == HeadScanner::Found::more) return false;
  if (found == HeadScanner::Found::malformed) return end("malformed head");
  require(scanner_.size() <= buffer_.unread().size(), "a head is of the bytes that came");
  request_.reset();
  const auto refused = parser_.parse_head(buffer_.unread().substr(0, scanner_.size()), kFieldsMax, request_);
  if (refused) return end(std::to_string(refused->status) + " " + refused->detail);
  buffer_.consume(scanner_.size());
  scanner_.reset();
  if (!parser_.limit_body(1'000)) return end("too large");
  require(request_.headers.size() <= kFieldsMax, "a head has no more fields than it may");
  require(request_.headers.count("Content-Length") == 0 || request_.headers.count("Transfer-Encoding") == 0,
          "a body has one length");
  outcome_.append(http_method_name(request_.method));
  for (const std::string& segment : request_.path) outcome_ += "/" + segment;
  for (const QueryParameter& parameter : request_.query.all) outcome_ += "?" + parameter.name + "=" + parameter.value;
  outcome_ += " ";
  in_body_ = true;
  return true;
}

bool MessageReader::take_body() {
  if (parser_.complete()) {
    outcome_ += "[" + std::exchange(request_.body, {}) + "]\n";
    in_body_ = false;
    return true;
  }
  const auto piece = parser_.parse_body(buffer_.unread());
  if (!piece) return end(to_string(piece.error()));
  require(piece->bytes.size() <= piece->consumed, "a piece is of what was consumed");
  require(piece->consumed <= buffer_.unread().size(), "no more is consumed than came");
  request_.body.append(piece->bytes);
  buffer_.consume(piece->consumed);
  return piece->consumed > 0;
}

bool MessageReader::end(const std::string& why) {
  outcome_ += why;
  ended_ = true;
  return false;
}

}  // namespace rapport
