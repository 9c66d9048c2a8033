// ?dry_run=1 and explain=1 of a group: whichever instance is asked shows what one that folds everything shows.
//
// RAPPORT_SEED=n to see a failure again.
#include <set>

#include "tests/http/api/group_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kContacts = 9;

class GroupTrials : public GroupTest {
 protected:
  void fold_a_history() {
    group_.append(
        model::random_history({.seed = seed_,
                               .records = 300,
                               .partitions = GroupEngines::kPartitions,
                               .cast = {.contacts = kContacts, .companies = 2, .identities = 3, .deletions = false},
                               .control = false,
                               .unfoldable = false}));
    const HttpHeaders after{{"Rapport-After", group_.end()}, {"Rapport-Wait", "30"}};
    for (const auto& member : group_.members()) ASSERT_EQ(member->get("/v1/contacts?limit=1", after).status, 200);
    ASSERT_EQ(group_.alone().get("/v1/contacts?limit=1", after).status, 200);
  }

  std::string random_event(int number) {
    const std::string id = std::to_string(dice_.below(3)), n = std::to_string(number);
    const std::string subject = "contact/" + std::to_string(1 + dice_.below(kContacts));
    const std::string head = R"({"specversion":"1.0","id":"t)" + (dice_.one_in(4) ? id : n) +
                             R"(","source":"test","time":"2026-02-01T00:00:00Z","subject":")" + subject + R"(",)";
    switch (dice_.below(4)) {
      case 0: return head + R"("type":"contact.changed","data":{"fields":{"plan":1.10,"n":)" + n + "}}}";
      case 1: return head + R"("type":"contact.tags.changed","data":{"add":["t)" + id + R"("]}})";
      case 2: return head + R"("type":"page.viewed","data":{"url":"https://shop.example/)" + id + R"("}})";
      default: return head + R"("type":"contact.changed","expectedversion":1,"data":{"fields":{"a":2}}})";
    }
  }

  // A dry run's answer: the events sorted, since of several owners each has its own order, and what is told of them.
  static std::string shown(const EngineAnswer& answer) {
    if (answer.status != 200)
      return std::to_string(answer.status) + " " + std::string(answer.json.at("code").as_string());
    std::multiset<std::string> events;
    for (const json::value& event : answer.json.at("events").as_array()) events.insert(json::serialize(event));
    std::string out;
    for (const std::string& event : events) out += event + "\n";
    json::value told = answer.json.at("answer");
    if (told.is_object()) told.as_object().erase("position");
    return out + json::serialize(told);
  }

  EngineAnswer dry(ServedEngine& engine, const std::string& target, const std::string& body) {
    return engine.ask(HttpMethod::post, target + "?dry_run=1", body);
  }
};

TEST_F(GroupTrials, AnyInstanceTriesEventsAsOneThatFoldsEverything) {
  fold_a_history();
  const Positions before = *group_.alone().engine().log().ends();
  const auto batch = [](ServedEngine& engine, const std::string& body) {
    return engine.ask(HttpMethod::post, "/v1/events?dry_run=1", body,
                      {{"Content-Type", "application/cloudevents-batch+json"}});
  };
  int number = 0;
  for (int round = 0; round < 12 && !HasFatalFailure(); ++round) {
    std::string events = "[";
    for (std::uint64_t left = 1 + dice_.below(12); left > 0; --left) {
      events += random_event(number++) + (left == 1 ? "]" : ",");
    }
    const EngineAnswer wanted = batch(group_.alone(), events);
    ASSERT_EQ(wanted.status, 200) << wanted.body;
    for (const auto& member : group_.members()) {
      const EngineAnswer found = batch(*member, events);
      ASSERT_EQ(shown(found), shown(wanted)) << events << found.body;
    }
  }
  EXPECT_EQ(*group_.alone().engine().log().ends(), before) << "nothing is written";
}

