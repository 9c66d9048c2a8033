// Contacts of several owners that are merged are erased together, over whichever instance, however it is cut off.
//
// RAPPORT_PIECES=30 for a long run, RAPPORT_SEED=n to see a failure again.
#include <set>
#include <thread>

#include "engine/group/member_calls.h"
#include "engine/group/member_erasures.h"
#include "tests/contract/wait_until.h"
#include "tests/http/api/group_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kContacts = 24, kPieces = 4, kClients = 3;

std::string body_of(std::uint64_t n) { return R"({"fields":{"name":"n)" + std::to_string(n) + R"("},"tags":["t"]})"; }

class GroupErasures : public GroupTest {
 protected:
  static std::string of(std::uint64_t contact) { return "/v1/contacts/" + std::to_string(contact); }

  EngineAnswer merge(std::uint64_t loser, std::uint64_t into) {
    return group_.member(dice_.below(3))
        .ask(HttpMethod::post, of(loser) + "/merge", R"({"into":)" + std::to_string(into) + "}");
  }

  EngineAnswer read(ServedEngine& engine, std::uint64_t contact) {
    return engine.get(of(contact), {{"Rapport-After", group_.end()}, {"Rapport-Wait", "30"}});
  }

  // Whole merges, by their roots, as one that folds everything shows them.
  std::map<std::uint64_t, std::set<std::uint64_t>> wholes() {
    std::map<std::uint64_t, std::set<std::uint64_t>> out;
    for (const std::uint64_t contact : contacts_) {
      const EngineAnswer answer = read(group_.alone(), contact);
      if (answer.status == 200) out[answer.json.at("id").to_number<std::uint64_t>()].insert(contact);
    }
    return out;
  }

  static std::set<std::uint64_t> told_erased(const EngineAnswer& answer) {
    std::set<std::uint64_t> out;
    for (const json::value& id : answer.json.at("erased").as_array()) out.insert(id.to_number<std::uint64_t>());
    return out;
  }

  // Until somebody says that it is done, over anybody. What it came to last.
  EngineAnswer erase(model::Dice& dice, std::uint64_t contact, std::set<std::uint64_t>& erased) {
    EngineAnswer answer;
    EXPECT_TRUE(wait_until([&] {
      answer = group_.member(dice.below(3)).ask_once(HttpMethod::post, of(contact) + "/erase", "{}", {});
      if (answer.status == 200) erased.merge(told_erased(answer));
      EXPECT_TRUE(answer.status == 200 || answer.status == 409 || answer.status == 503 || answer.status == 504)
          << answer.body;
      return answer.status == 200 || answer.status == 409;
    })) << answer.body;
    return answer;
  }

  void expect_erased(std::uint64_t contact) {
    for (const auto& member : group_.members()) {
      const EngineAnswer answer = read(*member, contact);
      EXPECT_EQ(answer.status, 410) << of(contact) << " " << answer.body;
      EXPECT_EQ(answer.json.at("status"), "erased") << of(contact);
    }
    EXPECT_EQ(read(group_.alone(), contact).status, 410) << of(contact);
  }

  void fail_erasures(bool failing) {
    for (const auto& member : group_.members()) member->fail_erasures(failing);
  }
};

TEST_F(GroupErasures, TheRootTakesAllThatAreMergedIntoIt) {
  make_contacts(kContacts, body_of);
  // A chain of all, over all owners.
  for (std::size_t n = 1; n < 8; ++n) ASSERT_EQ(merge(contacts_[n], contacts_[n - 1]).status, 200);
  const std::string root = of(contacts_[0]);
  EXPECT_EQ(group_.member(1).ask(HttpMethod::post, of(contacts_[5]) + "/erase", "{}").status, 409) << "it is merged";
  const EngineAnswer dry = group_.member(2).ask(HttpMethod::post, root + "/erase?dry_run=1", "{}");
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.json.at("events").as_array().size(), 8u) << dry.body;
  EXPECT_EQ(read(group_.member(0), contacts_[7]).status, 200) << "nothing was done";

  const EngineAnswer answer = group_.member(1).ask(HttpMethod::post, root + "/erase", "{}");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json.at("erased"), dry.json.at("answer").at("erased"));
  EXPECT_EQ(answer.json.at("gone"), dry.json.at("answer").at("gone"));
  EXPECT_EQ(told_erased(answer).size(), 8u);
  EXPECT_EQ(answer.json.at("gone").at("fields").to_number<int>(), 8);
  for (std::size_t n = 0; n < 8; ++n) expect_erased(contacts_[n]);
  EXPECT_EQ(read(group_.member(0), contacts_[8]).status, 200);
  const EngineAnswer again = group_.member(0).ask(HttpMethod::post, root + "/erase", "{}");
  EXPECT_EQ(again.status, 200) << "who asks again is told the same";
  const std::string body = encode_erasures({{ContactId{contacts_[8]}}});
  EXPECT_EQ(group_.member(0).ask(HttpMethod::post, std::string(kMemberErasuresPath), body).status, 403)
      << "that is between members";
}

