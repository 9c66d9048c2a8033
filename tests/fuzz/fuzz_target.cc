#include "tests/fuzz/fuzz_target.h"

#include <string>

#include "events/result.h"

namespace rapport {

const std::vector<FuzzTarget>& fuzz_targets() {
  static const std::vector<FuzzTarget> targets{{"event", fuzz_event},     {"row", fuzz_row},
                                               {"query", fuzz_query},     {"request", fuzz_request},
                                               {"message", fuzz_message}, {"access_log", fuzz_access_log},
                                               {"csv", fuzz_csv}};
  return targets;
}

void require(bool holds, std::string_view what) {
  if (!holds) panic("does not hold: " + std::string(what));
}

}  // namespace rapport
