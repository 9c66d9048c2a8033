#include "projections/store/torn_write.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <cstdint>
#include <string>

#include "events/number_text.h"
#include "projections/store/durable_file.h"
#include "projections/store/file_handle.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 32u << 10, kHeaderBytes = 7, kSectorBytes = 512;

enum class RecordType : unsigned char { zero = 0, full = 1, first = 2, middle = 3, last = 4 };

std::uint32_t masked_crc(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t sum = crc.checksum();
  return ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) out = out << 8 | static_cast<unsigned char>(bytes[i]);
  return out;
}

struct Fragment {
  RecordType type;
  std::size_t end;
};

// Nothing: no whole fragment begins there.
std::optional<Fragment> fragment_at(std::string_view file, std::size_t at) {
  const std::size_t block_end = std::min(file.size(), at - at % kBlockBytes + kBlockBytes);
  if (at + kHeaderBytes > block_end) return std::nullopt;
  const std::size_t size = little_endian(file.substr(at + 4, 2));
  const auto type = static_cast<RecordType>(file[at + 6]);
  if (type == RecordType::zero || type > RecordType::last || at + kHeaderBytes + size > block_end) return std::nullopt;
  if (little_endian(file.substr(at, 4)) != masked_crc(file.substr(at + 6, 1 + size))) return std::nullopt;
  return Fragment{type, at + kHeaderBytes + size};
}

// The end of the whole records from the file's begin on.
std::size_t end_of_whole_records(std::string_view file) {
  std::size_t whole = 0;
  bool in_record = false;
  for (std::size_t at = 0; at < file.size();) {
    if (kBlockBytes - at % kBlockBytes < kHeaderBytes) {
      at += kBlockBytes - at % kBlockBytes;
      if (!in_record) whole = std::min(at, file.size());
      continue;
    }
    const auto fragment = fragment_at(file, at);
    if (!fragment) return whole;
    const bool begins = fragment->type == RecordType::full || fragment->type == RecordType::first;
    if (begins == in_record) return whole;
    in_record = fragment->type == RecordType::first || fragment->type == RecordType::middle;
    at = fragment->end;
    if (!in_record) whole = at;
  }
  return whole;
}

bool begins_record_behind(std::string_view file, std::size_t at) {
  for (++at; at + kHeaderBytes <= file.size(); ++at) {
    const auto type = static_cast<RecordType>(file[at + 6]);
    if (type != RecordType::full && type != RecordType::first) continue;
    if (fragment_at(file, at)) return true;
  }
  return false;
}

// Whether a sector's share of the bytes is all zeros, as of a sector that was never written. A record's own bytes are
// never that: each begins with a checksum, and so many zeros do not stand in one.
bool lacks_sector(std::string_view file, std::size_t from) {
  for (std::size_t begin = from; begin < file.size();) {
    const std::size_t end = std::min(file.size(), begin - begin % kSectorBytes + kSectorBytes);
    const std::string_view share = file.substr(begin, end - begin);
    const bool is_evidence = begin == from || share.size() >= kHeaderBytes;
    if (is_evidence && share.find_first_not_of('\0') == std::string_view::npos) return true;
    begin = end;
  }
  return false;
}

Result<bool> cut_in(const fs::path& path) {
  const auto text = read_text(path);
  if (!text) return text.error();
  const auto torn = *text ? find_torn_write(**text) : std::nullopt;
  if (!torn) return false;
  const FileHandle file(path, O_WRONLY);
  if (file.get() < 0) return storage_error(path, "cannot be opened", errno);
  if (::ftruncate(file.get(), static_cast<off_t>(*torn)) != 0) return storage_error(path, "cannot be cut", errno);
  RAPPORT_TRY(sync_file(file, path));
  return true;
}

// The newest that holds something; the one that RocksDB has just begun may be empty.
Result<fs::path> newest_write_ahead_log(const fs::path& directory) {
  fs::path newest;
  std::uint64_t number = 0;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    const auto found = parse_number<std::uint64_t>(entry->path().stem().string());
    if (entry->path().extension() != ".log" || !found || *found < number || fs::file_size(entry->path(), error) == 0) {
      continue;
    }
    newest = entry->path();
    number = *found;
  }
  if (error) return storage_error(directory, "cannot be read", error.value());
  return newest;
}

}  // namespace

std::optional<std::size_t> find_torn_write(std::string_view file) {
  const std::size_t whole = end_of_whole_records(file);
  if (whole == file.size() || !lacks_sector(file, whole) || begins_record_behind(file, whole)) return std::nullopt;
  return whole;
}

Result<bool> cut_torn_write(const fs::path& directory) {
  const auto log = newest_write_ahead_log(directory);
  if (!log) return log.error();
  const auto current = read_text(directory / "CURRENT");
  if (!current) return current.error();
  const std::string manifest = current->value_or("");
  bool cut = false;
  for (const fs::path& path :
       {*log, manifest.empty() ? fs::path() : directory / manifest.substr(0, manifest.find('\n'))}) {
    if (path.empty()) continue;
    const auto done = cut_in(path);
    if (!done) return done;
    cut = cut || *done;
  }
  return cut;
}

}  // namespace rapport
