#include "tools/rapport/import/user_agent.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "tools/rapport/import/lower_case.h"

namespace rapport {
namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// The version behind `mark`: digits, letters, dots and dashes; nothing where there is none.
std::optional<std::string> version_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + mark.size());
  std::size_t end = 0;
  while (end < rest.size() && (std::isalnum(static_cast<unsigned char>(rest[end])) || rest[end] == '.' ||
                               rest[end] == '-' || rest[end] == '_')) {
    ++end;
  }
  if (end == 0 || !std::isdigit(static_cast<unsigned char>(rest[0]))) return std::nullopt;
  return std::string(rest.substr(0, end));
}

std::optional<std::string> dotted(std::optional<std::string> version) {
  if (version) std::replace(version->begin(), version->end(), '_', '.');
  return version;
}

bool ends_token(char c) { return c == ' ' || c == ';' || c == '(' || c == ')' || c == ',' || c == '/'; }

// The token around `pos`, like "Googlebot" of "(compatible; Googlebot/2.1; ...".
std::string_view token_around(std::string_view text, std::size_t pos) {
  std::size_t begin = pos, end = pos;
  while (begin > 0 && !ends_token(text[begin - 1])) --begin;
  while (end < text.size() && !ends_token(text[end])) ++end;
  return text.substr(begin, end - begin);
}

// Whether `pos` lies in a URL or a mail address: in a run without spaces, semicolons or brackets that has its mark.
bool stands_in_address(std::string_view text, std::size_t pos) {
  constexpr std::string_view kEnds = " ;()";
  const std::size_t before = text.find_last_of(kEnds, pos);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::string_view run = text.substr(begin, text.find_first_of(kEnds, pos) - begin);
  return run.substr(0, pos - begin).find("://") != std::string_view::npos || has(run, "@");
}

// What stands before the first slash, like "Tiny Tiny RSS" of "Tiny Tiny RSS/1.11 (http://tt-rss.org/)".
std::string_view first_product(std::string_view text) {
  std::string_view name = text.substr(0, text.find_first_of("/(;"));
  while (name.ends_with(' ')) name.remove_suffix(1);
  return name;
}

void set_robot(std::string_view text, std::string_view name, UserAgent& agent) {
  agent.device_type = "bot";
  if (name.empty() || name == "Mozilla" || name.starts_with("+http") || name.starts_with("http")) return;
  agent.name = std::string(name);
  agent.version = version_after(text, std::string(name) + "/");
}

// Robots name themselves by a word, leave an address for complaints, or are programs that no person browses with.
bool read_robot(std::string_view text, UserAgent& agent) {
  constexpr std::array<std::string_view, 4> kWords{"bot", "spider", "crawler", "slurp"};
  constexpr std::array<std::string_view, 14> kPrograms{"curl/",
                                                       "Wget/",
                                                       "python-requests/",
                                                       "Python-urllib/",
                                                       "Java/",
                                                       "Go-http-client/",
                                                       "libwww-perl/",
                                                       "Apache-HttpClient/",
                                                       "okhttp/",
                                                       "Ruby",
                                                       "PHP/",
                                                       "facebookexternalhit/",
                                                       "lwp-",
                                                       "WordPress/"};
  const std::string small = lower_case(text);
  for (const auto word : kWords) {
    for (std::size_t at = small.find(word); at != std::string::npos; at = small.find(word, at + 1)) {
      const std::string_view token = token_around(text, at);
      // Not a part of the address that a robot leaves, nor a telephone of the make Cubot.
      if (stands_in_address(text, at) || lower_case(token) == "cubot") continue;
      // "Sogou web spider/4.0": a bare word is the end of a longer name.
      const bool is_bare = lower_case(token) == word && !text.starts_with("Mozilla/");
      set_robot(text, is_bare ? first_product(text) : token, agent);
      return true;
    }
  }
  const bool leaves_address = has(text, "http://") || has(text, "https://");
  const bool is_program = std::any_of(kPrograms.begin(), kPrograms.end(), [&](auto p) { return text.starts_with(p); });
  if (!leaves_address && !is_program) return false;
  // "Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)"
  constexpr std::string_view kCompatible = "(compatible; ";
  const std::size_t compatible = text.find(kCompatible);
  const bool is_named_inside = text.starts_with("Mozilla/") && compatible != std::string_view::npos;
  const std::string_view named = is_named_inside ? text.substr(compatible + kCompatible.size()) : text;
  const std::string_view name = first_product(named);
  set_robot(text, has(name, " ") && is_named_inside ? std::string_view() : name, agent);
  return true;
}

void read_browser(std::string_view text, UserAgent& agent) {
  struct Row {
    std::string_view mark, name;
  };
  // The first that matches: browsers built on another's engine name themselves as well as that one.
  constexpr std::array kBrowsers{
      Row{"Edg/", "Edge"},
      Row{"EdgA/", "Edge"},
      Row{"EdgiOS/", "Edge"},
      Row{"Edge/", "Edge"},
      Row{"OPR/", "Opera"},
      Row{"Opera Mini/", "Opera Mini"},
      Row{"SamsungBrowser/", "Samsung Internet"},
      Row{"YaBrowser/", "Yandex Browser"},
      Row{"Vivaldi/", "Vivaldi"},
      Row{"UCBrowser/", "UC Browser"},
      Row{"CriOS/", "Chrome"},
      Row{"FxiOS/", "Firefox"},
      Row{"SeaMonkey/", "SeaMonkey"},
      Row{"Iceweasel/", "Iceweasel"},
      Row{"PaleMoon/", "Pale Moon"},
      Row{"Firefox/", "Firefox"},
      Row{"Chromium/", "Chromium"},
      Row{"Chrome/", "Chrome"},
      Row{"MSIE ", "Internet Explorer"},
      Row{"Konqueror/", "Konqueror"},
      Row{"Lynx/", "Lynx"},
  };
  for (const auto& row : kBrowsers) {
    if (!has(text, row.mark)) continue;
    agent.name = std::string(row.name);
    agent.version = version_after(text, row.mark);
    return;
  }
  if (has(text, "Trident/") && has(text, "rv:")) {
    agent.name = "Internet Explorer";
    agent.version = version_after(text, "rv:");
  } else if (text.starts_with("Opera/")) {
    agent.name = "Opera";
    agent.version = has(text, "Version/") ? version_after(text, "Version/") : version_after(text, "Opera/");
  } else if (has(text, "Safari/") && has(text, "Version/")) {
    agent.name = has(text, "Android") ? "Android Browser" : "Safari";
    agent.version = version_after(text, "Version/");
  }
}

