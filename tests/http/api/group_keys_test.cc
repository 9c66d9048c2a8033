// What a key may not see or do of one instance it may not by asking another, which hands the request on.
#include <set>

#include "tests/contract/wait_until.h"
#include "tests/http/api/group_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

class GroupKeys : public GroupTest {
 protected:
  // What all members answer to a key of these scopes; they agree.
  int status(const std::string& scopes, HttpMethod method, const std::string& target, const std::string& body = "") {
    const EngineAnswer key =
        group_.member(0).ask(HttpMethod::post, "/v1/keys", R"({"name":"narrow","scopes":[)" + scopes + "]}");
    EXPECT_EQ(key.status, 201) << key.body;
    const HttpHeaders as{{"Authorization", "Bearer " + json::value_to<std::string>(key.json.at("key"))}};
    std::set<int> found;
    for (const auto& member : group_.members()) {
      EngineAnswer answer;
      // Each folds the key before it knows it.
      EXPECT_TRUE(wait_until([&] {
        answer = member->ask(method, target, body, as);
        return answer.status != 401;
      })) << answer.body;
      found.insert(answer.status);
    }
    EXPECT_EQ(found.size(), 1u) << target << " for " << scopes;
    return *found.begin();
  }

  // A record in the partition of that contact that no fold can take; the position that it has.
  std::string park(const std::string& subject) {
    group_.append({NewRecord{group_.alone().engine().log().partition_of(subject), subject, "{\"id\":"}});
    json::array items;
    EXPECT_TRUE(wait_until([&] {
      const EngineAnswer list = group_.member(0).get("/v1/parked", {{"Rapport-After", group_.end()}});
      if (list.status == 200) items = list.json.at("items").as_array();
      return !items.empty();
    }));
    return items.empty() ? "" : json::value_to<std::string>(items.back().at("position"));
  }
};

TEST_F(GroupKeys, SeeTheContactsOfACompanyOnlyWithTheirScope) {
  const std::string target = "/api/v1/crm/objects/company/1?relations=contacts";
  EXPECT_EQ(status(R"("company:read")", HttpMethod::get, target), 403);
  EXPECT_EQ(status(R"("company:read","contact:read")", HttpMethod::get, target), 404);
}

TEST_F(GroupKeys, ExportAContactOnlyWithItsScope) {
  make_contacts(1, [](std::uint64_t) { return R"({"fields":{"city":"Oslo"}})"; });
  const std::string target = "/v1/contacts/" + std::to_string(contacts_.front()) + "/export";
  EXPECT_EQ(status(R"("timeline:read","personal:read")", HttpMethod::get, target), 403);
  EXPECT_EQ(status(R"("timeline:read","contact:read")", HttpMethod::get, target), 403);
  EXPECT_EQ(status(R"("timeline:read","personal:read","contact:read")", HttpMethod::get, target), 200);
}

TEST_F(GroupKeys, SendAnotherEventForAParkedOneOnlyWithItsScope) {
  const std::string target = "/v1/parked/" + park("contact/7") + "/retry";
  const std::string event =
      R"({"specversion":"1.0","id":"e1","source":"crm","type":"contact.changed","subject":"contact/7",)"
      R"("data":{"fields":{"city":"Bergen"}}})";
  EXPECT_EQ(status(R"("parked:write")", HttpMethod::post, target, event), 403);
  EXPECT_EQ(status(R"("parked:write","event:write")", HttpMethod::post, target, event), 200);
}

TEST_F(GroupKeys, OfAClientAreNotGoodForWhatIsBetweenMembers) {
  for (const char* path : {"events", "identities", "contacts", "erasures", "trials"}) {
    const std::string target = "/v1/member/" + std::string(path);
    const EngineAnswer of_one_that_may_all = group_.member(0).ask(HttpMethod::post, target, "{}");
    EXPECT_EQ(of_one_that_may_all.status, 403) << of_one_that_may_all.body;
    EXPECT_EQ(status(R"("*:read","*:write")", HttpMethod::post, target, "{}"), 403);
  }
}

TEST_F(GroupKeys, ThatAreWrongAreCounted) {
  const HttpHeaders wrong{{kMemberHeader, std::string(kGroupKeySizeMin, 'x')}};
  ServedEngine& member = group_.member(0);
  std::set<int> told;
  for (int i = 0; i < 10'000 && !told.contains(429); ++i) {
    told.insert(member.ask_once(HttpMethod::get, "/v1/contacts", "", wrong).status);
  }
  EXPECT_EQ(told, (std::set<int>{401, 429}));
  EXPECT_EQ(member.get("/v1/contacts").status, 200);
}

}  // namespace
}  // namespace rapport
