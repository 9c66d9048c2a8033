// Merges of contacts whose partitions have different owners: whichever instance of a group is asked answers what one
// that folds everything answers.
//
// RAPPORT_PIECES=30 for a long run, RAPPORT_SEED=n to see a failure again.
#include <functional>
#include <iostream>
#include <numeric>
#include <thread>

#include "engine/group/member_rows.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/request_target.h"
#include "tests/http/api/group_test.h"

namespace rapport {
namespace {

constexpr std::uint64_t kContacts = 9, kPieces = 3, kClients = 3;
constexpr int kActs = 25;
constexpr std::size_t kPieceRecords = 200;

// Deletions and erasures leave few to be merged.
bool deletes(std::uint64_t seed) { return seed % 3 == 0; }

// Random events, of which many merge.
model::HistoryOptions history_of(std::uint64_t seed, std::size_t records) {
  return {.seed = seed,
          .records = records,
          .partitions = GroupEngines::kPartitions,
          .cast = {.contacts = kContacts, .companies = 2, .identities = 3, .deletions = deletes(seed)},
          .control = false,
          .unfoldable = false};
}

std::vector<std::uint64_t> ids_up_to(std::uint64_t last) {
  std::vector<std::uint64_t> out(last);
  std::iota(out.begin(), out.end(), 1);
  return out;
}

std::string with(std::string target, const char* name, const std::string& value) {
  const char mark = target.find('?') == std::string::npos ? '?' : '&';
  return target + mark + name + "=" + percent_encode(value);
}

std::string random_list(model::Dice& dice, std::string target) {
  const std::vector<std::string> clauses{"email|eq|a",
                                         "email|notnull",
                                         "fields.plan|in|a,1,2.5",
                                         "fields.score|isnull",
                                         "tags|eq|vip",
                                         "tags|isnull",
                                         "companyId|eq|1",
                                         "status|eq|active",
                                         "status|eq|archived",
                                         "id|gt|3",
                                         "id|in|1,3,4,8",
                                         "lastSeen|notnull",
                                         "channels|notnull",
                                         "counters.events|gt|20",
                                         "dateCreated|gte|2026-01-01T00:00:10Z"};
  const std::vector<std::string> orders{"email",     "tags|desc",        "companyId|desc", "dateUpdated|desc",
                                        "firstSeen", "fields.plan|desc", "status",         "id"};
  for (int n = 0; n < 2 && dice.one_in(2); ++n) target = with(target, "where", dice.pick(clauses));
  if (dice.one_in(4)) target = with(target, "search", dice.one_in(2) ? "a" : "b");
  if (!dice.one_in(3)) target = with(target, "order", dice.pick(orders));
  return target;
}

// What does not depend on how far who answers has folded, or when.
std::string told(const EngineAnswer& answer) {
  boost::json::value body = answer.json;
  if (body.is_object()) {
    for (const char* name : {"position", "exported", "detail", "requestId"}) body.as_object().erase(name);
  }
  const std::string text = body.is_null() ? answer.body : boost::json::serialize(body);
  return std::to_string(answer.status) + " " + answer.header("ETag") + " " + text;
}

std::string body_of(std::uint64_t n) {
  return R"({"fields":{"name":"n)" + std::to_string(n % 4) + R"(","plan":)" + std::to_string(n % 3) +
         R"(},"tags":["t)" + std::to_string(n % 2) + R"("]})";
}

class GroupMerges : public GroupTest {
 protected:
  GroupMerges() { contacts_ = ids_up_to(kContacts); }

  // That all answer alike, behind what the log holds now.
  void expect_alike(const std::vector<std::string>& targets) {
    const HttpHeaders after{{"Rapport-After", group_.end()}, {"Rapport-Wait", "30"}};
    for (const std::string& target : targets) {
      const EngineAnswer wanted = group_.alone().get(target, after);
      for (const auto& member : group_.members()) {
        const EngineAnswer found = member->get(target, after);
        ASSERT_EQ(told(found), told(wanted)) << target << " of " << member->engine().group()->address();
        EXPECT_EQ(found.header("Rapport-Stale"), "") << target << " " << found.header("Rapport-Catching-Up");
      }
    }
  }

