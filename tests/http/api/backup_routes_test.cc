// Backups over HTTP.
#include <thread>

#include "engine/backup/restore.h"
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

using BackupRoutes = ApiTest;

TEST_F(BackupRoutes, ABackupIsMadeWatchedAndRestored) {
  ASSERT_EQ(post("/v1/contacts", R"({"fields":{"name":"Ada"}})").status, 201);
  EXPECT_EQ(get("/v1/backups").body, R"({"items":[]})");
  const Answer started = post("/v1/backups", R"({"directory":"monday"})");
  ASSERT_EQ(started.status, 202) << started.body;
  EXPECT_EQ(started.header("Location"), "/v1/backups/1");
  Answer status = started;
  for (const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
       status.at("/ended").is_null() && std::chrono::steady_clock::now() < until;) {
    std::this_thread::yield();
    status = get("/v1/backups/1");
  }
  ASSERT_EQ(status.text("state"), "done") << status.body;
  EXPECT_EQ(status.number_at("/backup/contacts"), 1);
  EXPECT_GT(status.number_at("/backup/bytes"), 0);
  const auto restored = restore_backup({.backup = status.text("directory"), .data = directory_.path() / "restored"},
                                       [](std::uint64_t, std::uint64_t) { return true; });
  ASSERT_TRUE(restored) << to_string(restored.error());
  EXPECT_EQ(to_string(restored->manifest.digest), status.text_at("/backup/digest"));
  EXPECT_EQ(get("/v1/backups/2").status, 404);
  const Answer again = post("/v1/backups", R"({"directory":"monday"})");
  EXPECT_EQ(again.status, 409) << again.body;
  EXPECT_EQ(again.text("code"), "duplicate_record");
}

TEST_F(BackupRoutes, WhatIsWrongIsNamed) {
  const struct {
    const char* body;
    const char* field;
  } rows[] = {{"", "body"},
              {"[]", "body"},
              {"{}", "directory"},
              {R"({"directory":7})", "directory"},
              {R"({"directory":""})", "directory"},
              {R"({"directory":"../../elsewhere"})", "directory"},
              {R"({"directory":"a\u0000b"})", "directory"},
              {R"({"directory":"/tmp/elsewhere"})", "directory"}};
  for (const auto& row : rows) {
    const Answer answer = post("/v1/backups", row.body);
    EXPECT_EQ(answer.status, 400) << row.body;
    EXPECT_EQ(answer.text("field"), row.field) << row.body;
  }
}

}  // namespace
}  // namespace rapport
