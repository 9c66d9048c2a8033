// The script that a page loads, as it is served; tests/channel/ has a browser run it.
#include "engine/http/api/channel_script.h"

#include <gmock/gmock.h>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

using ChannelScript = ApiTest;

constexpr std::size_t kScriptBytesMax = 3'000;  // every visitor of every page loads it

TEST_F(ChannelScript, IsSmallAndOpenToEveryPage) {
  become_nobody();
  const Answer script = get("/channel.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.body, kChannelScript.text);
  EXPECT_LT(script.body.size(), kScriptBytesMax);
  EXPECT_THAT(script.body, testing::HasSubstr("self.rapport = {"));
  EXPECT_EQ(script.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(script.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(script.header("Cross-Origin-Resource-Policy"), "cross-origin");
}

TEST_F(ChannelScript, IsNotSentToWhoHasIt) {
  become_nobody();
  const Answer again = get("/channel.js", HttpHeaders{{"If-None-Match", get("/channel.js").header("ETag")}});
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
}

}  // namespace
}  // namespace rapport
