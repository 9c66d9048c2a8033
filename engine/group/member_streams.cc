#include "engine/group/member_streams.h"

#include "engine/group/event_stream_lines.h"
#include "engine/group/member_events.h"
#include "events/thread_name.h"

namespace rapport {
namespace {

constexpr std::size_t kWaitingBytesMax = 1u << 20;

// Of the process: its threads and connections are what there are only so many of.
std::atomic<std::size_t> streams_now{0};

std::size_t size_bytes(const StreamedEvent& event) { return event.id.size() + event.type.size() + event.data.size(); }

}  // namespace

Result<std::unique_ptr<MemberStreams>> MemberStreams::open(const MemberCallsOptions& options,
                                                           std::vector<Asked> members, bool endless) {
  if (streams_now.fetch_add(members.size()) + members.size() > kMemberStreamsMax) {
    streams_now -= members.size();
    return Error{Errc::overloaded, std::to_string(kMemberStreamsMax) + " feeds of members are followed already"};
  }
  std::unique_ptr<MemberStreams> streams(new MemberStreams(options, endless));
  streams->running_ = members.size();
  streams->clients_.resize(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    streams->threads_.emplace_back([self = streams.get(), i, asked = std::move(members[i])] { self->read(i, asked); });
  }
  return streams;
}

MemberStreams::~MemberStreams() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& client : clients_) {
      if (client) client->interrupt();
    }
  }
  room_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  streams_now -= threads_.size();
}

void MemberStreams::read(std::size_t member, const Asked& asked) {
  name_thread("member feed");
  const auto gone = [&](const std::string& why) {
    return Error{Errc::unreachable, "the feed of member " + asked.address + " has ended: " + why};
  };
  auto opened = open_member_client(options_, asked.address);
  if (!opened) return end(gone(opened.error().detail));
  HttpClient* client = opened->get();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    clients_[member] = *std::move(opened);
  }
  EventStreamLines lines;
  bool enough = false;
  const auto answer = client->send(asked.request, [&](const HttpClientResponse&, std::string_view piece) {
    enough = !lines.feed(piece, [&](EventStreamLines::Event event) {
      return add({member, std::move(event.id), std::move(event.type), std::move(event.data)});
    });
    return !enough;
  });
  if (!answer) return end(gone(answer.error().detail));
  if (answer->status != 200) return end(decode_problem(answer->body));
  if (enough) return end(gone("it is no feed"));
  end(endless_ ? std::optional(gone("it was ended")) : std::nullopt);
}

bool MemberStreams::add(StreamedEvent event) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return stopping_ || waiting_bytes_ < kWaitingBytesMax; });
  if (stopping_) return false;
  waiting_bytes_ += size_bytes(event);
  waiting_.push_back(std::move(event));
  wake(lock);
  return true;
}

void MemberStreams::end(std::optional<Error> error) {
  std::unique_lock lock(mutex_);
  if (error && !error_) error_ = std::move(error);
  --running_;
  wake(lock);
}

void MemberStreams::wake(std::unique_lock<std::mutex>& lock) {
  const auto waiter = std::exchange(waiter_, nullptr);
  lock.unlock();
  if (waiter) waiter();
}

Result<std::vector<StreamedEvent>> MemberStreams::take() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty() && error_) return *error_;
  std::vector<StreamedEvent> out(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  waiting_bytes_ = 0;
  room_.notify_all();
  return out;
}

bool MemberStreams::ended() const {
  const std::lock_guard lock(mutex_);
  return running_ == 0 && waiting_.empty() && !error_;
}

void MemberStreams::when_ready(std::function<void()> done) {
  std::unique_lock lock(mutex_);
  waiter_ = std::move(done);
  if (is_ready()) wake(lock);
}

}  // namespace rapport
