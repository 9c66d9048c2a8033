// What a browser's User-Agent says plainly about the client; what it does not say plainly stays unknown.
//
// The header is a heap of half-truths (RFC 9110, section 10.1.5; every browser claims to be Mozilla), so the reader
// takes the product tokens that name one browser and no more, Windows, macOS, iOS, Android, ChromeOS and Linux, and
// devices of Apple and with Android's "model Build/..." form. A robot's system and device are what it pretends: left
// unknown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rapport {

struct UserAgent {
  std::optional<std::string> name, version;        // "Firefox", "27.0"; of a robot its own name
  std::optional<std::string> os_name, os_version;  // "Windows", "7"
  std::optional<std::string> device_type;          // desktop, mobile, tablet or bot
  std::optional<std::string> device_vendor, device_model;

  friend bool operator==(const UserAgent&, const UserAgent&) = default;
};

UserAgent read_user_agent(std::string_view header);

}  // namespace rapport
