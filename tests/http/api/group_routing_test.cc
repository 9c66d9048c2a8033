// Which route instances of a group answer: each has its rule, or none of them answers it.
#include "engine/http/api/group_routing.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

class GroupRouting : public ApiTest {};

TEST_F(GroupRouting, EveryRouteHasARule) {
  std::set<std::string> ruled, found;
  for (const GroupRule& rule : group_rules()) ruled.insert(std::string(rule.pattern));
  for (const Route* route : server_->router().routes()) {
    found.insert(route->pattern);
    EXPECT_TRUE(ruled.contains(route->pattern)) << route->pattern;
  }
  for (const std::string& pattern : ruled) {
    EXPECT_TRUE(pattern.starts_with("/v1/member/") || found.contains(pattern)) << pattern;
  }
}

TEST_F(GroupRouting, WhatIsSaidOfOneContactIsAnsweredByItsOwner) {
  for (const GroupRule& rule : group_rules()) {
    const bool of_one =
        rule.pattern.starts_with("/v1/contacts/{id}") || rule.pattern == "/api/v1/crm/objects/contact/{id}";
    const bool by_owner =
        rule.answered_by == AnsweredBy::owner_of_contact || rule.answered_by == AnsweredBy::owner_of_root;
    EXPECT_EQ(of_one, by_owner) << rule.pattern;
  }
}

}  // namespace
}  // namespace rapport
