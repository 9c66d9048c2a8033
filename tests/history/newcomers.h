// Contacts that come about while clients ask at once: one for each create under a key, however often it is sent, and
// one for each visitor, whoever tells of him first.
//
// Invariants: thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tests/history/act.h"

namespace rapport::history {

class Newcomers {
 public:
  // A contact under the key of that number, with that number in a field.
  Act create(std::uint64_t number);
  // A visit of that number, by that visitor; answered once it is folded, or durable.
  Act visit(std::uint64_t visitor, std::uint64_t number, bool durable);

  // Once all of that is answered and folded: reads that complain where a contact is not as it was told.
  std::vector<Act> last_reads();

  // What clients should not have been told; empty: nothing.
  std::vector<std::string> complaints() const;
  std::size_t contacts() const;

 private:
  struct Visitor {
    std::set<std::uint64_t> contacts;  // told to be his
    std::uint64_t visits = 0;
  };

  void created(std::uint64_t number, const Asked& asked);
  void visited(std::uint64_t visitor, const Asked& asked);
  // With the mutex held.
  void complain(const std::string& what, const Asked& asked);

  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> created_;  // ids by number
  std::set<std::uint64_t> ids_;                     // of those
  std::map<std::uint64_t, Visitor> visitors_;
  std::vector<std::string> complaints_;
};

}  // namespace rapport::history
