#include "engine/log/kafka_assignment.h"

#include <cstdint>

namespace rapport {
namespace {

// Reads from the front of the bytes; once they are too few, everything reads as 0.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  std::uint32_t number(std::size_t size) {
    std::uint32_t out = 0;
    for (const char byte : text(size)) out = out << 8 | static_cast<unsigned char>(byte);
    return out;
  }
  std::string_view text(std::size_t size) {
    if (size > rest_.size()) short_ = true;
    if (short_) return {};
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  bool were_enough() const { return !short_; }

 private:
  std::string_view rest_;
  bool short_ = false;
};

}  // namespace

Result<std::set<Partition>> assigned_partitions(std::string_view bytes, std::string_view topic) {
  std::set<Partition> out;
  if (bytes.empty()) return out;
  Bytes read(bytes);
  (void)read.number(2);
  const std::uint32_t topics = read.number(4);
  for (std::uint32_t i = 0; i < topics && read.were_enough(); ++i) {
    const bool wanted = read.text(read.number(2)) == topic;
    const std::uint32_t partitions = read.number(4);
    for (std::uint32_t j = 0; j < partitions && read.were_enough(); ++j) {
      const Partition partition{static_cast<std::int32_t>(read.number(4))};
      if (wanted && read.were_enough()) out.insert(partition);
    }
  }
  if (!read.were_enough()) return Error{Errc::corrupt, "a member's assignment is cut short"};
  return out;
}

}  // namespace rapport
