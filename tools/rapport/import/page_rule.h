// Which requests of an access log are pages that a person looked at.
//
// A page is a GET that succeeded (200 to 299 but 206, a part of something; or 304, shown from the browser's cache) and
// whose target is no asset. An asset is told by the extension of the path's last segment:
//
//   images   png jpg jpeg gif ico svg webp ...    styles   css xsl ...     scripts   js mjs map wasm
//   fonts    woff woff2 ttf otf eot               media    mp3 mp4 webm ogg swf ...
//   downloads  zip gz jar deb rpm exe iso ...     machines' own  json, rss, atom, rdf, webmanifest, robots.txt,
//                                                 sitemap.xml
//
// or is a feed: a last segment of rss, rss2, rss20, atom or feed, or a query that asks for one (flav, feed, format,
// type, alt or output, as in "?flav=rss20"). Everything else is a page: no extension, .html, .php, but also .txt, .pdf
// and .xml, which browsers show.
#pragma once

#include <string_view>

#include "tools/rapport/import/access_log_line.h"

namespace rapport {

bool is_asset(std::string_view target);

bool is_page(const AccessLogRequest& request);

}  // namespace rapport
