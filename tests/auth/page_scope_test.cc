#include "engine/auth/page_scope.h"

#include <gmock/gmock.h>

#include "engine/auth/scope.h"

namespace rapport {
namespace {

std::string refused_field(std::string_view scope) {
  const auto checked = check_page_scope(scope);
  return checked ? "" : checked.error().field;
}

TEST(PageScope, AnOriginIsWrittenAsABrowserWritesIt) {
  for (const char* good :
       {"https://shop.example", "http://localhost:3000", "https://a-b.shop.example:8443", "https://127.0.0.1",
        "http://[::1]", "https://[2001:db8::1]:8443", "https://xn--bcher-kva.example", "https://shop.example:80"}) {
    EXPECT_TRUE(check_page_scope(page_scope(good))) << good;
  }
  for (const char* bad : {"",
                          "*",
                          "null",
                          "shop.example",
                          "https://",
                          "https://*",
                          "https://*.shop.example",
                          "https://Shop.example",
                          "https://shop.example/",
                          "https://shop.example/a",
                          "https://shop.example:443",
                          "http://shop.example:80",
                          "https://shop.example:",
                          "https://shop.example:0",
                          "https://shop.example:65536",
                          "https://shop.example:08",
                          "https://shop.example:1:2",
                          "https://a@shop.example",
                          "https://shop.example?a",
                          "https://[::1",
                          "https://[]",
                          "https://[shop]",
                          "ftp://shop.example",
                          "HTTPS://shop.example",
                          "https://bücher.example",
                          "https://.example",
                          "https://shop.example https://b.example"}) {
    EXPECT_EQ(refused_field(page_scope(bad)), "origins") << bad;
  }
  const std::string longest = "https://" + std::string(kOriginSizeMax - 8, 'a');
  EXPECT_TRUE(check_page_scope(page_scope(longest)));
  EXPECT_EQ(refused_field(page_scope(longest + "a")), "origins");
}

TEST(PageScope, AFieldIsAnyKeyThatAContactCanHave) {
  for (const std::string& good :
       {std::string("name"), std::string("https://a/b"), std::string("größe"), std::string(128, 'a')}) {
    EXPECT_TRUE(check_page_scope(page_field_scope(good))) << good;
  }
  for (const std::string& bad : {std::string(), std::string("a\n"), std::string("\xff"), std::string(129, 'a')}) {
    EXPECT_EQ(refused_field(page_field_scope(bad)), "fields") << bad;
  }
}

TEST(PageScope, ListsWhatItsKeyIsGoodFor) {
  const std::vector<std::string> scopes{"page:https://a.example", "page:field:name", "page:https://b.example",
                                        "page:field:https://c.example"};
  EXPECT_THAT(page_origins(scopes), testing::ElementsAre("https://a.example", "https://b.example"));
  EXPECT_THAT(page_fields(scopes), testing::ElementsAre("name", "https://c.example"));
  EXPECT_TRUE(is_page_key(scopes));
  EXPECT_FALSE(is_page_key(std::vector<std::string>{}));
  EXPECT_FALSE(is_page_key(std::vector<std::string>{"page:https://a.example", "contact:read"}));
}

TEST(PageScope, StandsForItselfAlone) {
  const std::string scope = page_scope("https://shop.example");
  EXPECT_TRUE(scope_allows(scope, scope));
  for (const char* other : {"*", "*:*", "page:*", "*/*", "*:https://shop.example", "page:https://shop.exampl",
                            "event:write", "https://shop.example"}) {
    EXPECT_FALSE(scope_allows(other, scope)) << other;
    EXPECT_FALSE(scope_allows(scope, other)) << other;
  }
}

TEST(PageScope, AKeyHasNoOtherBesideAndAnOriginAtLeast) {
  const std::string origin = page_scope("https://shop.example"), field = page_field_scope("name");
  const auto field_of = [](const std::vector<std::string>& scopes) {
    const auto checked = check_page_alone(scopes);
    return checked ? std::string() : checked.error().field;
  };
  EXPECT_EQ(field_of({origin, field}), "");
  EXPECT_EQ(field_of({"contact:read"}), "");
  EXPECT_EQ(field_of({origin, "contact:read"}), "scopes");
  EXPECT_EQ(field_of({field, "*"}), "scopes");
  EXPECT_EQ(field_of({field}), "origins");
  std::vector<std::string> many(kKeyOriginsMax, origin);
  many.insert(many.end(), kKeyFieldsMax, field);
  EXPECT_EQ(field_of(many), "");
  many.push_back(field);
  EXPECT_EQ(field_of(many), "fields");
  EXPECT_EQ(field_of(std::vector<std::string>(kKeyOriginsMax + 1, origin)), "origins");
}

}  // namespace
}  // namespace rapport
