// The way in: checks events, gives their visitors a contact, appends them to the log, and says how each one ended.
//
// Invariants:
// - What is checked here is what needs a clock or other records: the future-time limit, ids inside a range that an
//   engine gives out from, declared attributes, limits of fields and tags. What an event is by itself, the decoder
//   knows.
// - An event is acknowledged only once the log holds it. The events of one call keep their order per contact.
// - An identity is resolved before the log: a refold never guesses (EVENTS.md, "Identities and ids").
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/fold/folder.h"
#include "engine/log/event_log.h"
#include "engine/publish/append_gate.h"
#include "events/event.h"

namespace rapport {

enum class PublishStatus : std::uint8_t { accepted, repeated, refused, parked, rejected, durable };
std::string_view publish_status_name(PublishStatus status);

struct PublishResult {
  PublishStatus status = PublishStatus::rejected;
  std::optional<ContactId> contact;      // the event's, once resolved
  std::optional<std::uint64_t> version;  // the stream's, after the event; once folded
  std::optional<LogPosition> position;   // of the record; of a repeated event, of the first one
  // Of a repeated event: how the first ended (accepted, or refused with `error` saying why).
  std::optional<PublishStatus> first_outcome;
  std::optional<Error> error;  // why it was rejected or refused
};

// What the fold decided, as the publisher is told it. `result` has the record's position.
void tell_outcome(const Outcome& outcome, PublishResult& result);

enum class PublishWait : std::uint8_t { folded, durable };

struct PublishOptions {
  PublishWait wait = PublishWait::folded;
  std::optional<std::chrono::milliseconds> wait_max;  // for the fold; unset: PublisherOptions::wait_max
  std::string actor;  // the API key's id, stamped into every event; empty: the event's own stays
  // Whether contacts that others are merged into are told of it, behind the events and before the answer
  // (merge_hint.h).
  bool tell_survivors = false;
  // Called once where the log holds the events, before the fold is awaited: whoever has more to publish may go on, and
  // it stands behind. Not where the call fails, or appends nothing. On a thread of the log's: must not block.
  std::function<void()> on_durable = {};
  // Before it is open nothing is appended. Where it is opened for nothing the call fails: log_unavailable.
  std::shared_ptr<AppendGate> behind = {};
};

struct Published {
  std::vector<PublishResult> results;  // one per event, in order
  Positions positions;                 // what a read must have passed to see all of it
};

// Why, where the fold of one was waited for and did not come.
std::optional<Error> not_folded_in_time(const Published& published);

// An event as it came in: decoded, or what is wrong with it. A batch keeps its bad ones in their places.
using IncomingEvent = Result<Event>;

// Behind it the contact's visitors are new ones, once it is folded: who publishes more of them without waiting for the
// fold otherwise waits so long for it.
bool deletes_a_contact(std::span<const IncomingEvent> events);
inline constexpr std::chrono::seconds kDeletionWaitMax{30};

class DryRun;
class OtherMembers;

struct PublisherOptions {
  std::size_t in_flight_bytes_max = 64u << 20;  // of events not yet answered; beyond it: overloaded
  std::uint64_t id_range_size = 1'024;          // ids reserved at a time
  std::size_t resolver_threads = 2;
  std::chrono::milliseconds wait_max{5'000};  // for the fold of a call's events; beyond it the results say durable
  // For the engine's own records (claims of identities, reservations of ids) to be folded, which events wait for.
  std::chrono::milliseconds fold_wait_max{10'000};
  // Who folds the partitions that are not folded here; null: all are. Outlives the publisher.
  OtherMembers* others = nullptr;
  // Which fresh ids are given out (IdAllocatorOptions::suits).
  std::function<bool(IdKind, std::uint64_t)> suitable_id = {};
  // Asked before anything is written; its error is the call's. Thread-safe, and must not block.
  std::function<Result<void>()> check_room = [] { return Result<void>(); };
};

class Publisher {
 public:
  // Called once, on another thread or before publish returns. Must not block.
  // Errors of the whole call: those of check_room and overloaded (nothing was written), log_unavailable (retriable;
  // some may have been written: publish again with the same ids), storage_failed, shutting_down, wait_timeout (the fold
  // is too far behind to say who an event's visitor is; no event was written).
  using PublishDone = std::function<void(Result<Published>)>;
  using IdDone = std::function<void(Result<std::uint64_t>)>;

  // `log` and `folder` must outlive the publisher.
  [[nodiscard]] static Result<std::unique_ptr<Publisher>> open(EventLog& log, Folder& folder,
                                                               const PublisherOptions& options);
  // Answers everything under way with shutting_down or its result, then returns.
  ~Publisher();

  // Thread-safe; returns once the events are on their way: it checks and encodes them, and reads rows. Calls by one
  // thread keep their order per contact as long as nobody has to be found a contact, and no id a range.
  void publish(std::vector<IncomingEvent> events, const PublishOptions& options, PublishDone done);

  // What another member (other_members.h) has checked and resolved, and hands to us, who fold it. As publish(); further
  // errors: unreachable (we do not fold all of it; nothing was written).
  void publish_resolved(std::vector<Event> events, PublishWait wait, PublishDone done);
  // The contacts of identities that are folded here, fresh ones where nobody holds them, or one who is known to be
  // gone. Thread-safe. Errors: as publish.
  using ContactsDone = std::function<void(Result<std::map<Identity, ContactId>>)>;
  void resolve(std::vector<Identity> identities, std::map<Identity, ContactId> gone, ContactsDone done);

  // Whether the events under way take half of their room or more: a sender that could wait should. Thread-safe.
  bool is_half_full() const;

  // A fresh id, never given out before, also not by another engine. Thread-safe; may reserve a range first.
  void allocate_id(IdKind kind, IdDone done);

  // What events would come to, without writing them. Must not outlive the publisher. Thread-safe.
  std::unique_ptr<DryRun> dry_run();

  // Appends events of the engine's own (control events, claims) without the checks of publish(). Thread-safe.
  void append_own(std::vector<Event> events, const PublishOptions& options, PublishDone done);

 private:
  struct Impl;
  explicit Publisher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
