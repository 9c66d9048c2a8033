#include "engine/auth/scope.h"

#include <gmock/gmock.h>

#include <vector>

namespace rapport {
namespace {

TEST(Scope, AllowsWhatItSaysAndNothingElse) {
  EXPECT_TRUE(scope_allows("*", "contact:read"));
  EXPECT_TRUE(scope_allows("contact:read", "contact:read"));
  EXPECT_TRUE(scope_allows("contact:*", "contact:write"));
  EXPECT_TRUE(scope_allows("*:read", "company:read"));
  EXPECT_FALSE(scope_allows("contact:read", "contact:write"));
  EXPECT_FALSE(scope_allows("contact:*", "company:read"));
  for (const char* nothing : {"", "contact", ":", "contact:", ":read", "/", "dashboard/", "/contact", "dashboard"}) {
    EXPECT_FALSE(scope_allows(nothing, "contact:read")) << nothing;
  }
  for (const char* not_asked : {"", "contact", "contact:", ":read"}) {
    EXPECT_FALSE(scope_allows("contact:read", not_asked)) << not_asked;
    EXPECT_FALSE(scope_allows("*:*", not_asked)) << not_asked;
  }
}

TEST(Scope, APermissionOfTheCompatibleApiStandsForScopes) {
  struct Row {
    const char* permission;
    std::vector<const char*> allows, denies;
  };
  const std::vector<Row> rows{
      {"dashboard/contact", {"contact:read", "contact:delete", "personal:read"}, {"company:read", "timeline:read"}},
      {"*/contact", {"contact:write", "personal:read"}, {"tag:read"}},
      {"dashboard/company", {"company:write"}, {"contact:read", "personal:read"}},
      {"dashboard/field", {"attribute:delete"}, {"contact:read"}},
      {"dashboard/timeline", {"timeline:read"}, {"contact:read"}},
      {"dashboard/note", {"timeline:read"}, {"contact:read"}},
      {"dashboard/case", {"case:read"}, {"contact:read"}},
      {"dashboard/tag", {"tag:delete"}, {"contact:read"}},
      {"*/*",
       {"contact:delete", "company:read", "tag:write", "attribute:write", "case:read", "personal:read"},
       {"key:write", "rebuild:write", "parked:read", "status:read", "event:write"}},
      {"settings/contact", {}, {"contact:read"}},
      {"dashboard/weather", {}, {"contact:read"}},
  };
  for (const Row& row : rows) {
    for (const char* scope : row.allows) EXPECT_TRUE(scope_allows(row.permission, scope)) << row.permission << scope;
    for (const char* scope : row.denies) EXPECT_FALSE(scope_allows(row.permission, scope)) << row.permission << scope;
  }
}

TEST(Scope, CoversWhatItAllowsAsAWhole) {
  const std::vector<std::string> some{"contact:*", "personal:read"};
  EXPECT_TRUE(scopes_cover(some, "contact:read"));
  EXPECT_TRUE(scopes_cover(some, "contact:*"));
  EXPECT_TRUE(scopes_cover(some, "dashboard/contact"));
  for (const char* beyond : {"*", "*:*", "*:read", "personal:*", "*/*", "dashboard/company"}) {
    EXPECT_FALSE(scopes_cover(some, beyond)) << beyond;
  }
  EXPECT_TRUE(scopes_cover(std::vector<std::string>{"*"}, "*"));
  EXPECT_FALSE(scopes_cover(std::vector<std::string>{"*:*"}, "*"));
}

TEST(Scope, AMisspeltOneIsNamed) {
  for (const char* good : {"*", "*:*", "contact:read", "*:read", "attribute:*", "dashboard/contact", "*/*", "*/tag"}) {
    EXPECT_TRUE(check_scope(good)) << good;
  }
  const std::vector<std::pair<const char*, const char*>> rows{
      {"", "'' is no scope"},
      {"contact", "'contact' is no scope"},
      {"contact:", "'contact:' is no scope"},
      {":read", "':read' is no scope"},
      {"contacts:read", "'contacts' is none of attribute, backup, case, company, contact, erasure, event"},
      {"contact:reed", "'reed' is none of read, write, delete"},
      {"contact:read:x", "'read:x' is none of read, write, delete"},
      {"dashboard/contacts", "'dashboard/contacts' is no permission"},
      {"settings/contact", "'settings/contact' is no permission"},
      {"/", "'/' is no permission"},
  };
  for (const auto& [scope, why] : rows) {
    const auto checked = check_scope(scope);
    ASSERT_FALSE(checked) << scope;
    EXPECT_EQ(checked.error().field, "scopes");
    EXPECT_THAT(checked.error().detail, testing::StartsWith(why));
  }
}

}  // namespace
}  // namespace rapport
