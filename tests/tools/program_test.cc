// Command lines as a shell gives them: what goes to stdout, what to stderr, and the exit code.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <set>

#include "engine/http/problem.h"
#include "tests/tools/program_fixture.h"
#include "tests/tools/temporary_file.h"
#include "tools/rapport/command.h"
#include "tools/rapport/command_line.h"
#include "tools/rapport/examples.h"

namespace rapport {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kContact =
    R"({"id":7,"version":3,"status":"active","dateCreated":"2026-01-02T03:04:05.006Z","dateUpdated":null,)"
    R"("firstSeen":null,"lastSeen":null,"fields":{"name":"Ada\u001b[2J"},"client":{},"tags":["vip","lead"],)"
    R"("companyId":null,"blocked":null,"identities":[{"channel":"web","externalId":"a/b"}],"mergedInto":null,)"
    R"("members":[],"counters":{"events":3,"visits":0,"chats":0,"messages":0,"openCases":0}})";

TEST_F(ProgramTest, EndsWithTheCodeOfTheUsage) {
  struct Row {
    std::vector<const char*> words;
    int exit;
    const char* said;
  };
  for (const auto& row :
       {Row{{"--version"}, 0, "rapport "},
        Row{{"--help"}, 0, "timeline"},
        Row{{"contact", "set", "--help"}, 0, "name=Ada"},
        Row{{}, 2, "subcommand"},
        Row{{"contakt"}, 2, "did you mean contact? (rapport -h"},
        Row{{"contact", "gte"}, 2, "did you mean get? (rapport contact -h"},
        Row{{"contact", "get"}, 2, "contact is required (rapport contact get -h"},
        Row{{"tail", "--form", "start"}, 2, "--form: is no option here; did you mean --from? (rapport"},
        Row{{"status", "now"}, 2, "now: is one argument too many"},
        Row{{"contact", "get", "-h"}, 0, "  rapport contact get web:b2c9\n"},
        Row{{"-h"}, 0, "  rapport serve --demo"},
        Row{{"contact", "get", "x"}, 2, "neither an id"},
        Row{{"contact", "get", "0"}, 2, "id"},
        Row{{"contact", "set", "7", "name"}, 2, "is not like name=Ada"},
        Row{{"contact", "set", "7", "age:={"}, 2, "is not JSON"},
        Row{{"contact", "tag", "7", "^"}, 2, "names no tag"},
        Row{{"timeline", "7", "--from", "soon"}, 2, "--from"},
        Row{{"status", "--color", "sometimes"}, 2, "sometimes"},
        Row{{"status", "--url", "ftp://x"}, 2, "url"},
        Row{{"keys", "create", "a"}, 2, "--scope"},
        Row{{"keys", "create", "a", "--scope", "*", "--origin", "https://a.example"}, 2, "--origin"},
        Row{{"keys", "create", "a", "--scope", "*", "--field", "name"}, 2, "--origin"},
        Row{{"keys", "revoke", "a"}, 2, "takes --yes"},
        Row{{"generate", "--events", "0"}, 2, "--events"},
        Row{{"status", "--url", "http://127.0.0.1:1"}, 3, "unreachable"},
        Row{{"publish", "/nonexistent"}, 1, "/nonexistent"},
        Row{{"serve", "--config", "/nonexistent"}, 2, "/nonexistent"},
        Row{{"serve", "--listen", "nowhere"}, 2, "HOST:PORT"},
        Row{{"serve", "--cache", "1MB"}, 2, "--cache"},
        Row{{"attribute", "create", "a", "--type", "colour"}, 2, "--type: colour not in"},
        Row{{"contact", "list", "--limit", "0"}, 2, "--limit: is a number from 1"},
        Row{{"serve", "--rate-limit", "fast"}, 2, "--rate-limit: is RATE"},
        Row{{"serve", "--keep-free", "-1"}, 2, "--keep-free"},
        Row{{"serve", "--config", "/"}, 2, "/: cannot be read"},
        Row{{"verify", "--data", "/nonexistent"}, 1, "/nonexistent"}}) {
    const Ran ran = run(row.words);
    const std::string line = row.words.empty() ? "" : testing::PrintToString(row.words);
    EXPECT_EQ(ran.exit, row.exit) << line << "\n" << ran.err;
    EXPECT_THAT(ran.exit == 0 ? ran.out : ran.err, HasSubstr(row.said)) << line;
    if (ran.exit != 0) {
      EXPECT_EQ(ran.out, "") << line << ": stdout is data";
    }
  }
}

TEST_F(ProgramTest, GeneratesTheSameBytesForTheSameSeed) {
  const Ran ran = run({"generate", "--events", "50", "--contacts", "5", "--seed", "3"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 50);
  EXPECT_EQ(run({"generate", "--events", "50", "--contacts", "5", "--seed", "3"}).out, ran.out);
  EXPECT_NE(run({"generate", "--events", "50", "--contacts", "5", "--seed", "4"}).out, ran.out);
}

// In a process of its own, whose stdout is the disk that is full.
TEST_F(ProgramTest, FailsWhereStdoutCannotBeWritten) {
  const auto end_on_a_full_disk = [](std::vector<const char*> words) {
    words.insert(words.begin(), "rapport");
    if (std::freopen("/dev/full", "w", stdout) == nullptr) std::_Exit(99);
    std::_Exit(run_program(static_cast<int>(words.size()), words.data()));
  };
  constexpr const char* kSaid = "storage_failed: stdout cannot be written";
  EXPECT_EXIT(end_on_a_full_disk({"keys", "draw"}), testing::ExitedWithCode(4), kSaid);
  EXPECT_EXIT(end_on_a_full_disk({"generate", "--events", "1000000000"}), testing::ExitedWithCode(4), kSaid);
  EXPECT_EXIT(end_on_a_full_disk({"--version"}), testing::ExitedWithCode(4), kSaid);
  EXPECT_EXIT(end_on_a_full_disk({"contact", "get", "-h"}), testing::ExitedWithCode(4), kSaid);
}

TEST_F(ProgramTest, ShowsAContactForPipesAndPrograms) {
  server.answer(HttpMethod::get, "/v1/contacts/{id}", [](const HttpRequest&) { return HttpResponse::json(kContact); });
  serve();
  const Ran table = run({"contact", "get", "7"});
  EXPECT_EQ(table.exit, 0) << table.err;
  EXPECT_THAT(table.out, StartsWith("FIELD\tVALUE\nid\t7\nversion\t3\n"));
  EXPECT_THAT(table.out, HasSubstr("tags\tvip, lead\n"));
  EXPECT_THAT(table.out, HasSubstr("dateCreated\t2026-01-02T03:04:05.006Z\n")) << "UTC in a pipe";
  EXPECT_THAT(table.out, HasSubstr("fields.name\tAda\uFFFD[2J\n")) << "no terminal obeys a contact's name";
  EXPECT_THAT(table.out, HasSubstr("identity\tweb:a/b\n"));
  EXPECT_EQ(run({"contact", "get", "7", "--json"}).out, std::string(kContact) + "\n");
  EXPECT_EQ(server.asked().front().authorization, "Bearer rk_1");
}

TEST_F(ProgramTest, ShowsANumberAsItIs) {
  std::string contact = kContact;
  contact.replace(contact.find(R"("name":)"), 7, R"("half":2.5,"large":1e40,"small":0.0004,"whole":12.0,"name":)");
  server.answer(HttpMethod::get, "/v1/contacts/{id}", [&](const HttpRequest&) { return HttpResponse::json(contact); });
  serve();
  EXPECT_THAT(run({"contact", "get", "7"}).out,
              HasSubstr("fields.half\t2.5\nfields.large\t1e+40\nfields.small\t0.0004\nfields.whole\t12\n"));
}

TEST_F(ProgramTest, FindsAContactByItsIdentity) {
  server.answer(HttpMethod::get, "/v1/identities/{channel}/{externalId}", [](const HttpRequest& request) {
    EXPECT_THAT(request.path, testing::ElementsAre("v1", "identities", "web", "a/b:c"));
    return HttpResponse::json(R"({"channel":"web","externalId":"a/b:c","contactId":7})");
  });
  server.answer(HttpMethod::get, "/v1/contacts/{id}", [](const HttpRequest& request) {
    EXPECT_EQ(request.path.back(), "7");
    return HttpResponse::json(kContact);
  });
  serve();
  EXPECT_EQ(run({"contact", "get", "web:a/b:c"}).exit, 0);
}

TEST_F(ProgramTest, SaysWhatIsGoneOrWasNever) {
  server.answer(HttpMethod::get, "/v1/contacts/{id}", [](const HttpRequest& request) {
    if (request.path.back() == "8") {
      return HttpResponse::json(R"({"id":8,"status":"deleted","version":2,"when":"2026-01-02T03:04:05.006Z"})", 410);
    }
    return problem_response(Error{Errc::not_found, "there is no contact 9"}, request.request_id);
  });
  serve();
  const Ran gone = run({"contact", "get", "8"});
  EXPECT_EQ(gone.exit, 1);
  EXPECT_THAT(gone.err, StartsWith("rapport: contact_deleted: since 2026-01-02T03:04:05.006Z (request "));
  EXPECT_THAT(run({"contact", "get", "8", "--json"}).err, Not(HasSubstr(R"("requestId":"")")));
  const Ran never = run({"contact", "get", "9"});
  EXPECT_EQ(never.exit, 1);
  EXPECT_THAT(never.err, StartsWith("rapport: not_found: there is no contact 9 (request "));
}

TEST_F(ProgramTest, ChangesFieldsAndTagsOfTheVersionThatIsMeant) {
  const auto give_contact = [](const HttpRequest&) { return HttpResponse::json(kContact); };
  server.answer(HttpMethod::patch, "/v1/contacts/{id}", give_contact);
  server.answer(HttpMethod::post, "/v1/contacts/{id}/tags", give_contact);
  server.answer(HttpMethod::post, "/v1/contacts", give_contact);
  serve();
  EXPECT_EQ(run({"contact", "set", "7", "name=Ada", "age:=42", "city=", "--if-version", "3"}).exit, 0);
  EXPECT_EQ(run({"contact", "tag", "7", "vip", "+new", "^lead"}).exit, 0);
  EXPECT_EQ(run({"contact", "create", "name=Bob=b", "--tag", "x"}).exit, 0);
  const auto asked = server.asked();
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked[0].body, R"({"fields":{"name":"Ada","age":42,"city":null}})");
  EXPECT_EQ(asked[0].if_match, "\"3\"");
  EXPECT_EQ(asked[1].body, R"({"add":["vip","new"],"remove":["lead"]})");
  EXPECT_EQ(asked[1].if_match, "");
  EXPECT_EQ(asked[2].body, R"({"fields":{"name":"Bob=b"},"tags":["x"]})");
}

TEST_F(ProgramTest, TriesAChangeWithoutMakingIt) {
  server.answer(HttpMethod::post, "/v1/contacts/{id}/merge", [](const HttpRequest& request) {
    EXPECT_EQ(request.query.find("dry_run"), "1");
    EXPECT_EQ(request.headers.find("Idempotency-Key"), "k1");
    return HttpResponse::json(R"({"events":[{"type":"contact.merged_into","subject":"contact/9","data":{"into":7}}],)"
                              R"("answer":)" +
                              std::string(kContact) + "}");
  });
  serve();
  const Ran ran = run({"contact", "merge", "9", "7", "--dry-run", "--idempotency-key", "k1"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.err, "would append contact.merged_into to contact/9 {\"into\":7}\n");
  EXPECT_THAT(ran.out, StartsWith("FIELD\tVALUE\nid\t7\n"));
  EXPECT_THAT(run({"contact", "merge", "9", "7", "--dry-run", "--idempotency-key", "k1", "--json"}).out,
              StartsWith(R"({"events":[{"type":"contact.merged_into")"));
}

TEST_F(ProgramTest, ListsAndChangesWhatContactsReferTo) {
  server.answer(HttpMethod::get, "/v1/companies", [](const HttpRequest& request) {
    const bool first = !request.query.find("cursor");
    return HttpResponse::json(R"({"items":[{"id":1,"fields":{"name":"Initech"},"dateCreated":"x","dateUpdated":null}],)"
                              R"("next":)" +
                              std::string(first ? "\"c1\"" : "null") + "}");
  });
  const auto give = [](const HttpRequest&) { return HttpResponse::json(R"({"data":{"id":3,"name":"gold"}})"); };
  server.answer(HttpMethod::post, "/api/v1/crm/tag", give);
  server.answer(HttpMethod::put, "/api/v1/crm/objects/company/{id}", give);
  server.answer(HttpMethod::post, "/api/v1/crm/objects/object-field", give);
  server.answer(HttpMethod::delete_, "/api/v1/crm/tag/{id}", give);
  server.answer(HttpMethod::get, "/api/v1/crm/objects/case", [](const HttpRequest& request) {
    EXPECT_EQ(request.query.find("where"), "contactId|eq|7");
    return HttpResponse::json(
        R"({"data":{"count":1,"data":[{"id":9,"contactId":7,"channel":"web","status":"queued"}]}})");
  });
  serve();
  EXPECT_EQ(run({"company", "list"}).out,
            "ID\tNAME\tWEBSITE\tDATECREATED\tDATEUPDATED\n1\tInitech\t-\tx\t-\n1\tInitech\t-\tx\t-\n");
  EXPECT_EQ(run({"tag", "create", "gold", "--color", "#ffd700", "--on", "contact"}).out,
            "{\"id\":3,\"name\":\"gold\"}\n");
  EXPECT_EQ(server.asked().back().body, R"({"name":"gold","color":"#ffd700","type":["contact"]})");
  EXPECT_EQ(run({"company", "set", "1", "name=Initrode"}).exit, 0);
  EXPECT_EQ(server.asked().back().body, R"({"fields":{"name":"Initrode"}})");
  EXPECT_EQ(run({"attribute", "create", "plan", "--type", "radio", "--option", "free", "--option", "pro"}).exit, 0);
  EXPECT_EQ(server.asked().back().body,
            R"({"object":"contact","key":"plan","indexed":false,"config":{"input":{"type":"radio","required":false,)"
            R"("options":["free","pro"]}}})");
  EXPECT_EQ(run({"tag", "delete", "3"}).exit, 2) << "nobody is there to ask";
  EXPECT_EQ(run({"tag", "delete", "3", "--yes"}).exit, 0);
  EXPECT_THAT(run({"case", "list", "--contact", "7"}).out, HasSubstr("9\t7\tweb\tqueued\t-\t-\t-\n"));
  for (const char* other : {"abc", "0", "7x", "web:ada"}) {
    for (const Ran& refused :
         {run({"case", "list", "--contact", other}), run({"case", "get", "9", "--contact", other})}) {
      EXPECT_EQ(refused.exit, 2) << other;
      EXPECT_THAT(refused.err, HasSubstr("is no contact's id")) << other;
    }
  }
}

TEST_F(ProgramTest, DeletesOnlyWhatItWasToldTwice) {
  server.answer(HttpMethod::delete_, "/v1/contacts/{id}", [](const HttpRequest&) {
    return HttpResponse::json(R"({"id":7,"status":"deleted","version":4,"when":"2026-01-02T03:04:05.006Z"})");
  });
  serve();
  EXPECT_EQ(run({"contact", "delete", "7"}).exit, 2) << "nobody is there to ask";
  EXPECT_TRUE(server.asked().empty());
  EXPECT_EQ(run({"contact", "delete", "7", "--yes"}).exit, 0);
  EXPECT_EQ(server.asked().size(), 1u);
}

TEST_F(ProgramTest, ReadsAListPageByPage) {
  server.answer(HttpMethod::get, "/v1/contacts", [](const HttpRequest& request) {
    const bool first = !request.query.find("cursor");
    EXPECT_EQ(request.query.find("limit"), first ? "3" : "2");
    return HttpResponse::json(R"({"items":[)" + std::string(kContact) + R"(],"next":)" + (first ? "\"c1\"" : "null") +
                              R"(,"total":2,"position":"x"})");
  });
  serve();
  const Ran ran = run({"contact", "list", "--limit", "3"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(
      ran.out,
      "ID\tNAME\tEMAIL\tLAST SEEN\tEVENTS\tTAGS\n7\tAda\uFFFD[2J\t-\t-\t3\tvip, lead\n7\tAda\uFFFD[2J\t-\t-\t3\tvip, "
      "lead\n");
}

TEST_F(ProgramTest, PublishesAFileAndKeepsWhatWasRejected) {
  server.answer(HttpMethod::post, "/v1/events", [](const HttpRequest&) {
    return HttpResponse::json(
        R"({"position":"x","totals":{"accepted":1,"repeated":0,"refused":0,"parked":0,"rejected":1},"results":[)"
        R"({"index":1,"source":"","id":"","status":"rejected","code":"invalid_json","detail":"no","field":"line 2"}]})");
  });
  serve();
  const TemporaryFile events("\xEF\xBB\xBF{}\n\nbad\n"), rejects;  // with a byte order mark
  const Ran ran = run({"publish", events.path().c_str(), "--rejects", rejects.path().c_str()});
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.out, StartsWith("1 accepted, 0 repeated, 0 refused, 1 rejected in "));
  EXPECT_EQ(ran.err, "") << "progress is for terminals and for long runs";
  EXPECT_THAT(rejects.content(),
              StartsWith(R"({"line":3,"event":"bad","result":{"source":"","id":"","status":"rejected")"));
  EXPECT_EQ(server.asked().front().body, "{}\nbad\n");
}

TEST_F(ProgramTest, TakesAPropertyOfKafkaFromTheEnvironmentToo) {
  ::setenv("RAPPORT_KAFKA_PROPERTY", "secret", 1);
  for (const std::vector<const char*>& words : {std::vector{"publish", "--brokers", "127.0.0.1:1", "/nonexistent"},
                                                {"publish", "--brokers", "127.0.0.1:1", "--kafka-property", "a=b", "-"},
                                                {"log", "copy", "--from-topic", "a", "--brokers", "127.0.0.1:1"}}) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.exit, 2) << words.front();
    EXPECT_THAT(ran.err, HasSubstr("kafka-property: one of them is not name=value")) << words.front();
    EXPECT_EQ(ran.err.find("secret"), std::string::npos) << words.front();
  }
  ::unsetenv("RAPPORT_KAFKA_PROPERTY");
}

TEST_F(ProgramTest, DoesNotTrustAnAnswerOfAnotherShape) {
  server.answer(HttpMethod::get, "/v1/status", [](const HttpRequest&) { return HttpResponse::json("[]"); });
  serve();
  const Ran ran = run({"status"});
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.err, StartsWith("rapport: internal"));
}

TEST_F(ProgramTest, TellsErrorsToProgramsAsProblemDocuments) {
  const Ran ran = run({"contact", "get", "x", "--json"});
  EXPECT_EQ(ran.exit, 2);
  const auto problem = boost::json::parse(ran.err).as_object();
  EXPECT_EQ(problem.at("code"), "invalid_argument");
  EXPECT_EQ(problem.at("field"), "id");
  EXPECT_THAT(run({"contact", "get", "x"}).err, StartsWith("rapport: invalid_argument: "));
  server.answer(HttpMethod::get, "/v1/contacts/7", [](const HttpRequest&) {
    return problem_response(Error{Errc::not_found, "there is no contact 7"}, "r-1");
  });
  serve();
  const auto told = boost::json::parse(run({"contact", "get", "7", "--json"}).err).as_object();
  EXPECT_EQ(told.at("detail"), "there is no contact 7");
  EXPECT_EQ(told.at("requestId"), "r-1");
  EXPECT_THAT(run({"contact", "get", "7"}).err, HasSubstr("there is no contact 7 (request r-1)"));
}

// A code that is not one of ours is told as the server told it, not as the nearest that we have.
TEST_F(ProgramTest, TellsAServersOwnCodes) {
  const std::string document =
      R"({"type":"t","title":"The contact is merged","status":409,"code":"contact_merged","detail":"it is","requestId":"r"})";
  server.answer(HttpMethod::post, "/v1/contacts/7/unmerge", [&](const HttpRequest&) {
    HttpResponse response = HttpResponse::json(document, 409);
    response.content_type = "application/problem+json";
    return response;
  });
  server.answer(HttpMethod::get, "/v1/companies/7", [](const HttpRequest&) {
    return problem_response(Error{Errc::company_deleted, "since yesterday"}, "r-1");
  });
  serve();
  const Ran told = run({"contact", "unmerge", "7"});
  EXPECT_EQ(told.exit, 4);
  EXPECT_EQ(told.err, "rapport: contact_merged: it is (request r)\n");
  EXPECT_EQ(run({"contact", "unmerge", "7", "--json"}).err, document + "\n");
  EXPECT_EQ(run({"contact", "unmerge", "x", "--json"}).err.find("contact_merged"), std::string::npos);
  EXPECT_EQ(run({"company", "get", "7"}).exit, 1);
}

// What is in the log and not folded, as where the disk is full, has no fields yet.
TEST_F(ProgramTest, ShowsWhatIsInTheLogAlone) {
  server.answer(HttpMethod::post, "/v1/contacts",
                [](const HttpRequest&) { return HttpResponse::json(R"({"status":"durable","id":7})", 202); });
  serve();
  const Ran ran = run({"contact", "create", "name=Ada"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, "FIELD\tVALUE\nid\t7\nstatus\tdurable\n");
  EXPECT_THAT(ran.err, HasSubstr("the log holds it"));
}

// Every command has one, and each is taken as far as its words are looked at.
TEST_F(ProgramTest, HasAnExampleOfEveryCommandThatIsOne) {
  CLI::App program;
  rapport::Run ignored;
  add_commands(program, ignored);
  std::set<std::string> shown;
  for (const Example& one : examples()) {
    const std::vector<std::string> words = CLI::detail::split_up(std::string(one.line));
    const NamedCommand named = named_command(program, words);
    EXPECT_FALSE(named.unknown) << one.line;
    EXPECT_EQ(one.line.find(" #"), std::string_view::npos) << one.line << ": to a shell a comment";
    EXPECT_TRUE(one.command.empty() || named.path == one.command) << one.line;
    for (const std::string& word : words) {
      if (!word.starts_with("--")) continue;
      EXPECT_NE(named.app->get_option_no_throw(word), nullptr) << one.line;
    }
    shown.insert(named.path);
  }
  const std::function<void(const CLI::App&, const std::string&)> look = [&](const CLI::App& app,
                                                                            const std::string& at) {
    const auto commands = commands_of(app);
    if (commands.empty()) {
      EXPECT_TRUE(shown.contains(at)) << at << " has no example";
    }
    for (const CLI::App* command : commands)
      look(*command, at.empty() ? command->get_name() : at + " " + command->get_name());
  };
  look(program, "");
}

}  // namespace
}  // namespace rapport