  // All pages of the list, each from whoever `next` gives, and the total.
  std::string walked(const std::string& target, const std::function<ServedEngine&()>& next) {
    const HttpHeaders after{{"Rapport-After", group_.end()}, {"Rapport-Wait", "30"}};
    std::string out, cursor;
    do {
      const std::string page = cursor.empty() ? target : with(target, "cursor", cursor);
      const EngineAnswer answer = next().get(page, after);
      if (answer.status != 200 || !answer.json.is_object()) return out + told(answer) + answer.body;
      EXPECT_EQ(answer.header("Rapport-Stale"), "") << page;
      const boost::json::object& list = answer.json.as_object();
      for (const boost::json::value& item : list.at("items").as_array()) out += boost::json::serialize(item) + "\n";
      if (cursor.empty()) out = boost::json::serialize(list.at("total")) + "\n" + out;
      cursor = list.at("next").is_null() ? "" : std::string(list.at("next").as_string());
    } while (!cursor.empty());
    return out;
  }

  void expect_same_list(const std::string& target) {
    const std::string wanted = walked(target, [&]() -> ServedEngine& { return group_.alone(); });
    for (const auto& member : group_.members()) {
      const std::string found = walked(target, [&]() -> ServedEngine& { return *member; });
      ASSERT_EQ(found, wanted) << target << " of " << member->engine().group()->address();
    }
    // Each page from another one.
    const auto any = [&]() -> ServedEngine& { return group_.member(dice_.below(GroupEngines::kMembers)); };
    ASSERT_EQ(walked(target, any), wanted) << target << " of all";
  }

  // Whether an owner refuses to list its part: then what is joined across owners is judged in rounds.
  bool needs_rounds() {
    for (const auto& member : group_.members()) {
      const Group& group = *member->engine().group();
      const HttpHeaders as_member{{kMemberHeader, std::string(kGroupKeySizeMin, 'k')},
                                  {kPartitionsHeader, partitions_text(group.owned())}};
      const EngineAnswer answer = member->ask_once(HttpMethod::get, "/v1/contacts", "", as_member);
      if (answer.status == 503 && answer.json.at("field") == "mergedInto") return true;
    }
    return false;
  }

  std::vector<std::string> compatible_lists() {
    const std::string objects = "/api/v1/crm/objects/";
    std::vector<std::string> out{objects + "case?limit=100",
                                 objects + "case?limit=3&page=1&relations=contact",
                                 objects + "case?where=status|eq|closed",
                                 objects + "case/c1?relations=contact",
                                 objects + "case/none",
                                 objects + "company?relations=contacts,fields",
                                 objects + "company?limit=1&page=1&relations=contacts,fields",
                                 objects + "company/1?relations=contacts"};
    for (int n = 0; n < 6; ++n) {
      out.push_back(with(random_list(dice_, objects + "contact"), "limit", std::to_string(1 + dice_.below(12))));
    }
    return out;
  }

  void expect_same_search(const std::string& text) {
    const HttpHeaders after{{"Rapport-After", group_.end()}, {"Rapport-Wait", "30"}};
    for (const char* page : {R"("page":0,"limit":3)", R"("page":1,"limit":2)", R"("page":0,"limit":0)"}) {
      const std::string body = "{\"search\":\"" + text + "\"," + page + "}";
      const auto ask = [&](ServedEngine& engine) {
        return told(engine.ask(HttpMethod::post, "/api/v1/crm/contact/list", body, after));
      };
      for (const auto& member : group_.members()) ASSERT_EQ(ask(*member), ask(group_.alone())) << body;
    }
  }

