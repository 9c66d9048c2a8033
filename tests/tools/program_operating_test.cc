// Command lines of whoever runs an engine: keys, what was parked, rebuilds, and what the program says of itself.
#include <gmock/gmock.h>

#include "engine/http/problem.h"
#include "engine/log/log_seal.h"
#include "tests/tools/program_fixture.h"
#include "tests/tools/temporary_file.h"

namespace rapport {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

using OperatingTest = ProgramTest;

TEST_F(OperatingTest, MakesAndListsTheKeyOfAPage) {
  server.answer(HttpMethod::post, "/v1/keys", [](const HttpRequest&) {
    return HttpResponse::json(R"({"id":"k7","name":"shop","key":"rk_k7_s"})", 201);
  });
  server.answer(HttpMethod::get, "/v1/keys", [](const HttpRequest&) {
    return HttpResponse::json(
        R"({"items":[{"id":"k7","name":"shop","scopes":["page:https://a.example","page:field:name"],)"
        R"("origins":["https://a.example"],"fields":["name"],"created":"2026-01-02T03:04:05.006Z",)"
        R"("expires":null,"revoked":null,"lastUsed":null}]})");
  });
  serve();
  const Ran made =
      run({"keys", "create", "shop", "--origin", "https://a.example", "--field", "name", "--field", "email"});
  EXPECT_EQ(made.exit, 0) << made.err;
  EXPECT_EQ(made.out, "rk_k7_s\n");
  EXPECT_EQ(server.asked().front().body,
            R"({"name":"shop","origins":["https://a.example"],"fields":["name","email"]})");
  EXPECT_THAT(run({"keys", "list"}).out, HasSubstr("-\tpage:https://a.example page:field:name\n"));
  EXPECT_EQ(run({"keys", "create", "web", "--scope", "event:write"}).exit, 0);
  EXPECT_EQ(server.asked().back().body, R"({"name":"web","scopes":["event:write"]})");
}

TEST_F(OperatingTest, MakesNoMasterKeyToMoveAwayFrom) {
  const TemporaryFile place;
  const std::filesystem::path data = place.path() + "-data";
  std::filesystem::create_directories(data / kKeysDirectory);
  const std::string next = (data / "next").string();
  const Ran ran = run({"keys", "move-master", "--data", data.c_str(), "--new-master-key-file", next.c_str()});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.err, HasSubstr((data / kMasterKeyFile).string()));
  EXPECT_FALSE(std::filesystem::exists(data / kMasterKeyFile));
  EXPECT_FALSE(std::filesystem::exists(next));
  std::filesystem::remove_all(data);
}

TEST_F(OperatingTest, DecidesAboutWhatWasParkedOnlyWhereItIsSure) {
  constexpr const char* kParked =
      R"({"position":"1f2e3d4c.0-7","state":"discarded","recordedAt":"2026-01-02T03:04:05.006Z","origin":"","reason":"no",)"
      R"("key":"","raw":"eyJ"})";
  const auto decide = [&](const HttpRequest&) {
    return HttpResponse::json(R"({"parked":)" + std::string(kParked) + "}");
  };
  server.answer(HttpMethod::post, "/v1/parked/{id}/discard", decide);
  server.answer(HttpMethod::post, "/v1/parked/{id}/retry", decide);
  serve();
  EXPECT_EQ(run({"parked", "discard", "1f2e3d4c.0-7"}).exit, 2) << "nobody is there to ask";
  EXPECT_TRUE(server.asked().empty());
  const Ran ran = run({"parked", "discard", "1f2e3d4c.0-7", "--yes"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("state\tdiscarded\n"));
  const TemporaryFile event("{\"id\":\n1}");
  EXPECT_EQ(run({"parked", "retry", "1f2e3d4c.0-7", "--yes", "--event", event.path().c_str()}).exit, 0);
  EXPECT_EQ(server.asked().back().body, "{\"id\":\n1}\n");
  const std::size_t asked = server.asked().size();
  for (const char* nothing : {"", "\n \n"}) {
    const TemporaryFile empty(nothing);
    const Ran refused = run({"parked", "retry", "1f2e3d4c.0-7", "--yes", "--event", empty.path().c_str()});
    EXPECT_EQ(refused.exit, 2);
    EXPECT_THAT(refused.err, HasSubstr(empty.path()));
  }
  EXPECT_EQ(server.asked().size(), asked) << "it would be retried as it was parked";
}

TEST_F(OperatingTest, ShowsWhatWasParkedWithoutItsKeyAndBytes) {
  server.answer(HttpMethod::get, "/v1/parked/{id}", [](const HttpRequest&) {
    return HttpResponse::json(
        R"({"position":"1f2e3d4c.0-7","state":"waiting","recordedAt":"2026-01-02T03:04:05.006Z","origin":"",)"
        R"("reason":"no","key":null,"raw":null})");
  });
  serve();
  const Ran ran = run({"parked", "show", "1f2e3d4c.0-7"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("reason\tno\nkey\t-\nraw\t-\n"));
}

TEST_F(OperatingTest, WorksOnTheServerThatIsTypedWhateverTheShellHasExported) {
  constexpr const char* kNowhere = "http://127.0.0.1:1";
  ::setenv("RAPPORT_BROKERS", "no broker", 1);
  ::setenv("RAPPORT_DATA", "/nonexistent", 1);
  ::setenv("RAPPORT_URL", kNowhere, 1);
  const TemporaryFile events("{}\n");
  EXPECT_THAT(run({"publish", events.path().c_str(), "--url", kNowhere}).err, HasSubstr("unreachable"));
  EXPECT_THAT(run({"verify", "--url", kNowhere}).err, HasSubstr("unreachable"));
  EXPECT_THAT(run({"verify", "--url", kNowhere, "--data", "/nonexistent"}).err, HasSubstr("/nonexistent"));
  EXPECT_THAT(run({"verify"}).err, HasSubstr("/nonexistent")) << "--url is exported, too";
  ::unsetenv("RAPPORT_BROKERS");
  ::unsetenv("RAPPORT_DATA");
}

// One as /v1/rebuilds tells it; `ended`: null, or a time in quotes.
std::string rebuild_json(const std::string& state, const std::string& verify, const std::string& ended) {
  return R"({"id":3,"state":")" + state + R"(","verify":)" + verify + R"(,"contact":null,"records":5,"total":5,)" +
         R"("started":"2026-01-02T03:04:05.006Z","ended":)" + ended +
         R"(,"liveDigest":null,"freshDigest":null,"liveFoldVersion":1,"foldVersion":1,"difference":null,"error":null})";
}

TEST_F(OperatingTest, JoinsARebuildOnlyWhereItIsTheOneAskedFor) {
  const std::string over = "\"2026-01-02T03:04:06.007Z\"";
  std::string newest = rebuild_json("folding", "true", "null"), later = rebuild_json("verified", "true", over);
  server.answer(HttpMethod::get, "/v1/rebuilds", [&](const HttpRequest&) { return HttpResponse::json(newest); });
  server.answer(HttpMethod::get, "/v1/rebuilds/{id}", [&](const HttpRequest&) { return HttpResponse::json(later); });
  server.answer(HttpMethod::post, "/v1/rebuilds", [](const HttpRequest& request) {
    Problem problem = problem_of(Error{Errc::overloaded, "rebuild 3 is under way"});
    problem.status = 409;
    return problem_response(problem, request.request_id);
  });
  serve();
  const Ran beside = run({"rebuild"});
  EXPECT_EQ(beside.exit, 4) << beside.out;
  EXPECT_THAT(beside.err, HasSubstr("rebuild 3 is under way"));
  newest = rebuild_json("folding", "false", "null");
  later = rebuild_json("swapped", "false", over);
  const Ran joined = run({"rebuild"});
  EXPECT_EQ(joined.exit, 0) << joined.err;
  EXPECT_THAT(joined.out, StartsWith("rebuild 3: swapped, 5 records\n"));
}

TEST_F(OperatingTest, SaysWhereItsSettingsAreFrom) {
  server.answer(HttpMethod::get, "/v1/status", [](const HttpRequest&) {
    return HttpResponse::json(
        R"({"version":"0","log":"","contacts":0,"digest":"","generation":1,"position":"","end":"",)"
        R"("lag":{},"events":{},"partitions":[],"warnings":[]})");
  });
  serve();
  const std::string url = std::getenv("RAPPORT_URL");
  EXPECT_THAT(run({"status", "-v"}).out, HasSubstr("setting.url\t" + url + " (RAPPORT_URL)\nsetting.key\trk_1"));
  EXPECT_EQ(run({"status"}).out.find("setting."), std::string::npos);
  ::setenv("RAPPORT_URL", "http://127.0.0.1:1", 1);
  EXPECT_THAT(run({"status", "-v", "--url", url.c_str()}).out, HasSubstr("setting.url\t" + url + " (--url)\n"));
}

TEST_F(OperatingTest, ShowsHowFarBehindAServerIs) {
  server.answer(HttpMethod::get, "/v1/status", [](const HttpRequest&) {
    return HttpResponse::json(
        R"({"version":"0","log":"","contacts":0,"digest":"","generation":1,"position":"","end":"",)"
        R"("lag":{"events":8,"seconds":0.2},"events":{},"partitions":[{"partition":0,"position":1042,"end":1050,)"
        R"("lag":8,"lagSeconds":0.2,"error":null}],"warnings":[]})");
  });
  serve();
  EXPECT_THAT(run({"status"}).out, HasSubstr("lag.events\t8\nlag.seconds\t0.200\n"));
  EXPECT_THAT(run({"status"}).out, HasSubstr("partition.0\t1042 of 1050, 8 events and 0.200 s behind\n"));
}

TEST_F(OperatingTest, TakesNoKeyFileThatOthersMayRead) {
  server.answer(HttpMethod::get, "/v1/keys", [](const HttpRequest&) { return HttpResponse::json(R"({"items":[]})"); });
  serve();
  using std::filesystem::perms;
  const TemporaryFile key("rk_2\n");
  for (const perms others : {perms::group_read, perms::others_read, perms::others_write}) {
    std::filesystem::permissions(key.path(), perms::owner_read | others);
    const Ran refused = run({"keys", "list", "--key-file", key.path().c_str()});
    EXPECT_EQ(refused.exit, 2);
    EXPECT_THAT(refused.err, HasSubstr(key.path() + ": others than its owner may read it: chmod 600"));
  }
  EXPECT_TRUE(server.asked().empty());
  std::filesystem::permissions(key.path(), perms::owner_read);
  EXPECT_EQ(run({"keys", "list", "--key-file", key.path().c_str()}).exit, 0);
  EXPECT_EQ(server.asked().back().authorization, "Bearer rk_2");
}

TEST_F(OperatingTest, WritesItsManual) {
  const Ran ran = run({"man"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr(".SS rapport contact merge\n"));
  EXPECT_THAT(ran.out, HasSubstr("\\-\\-where"));
  EXPECT_THAT(ran.out, HasSubstr("RAPPORT_DATA"));
}

TEST_F(OperatingTest, LooksAtWhatServeIsGiven) {
  const TemporaryFile config("data = \"/nonexistent/data\"\nlisten = \"127.0.0.1:1\"\n");
  EXPECT_THAT(run({"doctor", "--config", config.path().c_str()}).out, HasSubstr("/nonexistent/data"));
  const TemporaryFile wrong("dta = \"x\"\n");
  EXPECT_EQ(run({"doctor", "--config", wrong.path().c_str()}).exit, 2);
}

TEST_F(OperatingTest, CompletesTheCommandsThatThereAre) {
  const Ran ran = run({"completion", "bash"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("\"rapport contact\") words=\"get export list create set tag"));
  EXPECT_THAT(run({"completion", "fish"}).out,
              HasSubstr("'__rapport_at \"rapport contact\"' -f -a merge -d 'Merge a contact"));
}

// What bash offers behind the words.
std::string offered_behind(const std::string& words) {
  const TemporaryFile script(run({"completion", "bash"}).out), offered;
  const std::string line = ". " + script.path() + "; COMP_WORDS=(" + words +
                           "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rapport; echo \"${COMPREPLY[*]}\" >" +
                           offered.path();
  EXPECT_EQ(std::system(("bash -c '" + line + "'").c_str()), 0);
  return offered.content();
}

TEST_F(OperatingTest, CompletesBehindArgumentsAndValues) {
  EXPECT_EQ(run({"completion", "fish"}).out.find("-f -r -F"), std::string::npos) << "fish refuses both";
  EXPECT_EQ(offered_behind("rapport contact ge"), "get\n");
  EXPECT_THAT(offered_behind("rapport contact get 42 --as"), StartsWith("--as-of"));
  EXPECT_THAT(offered_behind("rapport --color never contact list --limit 5 --sea"), StartsWith("--search"));
}

// A field's value may nest as deep as an event, and stands some levels deeper in an answer.
TEST_F(OperatingTest, ReadsAnswersWithTheDeepestValues) {
  const std::string deep = std::string(29, '[') + "1" + std::string(29, ']');
  server.answer(HttpMethod::get, "/v1/contacts/7/blame", [&](const HttpRequest&) {
    return HttpResponse::json(R"({"items":[{"path":"fields.a","writes":[{"value":)" + deep + "}]}]}");
  });
  serve();
  const Ran ran = run({"blame", "7", "--json"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(deep));
}

}  // namespace
}  // namespace rapport
