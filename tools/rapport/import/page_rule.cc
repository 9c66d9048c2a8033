#include "tools/rapport/import/page_rule.h"

#include <algorithm>
#include <array>
#include <string>

#include "tools/rapport/import/lower_case.h"

namespace rapport {
namespace {

constexpr auto kAssetExtensions = std::to_array<std::string_view>(
    {// images
     "png", "jpg", "jpeg", "gif", "ico", "cur", "svg", "svgz", "webp", "avif", "bmp", "tif", "tiff",
     // styles
     "css", "scss", "xsl", "xslt",
     // scripts
     "js", "mjs", "map", "wasm",
     // fonts
     "woff", "woff2", "ttf", "otf", "eot",
     // media
     "mp3", "mp4", "m4a", "m4v", "webm", "ogg", "oga", "ogv", "wav", "flac", "mov", "avi", "swf", "flv",
     // downloads
     "zip", "gz", "tgz", "bz2", "xz", "7z", "rar", "tar", "jar", "war", "deb", "rpm", "apk", "exe", "msi", "dmg", "iso",
     "bin", "gem", "whl", "pcap", "torrent",
     // for machines
     "json", "rss", "atom", "rdf", "webmanifest", "appcache", "manifest"});

// The query keys that choose a form of the page: "?flav=rss20", "?feed=atom". Others only say where a reader came from,
// as "?utm_medium=feed" does.
constexpr std::array<std::string_view, 6> kFormKeys{"flav", "feed", "format", "type", "alt", "output"};
constexpr std::array<std::string_view, 5> kFeedNames{"rss", "rss2", "rss20", "atom", "feed"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool asks_for_feed(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && is_one_of(kFormKeys, lower_case(pair.substr(0, equals))) &&
        is_one_of(kFeedNames, lower_case(pair.substr(equals + 1)))) {
      return true;
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

}  // namespace

bool is_asset(std::string_view target) {
  target = target.substr(0, target.find('#'));
  const std::size_t question = target.find('?');
  if (question != std::string_view::npos && asks_for_feed(target.substr(question + 1))) return true;
  std::string_view path = target.substr(0, question);
  const bool is_directory = path.ends_with('/');
  if (is_directory) path.remove_suffix(1);
  const std::string name = lower_case(path.substr(path.rfind('/') + 1));
  if (is_one_of(kFeedNames, name)) return true;
  if (is_directory) return false;
  if (name == "robots.txt" || name == "sitemap.xml") return true;
  const std::size_t dot = name.rfind('.');
  return dot != std::string::npos && is_one_of(kAssetExtensions, std::string_view(name).substr(dot + 1));
}

bool is_page(const AccessLogRequest& request) {
  const bool succeeded =
      (request.status >= 200 && request.status <= 299 && request.status != 206) || request.status == 304;
  return request.method == "GET" && succeeded && !is_asset(request.target);
}

}  // namespace rapport