TEST_F(GroupTrials, NewVisitorsHaveAContactEachThatNobodyHas) {
  ASSERT_EQ(group_.member(0).ask(HttpMethod::post, "/v1/contacts", "{}").status, 201) << "one gives out ids already";
  std::string events = "[";
  for (int n = 0; n < 12; ++n) {
    const std::string name = std::to_string(n / 2);
    events += R"({"specversion":"1.0","id":"v)" + std::to_string(n) + R"(","source":"web","type":"visit.started",)" +
              R"("subject":"identity/web:new)" + name + R"(","time":"2026-01-01T00:00:00Z","data":{}})" +
              (n == 11 ? "]" : ",");
  }
  for (const auto& member : group_.members()) {
    const EngineAnswer found = member->ask(HttpMethod::post, "/v1/events?dry_run=1", events,
                                           {{"Content-Type", "application/cloudevents-batch+json"}});
    ASSERT_EQ(found.status, 200) << found.body;
    EXPECT_EQ(found.json.at("events").as_array().size(), 18u) << "6 claims, 12 visits";
    const json::array& contacts = found.json.at("answer").at("contacts").as_array();
    ASSERT_EQ(contacts.size(), 6u) << found.body;
    for (const json::value& contact : contacts) {
      EXPECT_EQ(contact.at("counters").at("visits").to_number<int>(), 2) << contact;
      EXPECT_EQ(group_.alone().get("/v1/contacts/" + json::serialize(contact.at("id"))).status, 404);
    }
    EXPECT_EQ(member->get("/v1/identities/web/new1").status, 404);
    const EngineAnswer made = dry(*member, "/v1/contacts", R"({"fields":{"name":"Ada"}})");
    ASSERT_EQ(made.status, 200) << made.body;
    const json::object& answer = made.json.at("answer").as_object();
    ASSERT_TRUE(answer.contains("fields")) << made.body;
    EXPECT_EQ(answer.at("fields").at("name"), "Ada") << made.body;
    const EngineAnswer company = dry(*member, "/api/v1/crm/objects/company", R"({"fields":{"name":"Acme"}})");
    EXPECT_EQ(company.status, 200) << company.body;
  }
}

TEST_F(GroupTrials, WhatTheCompatibleApiDoesToSeveralIsTriedByEachOwner) {
  fold_a_history();
  const std::string crm = "/api/v1/crm/";
  std::vector<std::pair<std::string, std::string>> rows;
  for (int n = 0; n < 8; ++n) {
    const std::string one = std::to_string(1 + dice_.below(kContacts)),
                      other = std::to_string(1 + dice_.below(kContacts));
    const std::string into = std::to_string(1 + dice_.below(kContacts));
    rows.emplace_back(crm + "block-visitor", R"({"type":"contact","data":[)" + one + "," + other + "]}");
    rows.emplace_back(crm + "contact/merge/" + into, R"({"mergeId":[)" + one + "," + other + "]}");
    rows.emplace_back("/v1/contacts/" + one + "/merge", R"({"into":)" + into + "}");
  }
  // Ids and times of the engine's own events are drawn anew each time.
  const auto drawn = [](EngineAnswer answer) {
    if (answer.status != 200) return std::to_string(answer.status);
    std::multiset<std::string> events;
    for (const json::value& event : answer.json.at("events").as_array()) {
      events.insert(json::serialize(event.at("type")) + json::serialize(event.at("subject")) +
                    json::serialize(event.at("data")));
    }
    std::string out;
    for (const std::string& event : events) out += event + "\n";
    return out;
  };
  for (const auto& [target, body] : rows) {
    const EngineAnswer wanted = dry(group_.alone(), target, body);
    for (const auto& member : group_.members()) {
      const EngineAnswer found = dry(*member, target, body);
      ASSERT_EQ(drawn(found), drawn(wanted)) << target << body << found.body << wanted.body;
      if (wanted.status == 200 && target.starts_with(crm)) {
        EXPECT_EQ(found.json.at("answer"), wanted.json.at("answer")) << target << body;
      }
    }
  }
}

TEST_F(GroupTrials, AListSaysWhatItCostEachOwner) {
  fold_a_history();
  for (const auto& member : group_.members()) {
    const EngineAnswer found = member->get("/v1/contacts?explain=1&where=tags|eq|vip&order=id");
    ASSERT_EQ(found.status, 200) << found.body;
    const json::value& cost = found.json.at("explain");
    std::uint64_t read = 0;
    for (const json::value& part : cost.at("members").as_array())
      read += part.at("contactsRead").to_number<std::uint64_t>();
    EXPECT_GE(cost.at("members").as_array().size(), 3u) << cost;
    EXPECT_EQ(cost.at("contactsRead").to_number<std::uint64_t>(), read) << cost;
    EXPECT_EQ(member->get("/v1/contacts?explain=yes").status, 400);
    EXPECT_FALSE(member->get("/v1/contacts").json.as_object().contains("explain"));
  }
}

}  // namespace
}  // namespace rapport
