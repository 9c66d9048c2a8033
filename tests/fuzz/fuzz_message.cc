#include <algorithm>

#include "tests/fuzz/fuzz_target.h"
#include "tests/http/message_reader.h"

namespace rapport {

void fuzz_message(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t step = 1 + static_cast<unsigned char>(bytes.front()) % 32;
  bytes.remove_prefix(1);
  MessageReader at_once;
  at_once.take(bytes);
  MessageReader in_pieces;
  while (!bytes.empty() && in_pieces.take(bytes.substr(0, step))) bytes.remove_prefix(std::min(step, bytes.size()));
  require(in_pieces.outcome() == at_once.outcome(), "requests are read alike, however their bytes were cut");
}

}  // namespace rapport