std::optional<std::string> windows_version(std::string_view text) {
  struct Row {
    std::string_view nt, name;
  };
  constexpr std::array kVersions{Row{"10.0", "10"},   Row{"6.3", "8.1"}, Row{"6.2", "8"},  Row{"6.1", "7"},
                                 Row{"6.0", "Vista"}, Row{"5.2", "XP"},  Row{"5.1", "XP"}, Row{"5.0", "2000"}};
  const auto nt = version_after(text, "Windows NT ");
  for (const auto& row : kVersions) {
    if (nt && *nt == row.nt) return std::string(row.name);
  }
  return nt;
}

void set_os(UserAgent& agent, std::string_view name, std::optional<std::string> version, std::string_view device_type) {
  agent.os_name = std::string(name);
  agent.os_version = std::move(version);
  agent.device_type = std::string(device_type);
}

void set_device(UserAgent& agent, std::string_view vendor, std::string_view model) {
  if (!vendor.empty()) agent.device_vendor = std::string(vendor);
  if (!model.empty()) agent.device_model = std::string(model);
}

std::string_view android_vendor(std::string_view model) {
  struct Row {
    std::string_view prefix, vendor;
  };
  constexpr std::array kVendors{
      Row{"SM-", "Samsung"},   Row{"GT-", "Samsung"},    Row{"SAMSUNG", "Samsung"}, Row{"SCH-", "Samsung"},
      Row{"SGH-", "Samsung"},  Row{"SPH-", "Samsung"},   Row{"Pixel", "Google"},    Row{"Nexus", "Google"},
      Row{"HTC", "HTC"},       Row{"LG-", "LG"},         Row{"LGMS", "LG"},         Row{"XT1", "Motorola"},
      Row{"moto", "Motorola"}, Row{"DROID", "Motorola"}, Row{"HUAWEI", "Huawei"},   Row{"Redmi", "Xiaomi"},
      Row{"Mi ", "Xiaomi"},    Row{"KF", "Amazon"},      Row{"Lenovo", "Lenovo"},   Row{"ASUS", "Asus"}};
  for (const auto& row : kVendors) {
    if (model.starts_with(row.prefix)) return row.vendor;
  }
  return {};
}

// "Android 4.4.2; en-us; SM-G900F Build/KOT49H)": the part before Build.
std::string_view android_model(std::string_view text) {
  const std::size_t end = text.find(" Build/");
  if (end == std::string_view::npos) return {};
  const std::size_t begin = text.rfind(';', end);
  if (begin == std::string_view::npos) return {};
  std::string_view model = text.substr(begin + 1, end - begin - 1);
  while (model.starts_with(' ')) model.remove_prefix(1);
  return model;
}

void read_system(std::string_view text, UserAgent& agent) {
  if (has(text, "Windows Phone")) {
    auto version = version_after(text, "Windows Phone ");
    return set_os(agent, "Windows Phone", version ? version : version_after(text, "Windows Phone OS "), "mobile");
  }
  if (has(text, "iPad")) {
    set_os(agent, "iOS", dotted(version_after(text, "CPU OS ")), "tablet");
    return set_device(agent, "Apple", "iPad");
  }
  if (has(text, "iPhone") || has(text, "iPod")) {
    set_os(agent, "iOS", dotted(version_after(text, "iPhone OS ")), "mobile");
    return set_device(agent, "Apple", has(text, "iPod") ? "iPod" : "iPhone");
  }
  if (has(text, "Android")) {
    set_os(agent, "Android", version_after(text, "Android "), has(text, "Mobile") ? "mobile" : "tablet");
    const std::string_view model = android_model(text);
    return set_device(agent, android_vendor(model), model);
  }
  if (has(text, "Windows NT")) return set_os(agent, "Windows", windows_version(text), "desktop");
  if (has(text, "Mac OS X") && has(text, "Macintosh")) {
    set_os(agent, "macOS", dotted(version_after(text, "Mac OS X ")), "desktop");
    return set_device(agent, "Apple", "Macintosh");
  }
  if (has(text, "CrOS")) return set_os(agent, "ChromeOS", std::nullopt, "desktop");
  // Televisions and readers say Linux too: a desktop is what says X11.
  if (!has(text, "X11;")) return;
  for (const std::string_view system : {"Linux", "FreeBSD", "OpenBSD"}) {
    if (has(text, system)) return set_os(agent, system, std::nullopt, "desktop");
  }
}

}  // namespace

UserAgent read_user_agent(std::string_view header) {
  UserAgent agent;
  if (read_robot(header, agent)) return agent;
  read_browser(header, agent);
  read_system(header, agent);
  return agent;
}

}  // namespace rapport
