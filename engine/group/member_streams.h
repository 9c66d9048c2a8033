// Server-Sent Events of several members, as one: each is read on a thread of its own, and what comes is handed on in
// the order in which it came.
//
// Invariants: at most kWaitingBytesMax wait to be taken; whoever takes slowly slows the members down. At most
// kMemberStreamsMax are read at once by the process.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/group/member_calls.h"
#include "engine/http/http_client.h"

namespace rapport {

inline constexpr std::size_t kMemberStreamsMax = 300;

// An event as the feed writes it: only what is there.
struct StreamedEvent {
  std::size_t member = 0;  // the index of who sent it
  std::string id, type, data;
};

class MemberStreams {
 public:
  struct Asked {
    std::string address;
    HttpClientRequest request;
  };

  // Begins to ask all of them. Of streams that are endless, one that ends is an error. Errors: overloaded.
  [[nodiscard]] static Result<std::unique_ptr<MemberStreams>> open(const MemberCallsOptions& options,
                                                                   std::vector<Asked> members, bool endless);
  ~MemberStreams();

  // What has come since. Errors: what a member answered instead, or that it is gone; each ends all of them.
  [[nodiscard]] Result<std::vector<StreamedEvent>> take();
  // Every member has ended its stream, and all is taken. Thread-safe.
  bool ended() const;
  // Calls `done` once there is something to take, on any thread; in place of the call before, if that still waits.
  void when_ready(std::function<void()> done);

 private:
  MemberStreams(const MemberCallsOptions& options, bool endless) : options_(options), endless_(endless) {}
  void read(std::size_t member, const Asked& asked);
  bool add(StreamedEvent event);
  void end(std::optional<Error> error);
  bool is_ready() const { return !waiting_.empty() || error_ || running_ == 0; }
  void wake(std::unique_lock<std::mutex>& lock);

  const MemberCallsOptions options_;
  const bool endless_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  bool stopping_ = false;
  std::deque<StreamedEvent> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::optional<Error> error_;
  std::size_t running_ = 0;
  std::function<void()> waiter_;
  std::vector<std::unique_ptr<HttpClient>> clients_;
  std::vector<std::thread> threads_;
};

}  // namespace rapport
