#include "tools/rapport/operate/config_file.h"

#include <gmock/gmock.h>

#include "tests/tools/temporary_file.h"

namespace rapport {
namespace {

class ConfigFileTest : public testing::Test {
 protected:
  ConfigFileTest() {
    app.add_option("--data", data)->envname("RAPPORT_TEST_DATA");
    app.add_option("--threads", threads)->check(CLI::Range(1, 8));
    app.add_flag("--insecure", insecure);
    app.add_option("--property", properties);
  }

  CLI::App app{"", "serve"};
  std::string data = "default";
  int threads = 2;
  bool insecure = false;
  std::vector<std::string> properties;
};

TEST_F(ConfigFileTest, GivesOptionsThatTheCommandLineDidNot) {
  const TemporaryFile file(
      "# ours\ndata = \"/var/lib/rapport\"\nthreads = 4\ninsecure = true\nproperty = [\"a=1\", \"b=2\"]\n");
  app.parse("--threads 3", false);
  ASSERT_TRUE(apply_config_file(app, file.path()));
  EXPECT_EQ(data, "/var/lib/rapport");
  EXPECT_EQ(threads, 3) << "a flag comes before the file";
  EXPECT_TRUE(insecure);
  EXPECT_THAT(properties, testing::ElementsAre("a=1", "b=2"));
}

TEST_F(ConfigFileTest, ComesAfterTheEnvironment) {
  const TemporaryFile file("data = \"of the file\"\n");
  ::setenv("RAPPORT_TEST_DATA", "of the environment", 1);
  app.parse("", false);
  ::unsetenv("RAPPORT_TEST_DATA");
  ASSERT_TRUE(apply_config_file(app, file.path()));
  EXPECT_EQ(data, "of the environment");
}

TEST_F(ConfigFileTest, NamesTheLineThatItCannotUse) {
  struct Row {
    std::string_view content, where;
  };
  for (const auto& row :
       {Row{"dta = \"x\"\n", ": dta"}, Row{"threads = 99\n", ": threads"}, Row{"threads = \"many\"\n", ": threads"},
        Row{"[serve]\ndata = \"x\"\n", ": serve.data"}, Row{"help = true\n", ": help"}}) {
    const TemporaryFile file(row.content);
    app.parse("", false);
    const auto applied = apply_config_file(app, file.path());
    ASSERT_FALSE(applied) << row.content;
    EXPECT_EQ(applied.error().code, Errc::invalid_argument);
    EXPECT_THAT(applied.error().field, testing::StartsWith(file.path() + row.where.data()));
  }
}

TEST_F(ConfigFileTest, IsHeldToWhatGoesTogether) {
  bool encrypt = false, in_clear = false;
  std::string certificate, key;
  CLI::Option* encrypting = app.add_flag("--encrypt", encrypt);
  app.add_flag("--no-encrypt", in_clear)->excludes(encrypting);
  app.add_option("--tls-cert", certificate)->needs(app.add_option("--tls-key", key));
  const auto applied = [&](const char* line, std::string_view content) {
    const TemporaryFile file(content);
    app.parse(line, false);
    const auto done = apply_config_file(app, file.path());
    return done ? "" : done.error().detail;
  };
  EXPECT_EQ(applied("", "encrypt = true\nno-encrypt = true\n"), "--encrypt does not go with --no-encrypt");
  EXPECT_EQ(applied("--no-encrypt", "encrypt = true\n"), "--encrypt does not go with --no-encrypt");
  EXPECT_EQ(applied("", "encrypt = false\nno-encrypt = true\n"), "") << "it is off";
  EXPECT_EQ(applied("", "tls-cert = \"a.pem\"\n"), "--tls-cert needs --tls-key");
  EXPECT_EQ(applied("", "tls-cert = \"a.pem\"\ntls-key = \"b.pem\"\n"), "");
}

TEST_F(ConfigFileTest, MustBeThere) {
  app.parse("", false);
  EXPECT_EQ(apply_config_file(app, "/nonexistent/rapport.toml").error().field, "/nonexistent/rapport.toml");
}

}  // namespace
}  // namespace rapport
