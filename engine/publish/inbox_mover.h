// Moves events from the inbox to the log: what passes is published, what does not is parked with where it stood and
// why.
//
// Invariants: when move() says done, every record of the batch stands in the log, as itself or as an event.parked; a
// batch that is moved again parks nothing twice, because a parked record's id says where it stood and when it was
// written. Where the log is sealed, what is parked is too (engine/seal/parked_seal.h), also under the key of the
// contact that it was meant for, as far as it names one.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "engine/log/kafka_inbox.h"
#include "engine/publish/publisher.h"

namespace rapport {

// Of a parked record's bytes as many are kept, so that the event.parked is no larger than an event may be.
inline constexpr std::size_t kParkedBytesMax = 150'000;

class InboxMover {
 public:
  // All outlive it. The log and its fold are those of the publisher.
  InboxMover(Publisher& publisher, const EventLog& log, const Folder& folder)
      : publisher_(publisher), log_(log), folder_(folder) {}

  // Returns once all is durable, and where a contact is deleted folded, unless the fold has halted. One thread at a
  // time. Errors: those of Publisher::publish; wait_timeout: the fold is far behind. Then move the same batch again.
  [[nodiscard]] Result<void> move(std::span<const InboxRecord> batch);

  // Thread-safe. How many records it has parked.
  std::uint64_t parked() const { return parked_; }

 private:
  [[nodiscard]] Result<Event> parked_event(const InboxRecord& record, const PublishResult& result) const;
  [[nodiscard]] Result<std::optional<ContactId>> contact_of(const InboxRecord& record,
                                                            const PublishResult& result) const;

  Publisher& publisher_;
  const EventLog& log_;
  const Folder& folder_;
  std::atomic<std::uint64_t> parked_ = 0;
};

}  // namespace rapport
