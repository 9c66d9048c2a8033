// What can be wrong around an engine, each thing looked at by itself: whether it is well, the facts, and what to do.
//
// Invariants: nothing is made, written or mended here.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/http/http_server.h"
#include "events/timestamp.h"

namespace rapport {

enum class Health : unsigned char { well, ill, unasked };  // unasked: nothing said where to look

struct Finding {
  std::string check;  // "directory"
  Health health = Health::well;
  std::string facts;  // "/var/lib/rapport is writable"
  std::string mend;   // what to do; empty where it is well
};

// An engine's clock may differ from another's by this before it is ill: events of one that is five minutes ahead are
// refused by the other.
inline constexpr std::int64_t kClockDifferenceMaxMs = 10'000;
inline constexpr std::int64_t kCertificateLeftMinMs = 14LL * 24 * 3600 * 1000;
inline constexpr std::uintmax_t kDiskRoomMinBytes = 2ULL << 30;
inline constexpr double kDiskRoomMinShare = 0.05;

// Whether it is there, can be written, and belongs to whoever asks.
Finding check_directory(const std::filesystem::path& data);
// The layout and whose lock it has, as an engine would find them when it starts. A directory that is not there, or is
// empty, is well: an engine makes it.
Finding check_format(const std::filesystem::path& data, std::string_view log_kind);
// Of the file system that the directory is, or would be, on.
Finding check_disk(const std::filesystem::path& data, std::uintmax_t room_min_bytes = kDiskRoomMinBytes);
// `date`: a response's Date, that was had at `now`.
Finding check_clock(std::string_view date, Timestamp now);
Finding check_tls(const TlsFiles& files, Timestamp now);
Finding check_version(std::string_view own, std::string_view server);

std::string_view name_of(Health health);  // "well", "ill", "unasked"
boost::json::object to_json(const Finding& finding);

}  // namespace rapport
