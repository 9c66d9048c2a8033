// The console's files over HTTP; tests/console/ has a browser look at them.
#include <gmock/gmock.h>

#include "engine/http/api/console_files.h"
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

using testing::HasSubstr;

class ConsoleRoutes : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    become_nobody();
  }
  static std::string path_of(const CarriedFile& file) {
    return file.name == "index.html" ? "/" : "/console/" + std::string(file.name);
  }
};

TEST_F(ConsoleRoutes, GiveEveryFileItsTypeAndThePolicy) {
  for (const CarriedFile& file : kConsoleFiles) {
    SCOPED_TRACE(file.name);
    const Answer answer = get(path_of(file));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, file.text);
    EXPECT_EQ(answer.header("Content-Type"), file.type);
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(answer.header("Content-Security-Policy"), HasSubstr("default-src 'none'; script-src 'self'"));
    EXPECT_THAT(answer.header("Content-Security-Policy"), HasSubstr("require-trusted-types-for 'script'"));
  }
}

TEST_F(ConsoleRoutes, SendNoBytesThatTheBrowserHas) {
  for (const CarriedFile& file : kConsoleFiles) {
    SCOPED_TRACE(file.name);
    const std::string tag = get(path_of(file)).header("ETag");
    const Answer again = get(path_of(file), HttpHeaders{{"If-None-Match", tag}});
    EXPECT_EQ(again.status, 304);
    EXPECT_TRUE(again.body.empty());
    EXPECT_EQ(again.header("ETag"), tag);
    EXPECT_EQ(get(path_of(file), HttpHeaders{{"If-None-Match", "\"other\""}}).status, 200);
  }
}

TEST_F(ConsoleRoutes, KnowNoOtherFile) {
  EXPECT_EQ(get("/console/none.js").status, 404);
  EXPECT_EQ(get("/console/channel.js").status, 404) << "it is another page's";
  EXPECT_EQ(get("/console/").status, 404);
}

}  // namespace
}  // namespace rapport
