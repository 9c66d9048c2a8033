// Checks the live rows in the background, contact by contact, round and round: damage is found before it is read.
//
// Invariants: at most the pace asked for; reads only. What was found stays told until it is found sound again.
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "engine/fold/folder.h"
#include "projections/contact_check.h"

namespace rapport {

inline constexpr std::size_t kScrubFindingsMax = 1'000;  // contacts that are told

struct ScrubStatus {
  std::uint32_t contacts_per_second = 0;
  std::uint64_t checked = 0;  // contacts, since the start
  std::uint64_t rounds = 0;   // through all contacts
  std::uint64_t damaged = 0;  // contacts in which something does not agree now
  std::vector<RowDifference> found;
  std::optional<Error> error;  // the store could not be read, in this round or the one before
};

class Scrubber {
 public:
  // `folder` must outlive it.
  Scrubber(const Folder& folder, std::uint32_t contacts_per_second);

  ScrubStatus status() const;

 private:
  void run(const std::stop_token& stop);
  // True where there was a contact behind the one before.
  bool check_next();
  void note(ContactId id, std::vector<RowDifference> differences);

  const Folder& folder_;
  const std::uint32_t contacts_per_second_;

  mutable std::mutex mutex_;
  std::uint64_t checked_ = 0, rounds_ = 0;
  std::map<ContactId, std::vector<RowDifference>> found_;
  std::optional<Error> error_;
  bool failed_in_round_ = false;
  ContactId last_{0};    // the thread's own
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace rapport
