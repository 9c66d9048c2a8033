// An upgrade of a group, one instance after the other, in which contacts of several owners are merged: an instance
// whose rows are of another fold version folds them anew, while the others merge, unmerge and list.
//
// RAPPORT_SEED=n to see a failure again.
#include "projections/checkpoint.h"
#include "projections/key_layout.h"
#include "projections/store/store.h"
#include "tests/contract/wait_until.h"
#include "tests/http/api/group_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kContacts = 12;

// As though another fold version had made all generations that are there, as its own would be.
void make_other_version(const std::filesystem::path& data) {
  for (const auto& entry : std::filesystem::directory_iterator(data / "projections")) {
    if (!entry.is_directory()) continue;
    const auto store = Store::open({.directory = entry.path()});
    ASSERT_TRUE(store) << to_string(store.error());
    RowBatch batch;
    Cursor cursor = (*store)->cursor(checkpoint_prefix(), prefix_end(checkpoint_prefix()));
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      Checkpoint checkpoint = *decode_checkpoint(cursor.value());
      checkpoint.fold_version = kFoldVersion + 1;
      batch.put(cursor.key(), encode_checkpoint(checkpoint));
    }
    ASSERT_TRUE((*store)->write(batch, Durability::synced));
  }
}

class GroupVersions : public GroupTest {
 protected:
  // By any but the one that is away.
  void merge_and_unmerge(std::uint64_t away) {
    for (int n = 0; n < 12; ++n) {
      const std::string one = "/v1/contacts/" + std::to_string(dice_.pick(contacts_));
      const std::string other = std::to_string(dice_.pick(contacts_));
      ServedEngine& member = group_.member(away + 1 + dice_.below(2));
      const bool unmerges = dice_.one_in(3);
      EngineAnswer answer;
      // Nothing is written of a merge that is not level: whoever took a part of it over is given its time.
      EXPECT_TRUE(wait_until([&] {
        answer = unmerges ? member.ask(HttpMethod::post, one + "/unmerge", "{}")
                          : member.ask(HttpMethod::post, one + "/merge", "{\"into\":" + other + "}");
        return answer.status != 504;
      })) << answer.body;
      EXPECT_LT(answer.status, 500) << answer.body;
    }
  }

  // Whole, and behind nothing.
  EngineAnswer settled(ServedEngine& engine, const std::string& target) {
    EngineAnswer answer;
    EXPECT_TRUE(wait_until([&] {
      answer = engine.get(target, {{"Rapport-After", group_.end()}, {"Rapport-Wait", "30"}});
      // Who has just begun folds keys, too, before it knows them.
      return answer.status != 504 && answer.status != 401 && answer.header("Rapport-Stale").empty();
    })) << target
        << answer.body;
    return answer;
  }

  void expect_alike() {
    std::vector<std::string> targets{"/v1/contacts?limit=100&order=id"};
    for (const std::uint64_t contact : contacts_) {
      targets.push_back("/v1/contacts/" + std::to_string(contact));
      targets.push_back("/v1/contacts/" + std::to_string(contact) + "/blame");
    }
    for (const std::string& target : targets) {
      const json::value wanted = told(settled(group_.alone(), target));
      for (const auto& member : group_.members()) {
        ASSERT_EQ(told(settled(*member, target)), wanted) << target << " of " << member->engine().group()->address();
      }
    }
  }

  static json::value told(const EngineAnswer& answer) {
    json::value body = answer.json;
    if (body.is_object()) body.as_object().erase("position");
    return body;
  }
};

TEST_F(GroupVersions, EachFoldsAnewInItsTurnWhileTheOthersMerge) {
  make_contacts(kContacts, [](std::uint64_t n) { return R"({"fields":{"name":"n)" + std::to_string(n) + R"("}})"; });
  merge_and_unmerge(0);
  for (std::size_t turn = 0; turn < group_.members().size() && !HasFatalFailure(); ++turn) {
    group_.restart(turn, [&](const std::filesystem::path& data) {
      make_other_version(data);
      merge_and_unmerge(turn);
    });
    merge_and_unmerge(turn);  // while it folds, perhaps
    expect_alike();
    EXPECT_FALSE(group_.members()[turn]->engine().folder().status().frozen_version);
  }
}

}  // namespace
}  // namespace rapport
