#include "engine/publish/publisher.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>

#include "engine/publish/dry_run.h"
#include "engine/publish/incoming_events.h"
#include "engine/publish/merge_hint.h"
#include "engine/publish/publish_call.h"

namespace rapport {
namespace {

constexpr std::array<std::string_view, 6> kStatusNames{"accepted", "repeated", "refused",
                                                       "parked",   "rejected", "durable"};
constexpr std::size_t kEventMemoryBytes = 512;  // around its data
constexpr std::size_t kAskMemoryBytes = 512;    // of a question for an id or a contact

std::size_t memory_of(const std::vector<IncomingEvent>& events) {
  std::size_t bytes = 0;
  for (const IncomingEvent& event : events) bytes += kEventMemoryBytes + (event ? event->data.size() : 0);
  return bytes;
}

}  // namespace

std::string_view publish_status_name(PublishStatus status) { return kStatusNames[static_cast<std::size_t>(status)]; }

std::optional<Error> not_folded_in_time(const Published& published) {
  for (const PublishResult& result : published.results) {
    if (result.status == PublishStatus::durable && result.error) return result.error;
  }
  return std::nullopt;
}

bool deletes_a_contact(std::span<const IncomingEvent> events) {
  return std::any_of(events.begin(), events.end(),
                     [](const IncomingEvent& event) { return event && event->type == EventType::contact_deleted; });
}

void tell_outcome(const Outcome& outcome, PublishResult& result) {
  const auto refused = [&](std::string why) { return Error{refusal_errc(outcome.refusal), std::move(why)}; };
  result.version = outcome.version;
  switch (outcome.status) {
    case OutcomeStatus::accepted: result.status = PublishStatus::accepted; return;
    case OutcomeStatus::repeated:
      result.status = PublishStatus::repeated;
      result.position->offset = outcome.first;
      result.first_outcome = outcome.refusal == Refusal::none ? PublishStatus::accepted : PublishStatus::refused;
      if (outcome.refusal != Refusal::none) result.error = refused("the event was refused");
      return;
    case OutcomeStatus::refused:
      result.status = PublishStatus::refused;
      result.error = refused(outcome.refusal == Refusal::wrong_expected_version
                                 ? "it is at version " + std::to_string(outcome.version)
                                 : "the event was refused");
      return;
    case OutcomeStatus::parked: result.status = PublishStatus::parked; return;
  }
}

struct Publisher::Impl {
  Impl(EventLog& log, Folder& folder, const PublisherOptions& of_caller)
      : options(of_caller),
        services{log,
                 folder,
                 options.wait_max,
                 options.fold_wait_max,
                 {log,
                  folder,
                  {.block_size = options.id_range_size,
                   .fold_wait_max = options.fold_wait_max,
                   .suits = options.suitable_id}},
                 {log, folder, services.ids, services.workers, options.fold_wait_max},
                 options.others,
                 {},
                 WorkQueue("resolve", options.resolver_threads)} {}

  // Everything under way has been told before the workers end.
  ~Impl() {
    std::unique_lock lock(mutex);
    closing = true;
    calls_done.wait(lock, [this] { return calls == 0; });
  }

  // Takes the bytes' room, or says why not.
  std::optional<Error> enter(std::size_t bytes) {
    if (const auto room = options.check_room(); !room) return room.error();
    const std::lock_guard lock(mutex);
    if (closing) return Error{Errc::shutting_down, "the engine is stopping"};
    // A call larger than the bound goes alone.
    if (calls > 0 && in_flight + bytes > options.in_flight_bytes_max) {
      return Error{Errc::overloaded, "events of " + std::to_string(in_flight) + " bytes are under way already"};
    }
    in_flight += bytes;
    ++calls;
    return std::nullopt;
  }
  void leave(std::size_t bytes) {
    const std::lock_guard lock(mutex);
    in_flight -= bytes;
    if (--calls == 0) calls_done.notify_all();
  }

  std::shared_ptr<PublishCall> enter_call(std::vector<IncomingEvent> events, const PublishOptions& call_options,
                                          PublishDone done) {
    const std::size_t bytes = memory_of(events);
    if (auto refused = enter(bytes)) {
      done(*std::move(refused));
      return nullptr;
    }
    return counted_call(std::move(events), call_options, bytes, std::move(done));
  }
  // Of one that has entered: it leaves once it is told.
  std::shared_ptr<PublishCall> counted_call(std::vector<IncomingEvent> events, const PublishOptions& call_options,
                                            std::size_t bytes, PublishDone done) {
    return std::make_shared<PublishCall>(services, std::move(events), call_options,
                                         [this, bytes, tell = std::move(done)](Result<Published> published) {
                                           tell(std::move(published));
                                           leave(bytes);
                                         });
  }