TEST_F(GroupErasures, WhereverItIsCutOffAskingAgainDoesTheRest) {
  const std::uint64_t pieces = model::number_from_environment("RAPPORT_PIECES", kPieces);
  for (std::uint64_t piece = 0; piece < pieces && !HasFatalFailure(); ++piece) {
    make_contacts(kContacts, body_of);
    // Each into one of those before it, or into none.
    for (std::size_t n = 1; n < contacts_.size(); ++n) {
      if (!dice_.one_in(5)) {
        ASSERT_EQ(merge(contacts_[n], contacts_[dice_.below(n)]).status, 200);
      }
    }
    auto before = wholes();
    fail_erasures(true);
    std::set<std::uint64_t> gone;
    for (const auto& [root, members] : before) {
      if (dice_.one_in(3)) continue;
      std::set<std::uint64_t> erased;
      ASSERT_EQ(erase(dice_, root, erased).status, 200);
      EXPECT_TRUE(erased.contains(root));
      for (const std::uint64_t member : members) expect_erased(member);
      gone.insert(members.begin(), members.end());
    }
    fail_erasures(false);
    for (const std::uint64_t contact : contacts_) {
      EXPECT_EQ(read(group_.alone(), contact).status, gone.contains(contact) ? 410 : 200) << of(contact);
    }
  }
}

TEST_F(GroupErasures, WhoeverMergesMeanwhileNothingThatWasToldErasedStays) {
  const std::uint64_t pieces = model::number_from_environment("RAPPORT_PIECES", kPieces);
  for (std::uint64_t piece = 0; piece < pieces && !HasFatalFailure(); ++piece) {
    make_contacts(kContacts, body_of);
    fail_erasures(piece % 2 == 0);
    std::mutex mutex;
    std::set<std::uint64_t> gone;
    std::vector<std::thread> clients;
    for (std::uint64_t client = 0; client < kClients; ++client) {
      clients.emplace_back([&, seed = seed_ + piece * kClients + client] {
        model::Dice dice(seed);
        for (int n = 0; n < 20; ++n) {
          const std::uint64_t one = dice.pick(contacts_), other = dice.pick(contacts_);
          ServedEngine& member = group_.member(dice.below(3));
          switch (dice.below(5)) {
            case 0: {
              std::set<std::uint64_t> erased;
              erase(dice, one, erased);
              const std::lock_guard lock(mutex);
              gone.merge(erased);
              break;
            }
            case 1: member.ask_once(HttpMethod::post, of(one) + "/unmerge", "{}", {}); break;
            default:
              member.ask_once(HttpMethod::post, of(one) + "/merge", R"({"into":)" + std::to_string(other) + "}", {});
          }
        }
      });
    }
    for (std::thread& client : clients) client.join();
    fail_erasures(false);
    for (const std::uint64_t contact : gone) expect_erased(contact);
    // Whoever is left can be erased, whatever it is merged into.
    for (const std::uint64_t contact : contacts_) {
      std::set<std::uint64_t> erased;
      EngineAnswer answer = erase(dice_, contact, erased);
      if (answer.status == 409) {  // merged into one that is not erased yet
        ASSERT_EQ(group_.member(0).ask(HttpMethod::post, of(contact) + "/unmerge", "{}").status, 200) << answer.body;
        answer = erase(dice_, contact, erased);
      }
      ASSERT_EQ(answer.status, 200) << answer.body;
      expect_erased(contact);
    }
  }
}

}  // namespace
}  // namespace rapport
