// What `rapport import` reads, sends and leaves out.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/tools/program_fixture.h"
#include "tests/tools/temporary_file.h"

namespace rapport {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ProgramImportTest : public ProgramTest {
 protected:
  // Of each batch of events.
  void serve_and_reject_the_second() {
    server.answer(HttpMethod::post, "/v1/events", [](const HttpRequest&) {
      return HttpResponse::json(
          R"({"position":"x","totals":{"accepted":1,"repeated":0,"refused":0,"parked":0,"rejected":1},"results":[)"
          R"({"index":1,"source":"","id":"","status":"rejected","code":"invalid_event","detail":"no"}]})");
    });
    serve();
  }
};

TEST_F(ProgramImportTest, ImportsALogThatIsOne) {
  serve_and_reject_the_second();
  const TemporaryFile log(
      "x\n1.2.3.4 - - [10/Oct/2025:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0\"\n");
  const Ran ran = run({"import", "access-log", log.path().c_str()});
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.err, HasSubstr("line 1 is left out: "));
  EXPECT_THAT(ran.err, HasSubstr("event 2: rejected: invalid_event: no\n")) << "that line of the log is good";
  const std::size_t asked = server.asked().size();
  const TemporaryFile other("x\ny\n"), empty;
  const Ran refused = run({"import", "access-log", other.path().c_str()});
  EXPECT_EQ(refused.exit, 4);
  EXPECT_THAT(refused.err, HasSubstr(other.path() + ": no line of it is one of an access log"));
  EXPECT_EQ(run({"import", "access-log", empty.path().c_str()}).exit, 0) << "a log that has just been rotated";
  EXPECT_EQ(server.asked().size(), asked);
}

TEST_F(ProgramImportTest, ImportsATableAndKeepsTheRowsThatWereLeftOut) {
  serve_and_reject_the_second();
  const TemporaryFile table("email;age;at\na@x.example;1;\nb@x.example;2;\nc@x.example;3;soon\n"), rejects;
  const Ran ran = run({"import", "csv", table.path().c_str(), "--time", "at", "--rejects", rejects.path().c_str()});
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.out,
              StartsWith("3 read, of 2 contacts; 2 left out\n1 accepted, 0 repeated, 0 refused, 1 rejected in "));
  EXPECT_THAT(ran.err, HasSubstr("line 4 is left out: at: 'soon' is no date like"));
  EXPECT_THAT(ran.err, HasSubstr("line 3: rejected: invalid_event: no\n"));
  EXPECT_EQ(rejects.content(), "email;age;at\nc@x.example;3;soon\nb@x.example;2;\n")
      << "as they stand, below the header";
  const std::size_t asked = server.asked().size();
  const Ran dry = run({"import", "csv", table.path().c_str(), "--at", "2026-03-14", "--dry-run", "--map", "at="});
  EXPECT_EQ(dry.exit, 0) << dry.err;
  EXPECT_EQ(std::count(dry.out.begin(), dry.out.end(), '\n'), 3) << "stdout is data";
  EXPECT_THAT(dry.out, HasSubstr(R"("subject":"identity/import:a@x.example","time":"2026-03-14T00:00:00.000Z")"));
  EXPECT_EQ(dry.err, "3 read, of 3 contacts; 0 left out\n3 events shown, none sent\n");
  EXPECT_EQ(run({"import", "csv", table.path().c_str(), "--key", "mail"}).exit, 2);
  EXPECT_EQ(server.asked().size(), asked);
}

TEST_F(ProgramImportTest, ImportsADumpOfContacts) {
  server.answer(HttpMethod::post, "/v1/events", [](const HttpRequest&) {
    return HttpResponse::json(
        R"({"position":"x","totals":{"accepted":2,"repeated":0,"refused":0,"parked":0,"rejected":0},"results":[]})");
  });
  serve();
  const TemporaryFile dump(
      R"({"data":{"list":[{"id":1,"fields":{"name":"Ada"}},{"id":2,"fields":{}},{"fields":{}}]}})"),
      broken("{");
  const Ran ran = run({"import", "contacts", dump.path().c_str(), "--json"});
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.out, StartsWith(R"({"read":3,"leftOut":1,"contacts":2,"accepted":2,)"));
  EXPECT_THAT(ran.err, HasSubstr("contact 3 is left out: id: is no text or whole number"));
  const Ran refused = run({"import", "contacts", broken.path().c_str()});
  EXPECT_EQ(refused.exit, 4);
  EXPECT_THAT(refused.err, HasSubstr(broken.path() + ": "));
  EXPECT_EQ(run({"import", "contacts", "/nonexistent"}).exit, 1);
}

}  // namespace
}  // namespace rapport
