// Where the keys of contacts stand that several machines share: a stream of records which keeps each key's last one,
// and forgets those before it and what is replaced by nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.h"
#include "events/position.h"
#include "events/result.h"

namespace rapport {

struct KeyRecord {
  std::string key;
  std::optional<std::string> value;  // nothing: what stood under this key is to be forgotten
};

// One thread at a time, but for stop().
class KeyStream {
 public:
  using Take = std::function<Result<void>(Offset, const KeyRecord&)>;

  virtual ~KeyStream() = default;

  // Nothing was ever written to it. Errors: log_unavailable.
  [[nodiscard]] virtual Result<bool> is_empty() = 0;
  // In order; returns once they are held durably. Errors: log_unavailable; some may have been written.
  [[nodiscard]] virtual Result<void> append(const std::vector<KeyRecord>& records) = 0;
  // Gives what stands after that offset up to the end as of the call, in order, and returns how far that is. Errors:
  // log_unavailable, position_gone (the stream ends before it, or is another), corrupt, those of `take`.
  [[nodiscard]] virtual Result<Offset> read(Offset after, const Take& take) = 0;
  // Called every few seconds: does what the stream needs so that it forgets soon. Errors: log_unavailable.
  [[nodiscard]] virtual Result<void> tend() = 0;
  // Whoever waits for the stream, or comes to it from now on, is soon answered log_unavailable. Thread-safe.
  virtual void stop() = 0;
};

}  // namespace rapport
