#include "tests/http/raw_peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

namespace rapport {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDripInterval{10};
// Without a byte more taken for so long, the other side has stopped reading.
constexpr milliseconds kStuckAfter{300};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool wait_for(int descriptor, short events, milliseconds timeout) {
  pollfd waiting{descriptor, events, 0};
  return ::poll(&waiting, 1, static_cast<int>(timeout.count())) == 1;
}

}  // namespace

RawPeer::RawPeer(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const sockaddr_in address = loopback(port);
  const int failed = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  EXPECT_EQ(failed, 0) << "nobody listens on " << port;
}

RawPeer::RawPeer(RawPeer&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), unread_(std::move(other.unread_)) {}

RawPeer::~RawPeer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RawPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_for(descriptor_, POLLOUT, kPeerDeadline)) {
      ADD_FAILURE() << "the other side takes no more";
      return;
    }
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t RawPeer::send_until_stuck(std::string_view bytes) {
  std::size_t total = 0;
  while (total < bytes.size() && wait_for(descriptor_, POLLOUT, kStuckAfter)) {
    const auto sent = ::send(descriptor_, bytes.data() + total, bytes.size() - total, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) break;
    total += static_cast<std::size_t>(sent);
  }
  return total;
}

void RawPeer::send_what_fits(std::string_view bytes) {
  static_cast<void>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

void RawPeer::take_what_came() {
  std::array<char, 16384> bytes;
  const auto came = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (came > 0) unread_.append(bytes.data(), static_cast<std::size_t>(came));
}

void RawPeer::drip(char byte) {
  const auto deadline = std::chrono::steady_clock::now() + kPeerDeadline;
  while (!wait_for(descriptor_, POLLIN, kDripInterval)) {
    send({&byte, 1});
    if (std::chrono::steady_clock::now() < deadline) continue;
    ADD_FAILURE() << "the other side takes bytes for ever";
    return;
  }
}

void RawPeer::finish_sending() { ::shutdown(descriptor_, SHUT_WR); }

void RawPeer::set_receive_buffer(int bytes) { ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes); }

bool RawPeer::read_more() {
  if (!wait_for(descriptor_, POLLIN, kPeerDeadline)) {
    ADD_FAILURE() << "nothing came in time; so far: " << unread_;
    return false;
  }
  std::array<char, 16384> bytes;
  const auto came = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (came <= 0) return false;
  unread_.append(bytes.data(), static_cast<std::size_t>(came));
  return true;
}

std::string RawPeer::read_until(std::string_view text) {
  std::size_t at;
  while ((at = unread_.find(text)) == std::string::npos) {
    if (read_more()) continue;
    ADD_FAILURE() << "the connection ended before \"" << text << "\"; so far: " << unread_;
    return std::exchange(unread_, {});
  }
  std::string taken = unread_.substr(0, at + text.size());
  unread_.erase(0, taken.size());
  return taken;
}

std::string RawPeer::read_response() {
  std::string response = read_until("\r\n\r\n");
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t at = response.find(kLength);
  if (at == std::string::npos) return response;
  std::size_t length = 0;
  std::from_chars(response.data() + at + kLength.size(), response.data() + response.size(), length);
  while (unread_.size() < length && read_more()) {
  }
  response.append(unread_, 0, length);
  unread_.erase(0, length);
  return response;
}

std::string RawPeer::read_to_end() {
  while (read_more()) {
  }
  return std::exchange(unread_, {});
}

RawListener::RawListener() : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  EXPECT_EQ(::listen(descriptor_, 16), 0);
  ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
}

RawListener::~RawListener() { ::close(descriptor_); }

RawPeer RawListener::accept() {
  if (!wait_for(descriptor_, POLLIN, kPeerDeadline)) ADD_FAILURE() << "nobody connected";
  return RawPeer(RawPeer::FromDescriptor{::accept(descriptor_, nullptr, nullptr)});
}

}  // namespace rapport