  // What is done once the survivors of the merges have been told of them. Where that fails the call does: who publishes
  // it again has them told again.
  PublishDone telling(MergesToTell merges, const PublishOptions& of_call, PublishDone done) {
    const PublishOptions options_of_hints{.wait = of_call.wait, .wait_max = of_call.wait_max, .actor = of_call.actor};
    return [this, merges = std::move(merges), options_of_hints, tell = std::move(done)](Result<Published> published) {
      if (!published) return tell(std::move(published));
      auto hints = merges.hints(published->results, *services.folder.view(),
                                [this](ContactId contact) { return is_folded_here(services, contact); });
      if (!hints) return tell(hints.error());
      if (hints->empty()) return tell(std::move(published));
      const auto told = [tell, merges, of_merges = *std::move(published)](Result<Published> of_hints) mutable {
        if (!of_hints) return tell(of_hints.error());
        advance(of_merges.positions, of_hints->positions);
        if (const auto late = not_folded_in_time(*of_hints)) merges.leave_open(of_merges.results, *late);
        tell(std::move(of_merges));
      };
      // Part of a call that has come in: whether there is room is not asked again.
      {
        const std::lock_guard lock(mutex);
        ++calls;
      }
      counted_call(incoming_events(*std::move(hints)), options_of_hints, 0, told)->start_unchecked();
    };
  }

  const PublisherOptions options;
  std::mutex mutex;
  std::condition_variable calls_done;
  std::size_t in_flight = 0, calls = 0;
  bool closing = false;
  PublishServices services;
};

Publisher::Publisher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Publisher::~Publisher() = default;

Result<std::unique_ptr<Publisher>> Publisher::open(EventLog& log, Folder& folder, const PublisherOptions& options) {
  return std::unique_ptr<Publisher>(new Publisher(std::make_unique<Impl>(log, folder, options)));
}

void Publisher::publish(std::vector<IncomingEvent> events, const PublishOptions& options, PublishDone done) {
  if (options.tell_survivors) {
    MergesToTell merges(events);
    if (!merges.empty()) done = impl_->telling(std::move(merges), options, std::move(done));
  }
  if (const auto call = impl_->enter_call(std::move(events), options, std::move(done))) call->start();
}

void Publisher::publish_resolved(std::vector<Event> events, PublishWait wait, PublishDone done) {
  const PublishOptions options{.wait = wait};
  std::vector<IncomingEvent> incoming = incoming_events(std::move(events));
  if (MergesToTell ends(incoming, HintsOf::ends); !ends.empty()) {
    done = impl_->telling(std::move(ends), options, std::move(done));
  }
  if (const auto call = impl_->enter_call(std::move(incoming), options, std::move(done))) {
    call->start_resolved();
  }
}

void Publisher::resolve(std::vector<Identity> identities, std::map<Identity, ContactId> gone, ContactsDone done) {
  if (auto refused = impl_->enter(kAskMemoryBytes)) return done(*std::move(refused));
  impl_->services.resolver.resolve(std::move(identities), std::move(gone),
                                   [impl = impl_.get(), tell = std::move(done)](auto contacts) {
                                     tell(std::move(contacts));
                                     impl->leave(kAskMemoryBytes);
                                   });
}

bool Publisher::is_half_full() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->in_flight >= impl_->options.in_flight_bytes_max / 2;
}

std::unique_ptr<DryRun> Publisher::dry_run() { return std::make_unique<DryRun>(impl_->services); }

void Publisher::append_own(std::vector<Event> events, const PublishOptions& options, PublishDone done) {
  if (const auto call = impl_->enter_call(incoming_events(std::move(events)), options, std::move(done))) {
    call->start_unchecked();
  }
}

void Publisher::allocate_id(IdKind kind, IdDone done) {
  if (auto refused = impl_->enter(kAskMemoryBytes)) return done(*std::move(refused));
  impl_->services.ids.allocate(kind, 1, [impl = impl_.get(), tell = std::move(done)](auto ids) {
    tell(ids ? Result<std::uint64_t>(ids->front()) : Result<std::uint64_t>(ids.error()));
    impl->leave(kAskMemoryBytes);
  });
}

}  // namespace rapport
