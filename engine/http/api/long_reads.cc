#include "engine/http/api/long_reads.h"

namespace rapport {

Result<void> LongReads::take_place(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (waiting_ >= kWaitingMax) return Error{Errc::overloaded, "other long reads are waited for already"};
  std::size_t& of_key = waiting_of_key_[key];
  if (of_key >= kWaitingOfKeyMax) {
    return Error{Errc::overloaded, std::to_string(of_key) + " long reads of this key are waited for already"};
  }
  ++of_key;
  ++waiting_;
  return {};
}

void LongReads::leave_place(const std::string& key) {
  const std::lock_guard lock(mutex_);
  --waiting_;
  const auto of_key = waiting_of_key_.find(key);
  if (--of_key->second == 0) waiting_of_key_.erase(of_key);
}

}  // namespace rapport
