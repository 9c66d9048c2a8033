#include "engine/group/member_calls.h"

#include <condition_variable>
#include <deque>
#include <thread>
#include <vector>

#include "events/thread_name.h"

namespace rapport {

class MemberCalls::Member {
 public:
  Member(std::string address, const MemberCallsOptions& options) : address_(std::move(address)), options_(options) {}

  ~Member() { end({Errc::shutting_down, "the engine is stopping"}); }

  void ask(HttpClientRequest request, Done done) {
    std::unique_lock lock(mutex_);
    std::optional<Error> refused = ended_;
    if (!refused && waiting_.size() >= kCallsWaiting) {
      refused = Error{Errc::overloaded, std::to_string(kCallsWaiting) + " calls wait for " + address_ + " already"};
    }
    if (refused) {
      lock.unlock();
      return done(*std::move(refused));
    }
    waiting_.push_back({std::move(request), std::move(done)});
    // One that rests may not have woken yet for the call before this one.
    if (waiting_.size() > resting_ && threads_.size() < kCallsAtOnce) threads_.emplace_back([this] { run(); });
    changed_.notify_one();
  }

  // Answers all, and lets nobody in any more.
  void end(const Error& error) {
    std::deque<Call> left;
    std::vector<std::thread> threads;
    {
      const std::lock_guard lock(mutex_);
      if (!ended_) ended_ = error;
      left.swap(waiting_);
      threads.swap(threads_);
      for (HttpClient* client : asking_) client->interrupt();
    }
    changed_.notify_all();
    for (Call& call : left) call.done(error);
    for (std::thread& thread : threads) thread.join();
  }

 private:
  struct Call {
    HttpClientRequest request;
    Done done;
  };

  void run() {
    name_thread("member call");
    std::unique_ptr<HttpClient> client;
    std::unique_lock lock(mutex_);
    while (true) {
      ++resting_;
      changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
      --resting_;
      if (ended_) return;
      Call call = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      auto answer = send(client, call.request);
      call.done(std::move(answer));
      lock.lock();
    }
  }

  Result<HttpClientResponse> send(std::unique_ptr<HttpClient>& client, const HttpClientRequest& request) {
    if (!client) {
      auto opened = open_member_client(options_, address_);
      if (!opened) return opened.error();
      client = *std::move(opened);
    }
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return *ended_;
      asking_.insert(client.get());
    }
    auto answer = client->send(request);
    const std::lock_guard lock(mutex_);
    asking_.erase(client.get());
    if (answer) return answer;
    client.reset();
    if (ended_) return *ended_;
    return Error{Errc::unreachable, "member " + address_ + " does not answer: " + answer.error().detail};
  }

  const std::string address_;
  const MemberCallsOptions& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Call> waiting_;
  std::vector<std::thread> threads_;
  std::size_t resting_ = 0;
  std::set<HttpClient*> asking_;
  std::optional<Error> ended_;
};

Result<std::unique_ptr<HttpClient>> open_member_client(const MemberCallsOptions& options, const std::string& address) {
  auto opened = HttpClient::open({.url = (options.tls ? "https://" : "http://") + address,
                                  .headers = {{kMemberHeader, options.key}},
                                  .connect_timeout = options.connect_timeout,
                                  .idle_timeout = options.idle_timeout});
  if (!opened) return Error{Errc::unreachable, address + ": " + opened.error().detail};
  return opened;
}

MemberCalls::MemberCalls(const MemberCallsOptions& options) : options_(options) {}

MemberCalls::~MemberCalls() { stop(); }

void MemberCalls::stop() {
  std::map<std::string, std::shared_ptr<Member>> members;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    members.swap(members_);
  }
  for (const auto& [address, member] : members) member->end({Errc::shutting_down, "the engine is stopping"});
}

void MemberCalls::ask(const std::string& address, HttpClientRequest request, Done done) {
  std::shared_ptr<Member> member;
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      auto& known = members_[address];
      if (!known) known = std::make_shared<Member>(address, options_);
      member = known;
    }
  }
  if (!member) return done(Error{Errc::shutting_down, "the engine is stopping"});
  member->ask(std::move(request), std::move(done));
}

void MemberCalls::keep_only(const std::set<std::string>& addresses) {
  std::vector<std::pair<std::string, std::shared_ptr<Member>>> gone;
  {
    const std::lock_guard lock(mutex_);
    for (auto member = members_.begin(); member != members_.end();) {
      if (addresses.contains(member->first)) {
        ++member;
      } else {
        gone.emplace_back(*member);
        member = members_.erase(member);
      }
    }
  }
  for (const auto& [address, member] : gone) {
    member->end({Errc::unreachable, "member " + address + " has left the group"});
  }
}

}  // namespace rapport