  std::vector<std::string> targets_by_id(const std::vector<std::string>& moments) {
    std::vector<std::string> out;
    for (const std::uint64_t id : contacts_) {
      const std::string native = "/v1/contacts/" + std::to_string(id);
      const std::string compatible = "/api/v1/crm/objects/contact/" + std::to_string(id);
      for (const char* part : {"", "/blame", "/export", "/timeline", "/activity"}) out.push_back(native + part);
      out.push_back(compatible);
      out.push_back(compatible + "?relations=fields,tags,company,visits,cases,timeline");
      for (const std::string& moment : moments) {
        out.push_back(native + "?as_of=" + moment);
        out.push_back(native + "/diff?from=" + moment);
        out.push_back(compatible + "?relations=fields,tags,company&as_of=" + moment);
      }
    }
    return out;
  }

  // A change of any contact by any instance: written where its merge's root is.
  void change(std::uint64_t n) {
    const std::uint64_t contact = dice_.pick(contacts_);
    const std::string target = "/v1/contacts/" + std::to_string(contact), number = std::to_string(n);
    const EngineAnswer root = group_.alone().get(target, {{"Rapport-After", group_.end()}});
    ServedEngine& member = group_.member(dice_.below(GroupEngines::kMembers));
    const HttpHeaders key{{"Idempotency-Key", "change-" + number}};
    EngineAnswer made;
    switch (dice_.below(4)) {
      case 0: made = member.ask(HttpMethod::patch, target, R"({"fields":{"changed":)" + number + "}}", key); break;
      case 1: made = member.ask(HttpMethod::post, target + "/tags", R"({"add":["t)" + number + R"("]})", key); break;
      case 2:
        made = member.ask(HttpMethod::post, target + "/visits",
                          R"({"visitId":"w)" + number + R"(","url":"https://shop.example/"})", key);
        break;
      default:
        made = member.ask(HttpMethod::put, "/api/v1/crm/objects/contact/" + std::to_string(contact),
                          R"({"fields":{"put":")" + number + R"("}})", key);
    }
    if (root.status != 200) {
      EXPECT_GE(made.status, 400) << target << " " << root.json << made.json;
      return;
    }
    ASSERT_LT(made.status, 300) << target << " " << made.json;
    boost::json::value changed = made.json;
    for (const char* name : {"data", "contact"}) {  // of the compatible API, and of a visit
      if (const auto* within = changed.as_object().if_contains(name)) changed = boost::json::value(*within);
      ASSERT_TRUE(changed.is_object()) << target << " " << made.status << " " << made.json;
    }
    ASSERT_TRUE(root.json.is_object()) << target << " " << root.body;
    EXPECT_EQ(changed.at("id"), root.json.at("id")) << made.json;
  }

  // What a client may do to merges, over whichever instance. One in three is not asked again where it fails: what that
  // has written stays.
  void act(model::Dice& dice) {
    const std::string one = std::to_string(dice.pick(contacts_)), other = std::to_string(dice.pick(contacts_));
    const auto ask = [&](HttpMethod method, const std::string& target, const std::string& body) {
      ServedEngine& member = group_.member(dice.below(GroupEngines::kMembers));
      return dice.one_in(3) ? member.ask_once(method, target, body, {}) : member.ask(method, target, body);
    };
    EngineAnswer answer;
    switch (dice.below(8)) {
      case 0:
      case 1: answer = ask(HttpMethod::post, "/v1/contacts/" + one + "/merge", R"({"into":)" + other + "}"); break;
      case 2:
        answer = ask(HttpMethod::post, "/api/v1/crm/contact/merge/" + other,
                     R"({"mergeId":[)" + one + "," + std::to_string(dice.pick(contacts_)) + "]}");
        break;
      case 3:
      case 4: answer = ask(HttpMethod::post, "/v1/contacts/" + one + "/unmerge", "{}"); break;
      case 5: answer = ask(HttpMethod::patch, "/v1/contacts/" + one, R"({"fields":{"plan":)" + other + "}}"); break;
      case 6: answer = ask(HttpMethod::post, "/v1/contacts/" + one + "/tags", R"({"add":["t2"]})"); break;
      default:
        answer = dice.one_in(12) ? ask(HttpMethod::delete_, "/v1/contacts/" + one, "")
                                 : ask(HttpMethod::post, "/v1/contacts/" + one + "/archive", "{}");
    }
    EXPECT_TRUE(answer.status < 500 || answer.status == 503 || answer.status == 504) << answer.json;
  }

  bool are_of_two_owners(std::uint64_t one, std::uint64_t other) {
    const Group& group = *group_.members().front()->engine().group();
    const auto owns = [&](std::uint64_t id) {
      return group.owns(model::partition_of_key(to_string(Subject{ContactId{id}}), GroupEngines::kPartitions));
    };
    return owns(one) != owns(other);
  }

  static void add(model::History& history, std::uint64_t contact, EventType type, Payload payload) {
    const Timestamp time{1'767'225'600'000 + static_cast<std::int64_t>(history.size())};
    const std::string id = "e" + std::to_string(history.size());
    const Event event = make_event(id, "test", type, ContactId{contact}, time, std::move(payload));
    history.push_back(model::record_of_event(event, time, GroupEngines::kPartitions));
  }
  static void add_merge(model::History& history, std::uint64_t loser, std::uint64_t survivor) {
    add(history, survivor, EventType::contact_created, ContactCreated{});
    add(history, loser, EventType::contact_created, ContactCreated{});
    add(history, loser, EventType::contact_merged_into, ContactMergedInto{ContactId{survivor}});
    add(history, survivor, EventType::contact_absorbed, ContactAbsorbed{ContactId{loser}});
  }
};

TEST_F(GroupMerges, AnyInstanceReadsByIdWhatOneThatFoldsEverythingReads) {
  const std::uint64_t pieces = model::number_from_environment("RAPPORT_PIECES", kPieces);
  const model::History history = model::random_history(history_of(seed_, pieces * kPieceRecords));
  std::vector<std::string> moments{"2026-01-01T00:01:00Z", "2026-01-01T00:04:00Z"};
  for (std::uint64_t piece = 0; piece < pieces && !HasFatalFailure(); ++piece) {
    const auto from = history.begin() + static_cast<std::ptrdiff_t>(piece * kPieceRecords);
    group_.append({from, from + kPieceRecords});
    expect_alike(targets_by_id(moments));
    if (moments.size() == 3) moments.pop_back();
    moments.push_back(group_.end());
  }
}

TEST_F(GroupMerges, AnyInstanceListsWhatOneThatFoldsEverythingLists) {
  const std::uint64_t pieces = model::number_from_environment("RAPPORT_PIECES", kPieces);
  const model::History history = model::random_history(history_of(seed_, pieces * kPieceRecords));
  std::string before = "2026-01-01T00:02:00Z";
  int in_rounds = 0;
  for (std::uint64_t piece = 0; piece < pieces && !HasFatalFailure(); ++piece) {
    const auto from = history.begin() + static_cast<std::ptrdiff_t>(piece * kPieceRecords);
    group_.append({from, from + kPieceRecords});
    expect_alike(compatible_lists());
    for (const char* text : {"", "a", "b"}) expect_same_search(text);
    expect_same_list("/v1/contacts");
    for (int n = 0; n < 15 && !HasFatalFailure(); ++n) {
      std::string list = with(random_list(dice_, "/v1/contacts"), "limit", std::to_string(1 + dice_.below(4)));
      if (dice_.one_in(5)) list = with(list, "as_of", before);
      expect_same_list(list);
    }
    before = group_.end();
    if (needs_rounds()) ++in_rounds;
  }
  EXPECT_TRUE(in_rounds > 0 || deletes(seed_)) << "no merge led from one owner to another";
}

TEST_F(GroupMerges, AnyInstanceWritesWhereTheRootIs) {
  model::HistoryOptions options = history_of(seed_, kPieceRecords);
  options.cast.deletions = false;
  group_.append(model::random_history(options));
  expect_same_list("/v1/contacts");  // all have folded it
  for (std::uint64_t n = 0; n < 40 && !HasFatalFailure(); ++n) change(n);
  expect_alike(targets_by_id({}));
}

TEST_F(GroupMerges, WhoeverMergesAndWhereverItIsCutOffAllShowTheSame) {
  make_contacts(kContacts, body_of);
  const std::uint64_t pieces = model::number_from_environment("RAPPORT_PIECES", kPieces);
  for (std::uint64_t piece = 0; piece < pieces && !HasFatalFailure(); ++piece) {
    for (const auto& member : group_.members()) member->lose_hints(piece % 2 == 0);
    std::vector<std::thread> clients;
    for (std::uint64_t client = 0; client < kClients; ++client) {
      clients.emplace_back([this, seed = seed_ + piece * kClients + client] {
        model::Dice dice(seed);
        for (int n = 0; n < kActs; ++n) act(dice);
      });
    }
    for (std::thread& client : clients) client.join();
    expect_alike(targets_by_id({"2026-01-01T00:00:00Z"}));
    expect_same_list("/v1/contacts?limit=4");
    for (int n = 0; n < 6 && !HasFatalFailure(); ++n) expect_same_list(random_list(dice_, "/v1/contacts?limit=2"));
  }
}

TEST_F(GroupMerges, ASurvivorThatWasNotToldIsToldWhenAskedAgain) {
  make_contacts(kContacts, body_of);
  const auto lose_hints = [&](bool lost) {
    for (const auto& member : group_.members()) member->lose_hints(lost);
  };
  const std::string loser = std::to_string(contacts_[0]);
  for (std::size_t n = 1; n < contacts_.size(); ++n) {
    const std::string survivor = std::to_string(contacts_[n]), body = R"({"into":)" + survivor + "}";
    const std::string merge = "/v1/contacts/" + loser + "/merge";
    lose_hints(true);
    EXPECT_EQ(group_.member(n).ask_once(HttpMethod::post, merge, body, {}).status, 503) << "the survivor is not told";
    const EngineAnswer again = group_.member(n + 1).ask(HttpMethod::post, merge, body);
    ASSERT_EQ(again.status, 200) << again.json;
    const EngineAnswer whole = group_.member(n + 2).get("/v1/contacts/" + survivor);
    ASSERT_EQ(whole.status, 200) << whole.json;
    EXPECT_EQ(whole.json.at("id"), again.json.at("id"));
    EXPECT_NE(whole.header("ETag").find('+'), std::string::npos) << "it has a member: " << whole.json;
    expect_alike(targets_by_id({}));
    lose_hints(false);
    EXPECT_EQ(group_.member(n).ask(HttpMethod::post, "/v1/contacts/" + loser + "/unmerge", "{}").status, 200);
  }
}

TEST_F(GroupMerges, ACaseShowsTheWholeOfItsContactThoughNoOtherMemberHasOne) {
  std::uint64_t survivor = 2;
  while (!are_of_two_owners(1, survivor)) ++survivor;
  model::History history;
  add_merge(history, 1, survivor);
  add(history, survivor, EventType::chat_started, ChatStarted{.case_id = "c1", .channel = "web"});
  add(history, 1, EventType::contact_changed, ContactChanged{.fields = {{"name", JsonText{"\"Ada\""}}}});
  group_.append(history);
  expect_alike({"/api/v1/crm/objects/case?relations=contact", "/api/v1/crm/objects/case/c1?relations=contact"});
}

TEST_F(GroupMerges, MoreThanAListCanJudgeAreNoList) {
  model::History history;
  std::size_t joined = 0;
  for (std::uint64_t id = 1; joined <= kLentContactsMax; id += 2) {  // pairs
    if (!are_of_two_owners(id, id + 1)) continue;
    add_merge(history, id, id + 1);
    joined += 2;
    contacts_ = {id, id + 1};
  }
  group_.append(history);
  expect_alike(targets_by_id({}));
  const HttpHeaders after{{"Rapport-After", group_.end()}, {"Rapport-Wait", "30"}};
  for (const char* list : {"/v1/contacts", "/api/v1/crm/objects/contact", "/api/v1/crm/objects/case"}) {
    const EngineAnswer answer = group_.member(1).ask_once(HttpMethod::get, list, "", after);
    EXPECT_EQ(answer.status, 503) << list << " " << answer.body;
    EXPECT_NE(answer.body.find("merged across instances"), std::string::npos) << answer.body;
  }
}

}  // namespace
}  // namespace rapport
