#include "tests/faults/call_journal.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace rapport::faults {

void JournalWriter::write(JournalHead head, std::string_view path, std::string_view other, std::string_view bytes) {
  if (!is_on()) return;
  head.path_size = static_cast<std::uint32_t>(path.size());
  head.other_size = static_cast<std::uint32_t>(other.size());
  head.bytes_size = bytes.size();
  std::string entry(reinterpret_cast<const char*>(&head), sizeof head);
  entry.append(path).append(other).append(bytes);
  // The system's own call: this one is not to be watched.
  for (std::string_view left = entry; !left.empty();) {
    const auto written = ::syscall(SYS_write, handle_, left.data(), left.size());
    if (written <= 0) std::abort();  // what follows would be told of a disk that never was
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::vector<JournalEntry> read_journal(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::vector<JournalEntry> out;
  std::string_view left = text;
  const auto take = [&left](std::uint64_t size) {
    const std::string_view taken = left.substr(0, size);
    left.remove_prefix(size);
    return std::string(taken);
  };
  JournalHead head;
  while (left.size() >= sizeof head) {
    std::memcpy(&head, left.data(), sizeof head);
    left.remove_prefix(sizeof head);
    if (left.size() < head.path_size + head.other_size + head.bytes_size) break;
    JournalEntry entry{head.call, head.file, head.offset, {}, {}, {}};
    entry.path = take(head.path_size);
    entry.other = take(head.other_size);
    entry.bytes = take(head.bytes_size);
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace rapport::faults
