// libFuzzer's entry: RAPPORT_FUZZ names the target.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "events/result.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const rapport::FuzzTarget* const target = [] {
    const char* name = std::getenv("RAPPORT_FUZZ");
    for (const rapport::FuzzTarget& each : rapport::fuzz_targets()) {
      if (name != nullptr && each.name == name) return &each;
    }
    rapport::panic("RAPPORT_FUZZ names no target of tests/fuzz/fuzz_target.cc");
  }();
  target->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
