#include "tools/rapport/operate/doctor.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <system_error>

#include "engine/generations/data_directory.h"
#include "engine/http/tls_certificate.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

// The nearest of the path and what it lies in that is there.
fs::path nearest_that_is(const fs::path& path) {
  std::error_code unknown;
  fs::path at = fs::absolute(path, unknown);
  while (!fs::exists(at, unknown) && at.has_relative_path()) at = at.parent_path();
  return at;
}

std::string bytes_text(std::uintmax_t bytes) {
  const auto tenths = static_cast<std::uintmax_t>(static_cast<double>(bytes) / (1U << 30) * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

std::string days_text(std::int64_t ms) { return std::to_string(ms / (24LL * 3600 * 1000)) + " days"; }

Finding ill(std::string check, std::string facts, std::string mend) {
  return {.check = std::move(check), .health = Health::ill, .facts = std::move(facts), .mend = std::move(mend)};
}

}  // namespace

Finding check_directory(const fs::path& data) {
  const std::string path = data.string();
  std::error_code unknown;
  if (!fs::exists(data, unknown)) {
    const fs::path above = nearest_that_is(data);
    if (::access(above.c_str(), W_OK | X_OK) == 0) return {"directory", Health::well, path + " is not there yet", ""};
    return ill("directory", path + " is not there, and " + above.string() + " cannot be written",
               "make it, and give it to the user that serves: install -d -o USER -m 700 " + path);
  }
  if (!fs::is_directory(data, unknown)) return ill("directory", path + " is no directory", "name another with --data");
  struct stat facts = {};
  if (::stat(data.c_str(), &facts) != 0)
    return ill("directory", path + ": " + std::strerror(errno), "look at its path");
  if (::access(data.c_str(), R_OK | W_OK | X_OK) != 0) {
    return ill("directory", path + " cannot be written by user " + std::to_string(::geteuid()),
               "serve as user " + std::to_string(facts.st_uid) + ", or give it away: chown -R USER " + path);
  }
  if (facts.st_uid != ::geteuid()) {
    return ill(
        "directory",
        path + " belongs to user " + std::to_string(facts.st_uid) + ", and this is user " + std::to_string(::geteuid()),
        "run as the user that serves: files that another makes there it cannot open");
  }
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return ill("directory", path + " can be written by others", "chmod go-w " + path);
  }
  return {"directory", Health::well, path + " is there and can be written", ""};
}

Finding check_format(const fs::path& data, std::string_view log_kind) {
  std::error_code unknown;
  if (!fs::exists(data / "format", unknown)) {
    const auto begins = check_may_begin_in(data);
    if (begins) return {"format", Health::well, "nothing is in it yet: serve makes it", ""};
    return ill("format", to_string(begins.error()), "name the directory of an engine, or an empty one, with --data");
  }
  const auto directory = DataDirectory::open(data, log_kind);
  if (directory) {
    return {"format", Health::well,
            "made for the " + std::string(log_kind) + " log, generation " +
                std::to_string(directory->current_generation()) + "; no engine works in it",
            ""};
  }
  if (directory.error().code == Errc::locked) return {"format", Health::well, "an engine works in it", ""};
  return ill("format", to_string(directory.error()),
             "serve it with the program and the --log it was made by, or restore a backup (docs/backup.md)");
}

Finding check_disk(const fs::path& data, std::uintmax_t room_min_bytes) {
  std::error_code unknown;
  const fs::space_info room = fs::space(nearest_that_is(data), unknown);
  if (unknown) return ill("disk", data.string() + ": " + unknown.message(), "look at its path");
  const double share =
      room.capacity == 0 ? 1 : static_cast<double>(room.available) / static_cast<double>(room.capacity);
  const std::string facts = bytes_text(room.available) + " of " + bytes_text(room.capacity) + " are free";
  if (room.available >= room_min_bytes && share >= kDiskRoomMinShare) return {"disk", Health::well, facts, ""};
  return ill("disk", facts,
             "make room: a rebuild needs as much again as the rows take, and a full disk stops writes. Delete old "
             "backups first, below serve's --backups (DATA/backups)");
}

Finding check_clock(std::string_view date, Timestamp now) {
  struct tm broken = {};
  if (::strptime(std::string(date).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &broken) == nullptr) {
    return ill("clock", "the server says no time", "see that --url names a rapport server");
  }
  // The header's second began up to a second before.
  const std::int64_t ahead_ms = now.ms - static_cast<std::int64_t>(::timegm(&broken)) * 1000;
  const bool well = ahead_ms <= kClockDifferenceMaxMs + 1000 && ahead_ms >= -kClockDifferenceMaxMs;
  const std::string facts = "this machine's is " + std::to_string(std::abs(ahead_ms) / 1000) + " s " +
                            (ahead_ms < 0 ? "behind" : "ahead of") + " the server's";
  if (well) return {"clock", Health::well, facts, ""};
  return ill(
      "clock", facts,
      "set both by NTP (timedatectl set-ntp true): an event five minutes ahead of the engine's clock is refused");
}

Finding check_tls(const TlsFiles& files, Timestamp now) {
  const auto span = check_certificate(files);
  if (!span) {
    return ill("tls", to_string(span.error()), "give --tls-cert the PEM chain and --tls-key the key of its first one");
  }
  if (now < span->from) {
    return ill("tls", "the certificate is good from " + format_timestamp(span->from) + " on", "look at the clock");
  }
  const std::int64_t left_ms = span->until.ms - now.ms;
  const std::string until = " (" + format_timestamp(span->until) + ")";
  if (left_ms <= 0) return ill("tls", "the certificate has run out" + until, "renew it, and start the server again");
  if (left_ms < kCertificateLeftMinMs) {
    return ill("tls", "the certificate runs out in " + days_text(left_ms) + until,
               "renew it, and start the server again");
  }
  return {"tls", Health::well, "the key is the certificate's, which is good for " + days_text(left_ms) + until, ""};
}

Finding check_version(std::string_view own, std::string_view server) {
  const std::string facts = "program " + std::string(own) + ", server " + std::string(server);
  if (own == server) return {"version", Health::well, facts, ""};
  return ill("version", facts, "use the program of the server's version");
}

std::string_view name_of(Health health) {
  switch (health) {
    case Health::well: return "well";
    case Health::ill: return "ill";
    case Health::unasked: return "unasked";
  }
  return "ill";
}

boost::json::object to_json(const Finding& finding) {
  return {
      {"check", finding.check}, {"health", name_of(finding.health)}, {"facts", finding.facts}, {"mend", finding.mend}};
}

}  // namespace rapport
