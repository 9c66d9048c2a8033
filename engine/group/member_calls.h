// Asks other members over HTTP, on threads of its own: a few for each member, so that one that hangs holds up nobody
// else's.
//
// Invariants: at most kCallsAtOnce are under way to a member, and kCallsWaiting wait for it; a member that is gone from
// the group is waited for no longer.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "engine/http/http_client.h"

namespace rapport {

inline constexpr std::size_t kCallsAtOnce = 16;
inline constexpr std::size_t kCallsWaiting = 1'000;

// Says of a request that it is a member's; its value is the group's key. Who it is made for, and what that one may see,
// was found out by the member that the client asked.
inline constexpr std::string_view kMemberHeader = "Rapport-Member";
inline constexpr std::string_view kMemberForHeader = "Rapport-Member-For";      // the API key's id
inline constexpr std::string_view kMemberSightHeader = "Rapport-Member-Sight";  // "personal", where it sees that
inline constexpr std::string_view kMemberMayHeader = "Rapport-Member-May";  // of "contacts" and "publish", what it may

struct MemberCallsOptions {
  std::string key;   // the group's
  bool tls = false;  // members are reached by https
  std::chrono::milliseconds connect_timeout{1'000};
  std::chrono::milliseconds idle_timeout{70'000};  // a little more than a read may wait
};

// Errors: unreachable.
[[nodiscard]] Result<std::unique_ptr<HttpClient>> open_member_client(const MemberCallsOptions& options,
                                                                     const std::string& address);

// Thread-safe.
class MemberCalls {
 public:
  explicit MemberCalls(const MemberCallsOptions& options);
  ~MemberCalls();

  // Called once, on a thread of the member's, or before ask() returns. Errors: unreachable, overloaded, shutting_down.
  using Done = std::function<void(Result<HttpClientResponse>)>;
  void ask(const std::string& address, HttpClientRequest request, Done done);

  const MemberCallsOptions& options() const { return options_; }

  // Everything under way, and every later call, is answered with shutting_down.
  void stop();

  // Whoever waits for another one is told that it is unreachable.
  void keep_only(const std::set<std::string>& addresses);

 private:
  class Member;

  const MemberCallsOptions options_;
  std::mutex mutex_;
  bool stopping_ = false;
  std::map<std::string, std::shared_ptr<Member>> members_;
};

}  // namespace rapport
