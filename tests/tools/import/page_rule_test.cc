#include "tools/rapport/import/page_rule.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(PageRule, AssetsAreNoPages) {
  for (const auto* target :
       {"/logo.png", "/logo.PNG", "/a/b.css?v=3", "/app.js#x", "/font.woff2", "/favicon.ico", "/film.mp4", "/tool.deb",
        "/x.tar.gz", "/api/list.json", "/robots.txt", "/sitemap.xml", "/?flav=rss20", "/blog?a=1&format=ATOM", "/feed",
        "/blog/feed/", "/index.rss", "/a.b/photo.jpeg", "http://shop.example/logo.png"}) {
    EXPECT_TRUE(is_asset(target)) << target;
  }
}

TEST(PageRule, TheRestArePages) {
  for (const auto* target : {"/", "/pricing", "/index.html", "/a.php?img=x.png", "/blog/tags/puppet", "/paper.pdf",
                             "/notes.txt", "/resume.xml", "/png", "/a.png/", "/feeds", "/?q=rss+reader",
                             "/?utm_medium=feed&utm_source=rss", "/?source=rss20", "", "*", "/v1.2", "/json/"}) {
    EXPECT_FALSE(is_asset(target)) << target;
  }
}

TEST(PageRule, OnlySuccessfulGetsAreViews) {
  struct Row {
    std::string method;
    int status;
    bool is_page;
  };
  for (const auto& row : {Row{"GET", 200, true}, Row{"GET", 204, true}, Row{"GET", 304, true}, Row{"GET", 206, false},
                          Row{"GET", 301, false}, Row{"GET", 404, false}, Row{"GET", 500, false},
                          Row{"HEAD", 200, false}, Row{"POST", 200, false}, Row{"", 400, false}}) {
    EXPECT_EQ(is_page({.method = row.method, .target = "/", .status = row.status}), row.is_page)
        << row.method << ' ' << row.status;
  }
  EXPECT_FALSE(is_page({.method = "GET", .target = "/logo.png", .status = 200}));
}

}  // namespace
}  // namespace rapport
