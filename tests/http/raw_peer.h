// A TCP peer that sends exactly the bytes it is told to and reads what comes back: no HTTP of its own, so that it can
// break every rule. Also a listener, which plays the server to a client.
//
// Every wait has a deadline (kPeerDeadline); beyond it the test fails, and the call returns what has come.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rapport {

inline constexpr std::chrono::seconds kPeerDeadline{20};

class RawPeer {
 public:
  // Connects to a port of 127.0.0.1.
  explicit RawPeer(std::uint16_t port);
  RawPeer(RawPeer&& other) noexcept;
  RawPeer& operator=(RawPeer&&) = delete;
  ~RawPeer();

  // Sends all of it, or as much as the other side takes before it closes.
  void send(std::string_view bytes);
  // Sends as much of it as the kernels take without the other side reading on; the count.
  std::size_t send_until_stuck(std::string_view bytes);
  // Sends as much of it as goes without waiting, and reads what has come without waiting for it: for a peer of many.
  void send_what_fits(std::string_view bytes);
  void take_what_came();
  // Sends a byte now and then until something comes back: what a slow-loris attack does.
  void drip(char byte);
  // The other side sees our end.
  void finish_sending();
  // How much of what the other side sends stays in the kernel until it is read.
  void set_receive_buffer(int bytes);

  // Reads until `text` has come, and returns all up to its end; what came behind it is kept for the next call.
  std::string read_until(std::string_view text);
  // One response with a Content-Length, or none: its head and body.
  std::string read_response();
  // Everything until the other side closes, or resets, the connection.
  std::string read_to_end();

 private:
  friend class RawListener;
  struct FromDescriptor {
    int descriptor;
  };
  explicit RawPeer(FromDescriptor from) : descriptor_(from.descriptor) {}
  // False at the end or the deadline.
  bool read_more();

  int descriptor_ = -1;
  std::string unread_;
};

class RawListener {
 public:
  RawListener();
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;
  ~RawListener();

  std::uint16_t port() const { return port_; }
  RawPeer accept();

 private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace rapport
