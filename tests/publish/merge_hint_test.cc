// What a publisher's merges and unmerges have their survivors told.
#include "engine/publish/merge_hint.h"

#include <gtest/gtest.h>

#include "engine/log/embedded_log.h"
#include "projections/contact_reader.h"
#include "tests/publish/publish_engine.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr ContactId kLoser{7}, kRoot{1}, kOther{2};
constexpr Timestamp kDay{86'400'000};

class MergeHint : public testing::Test {
 protected:
  Event link(const std::string& id, std::optional<int> day, std::optional<ContactId> into, ContactId loser = kLoser) {
    std::optional<Timestamp> time;
    if (day) time = Timestamp{kDay.ms * *day};
    if (into) return make_event(id, "crm", EventType::contact_merged_into, loser, time, ContactMergedInto{*into});
    return make_event(id, "crm", EventType::contact_unmerged, loser, time, ContactUnmerged{});
  }
  void publish(const std::vector<Event>& events, PublishWait wait = PublishWait::folded) {
    const auto published = engine_.publish(events, {.wait = wait, .tell_survivors = true});
    ASSERT_TRUE(published);
    EXPECT_EQ(published->results.size(), events.size()) << "the hints are not the publisher's";
    engine_.fold_all();
  }
  // The times, in days, at which the contact was told that the loser is its own no longer.
  std::vector<std::int64_t> parted(ContactId survivor) {
    std::vector<std::int64_t> out;
    for (const RecordedEvent& recorded : read_events(*log_)) {
      const auto* hint = std::get_if<ContactParted>(&recorded.event.payload);
      if (hint == nullptr || recorded.event.subject != Subject{survivor}) continue;
      EXPECT_EQ(hint->merged, kLoser);
      const std::int64_t day = recorded.event.time->ms / kDay.ms;
      if (out.empty() || out.back() != day) out.push_back(day);  // told again is told once
    }
    return out;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventLog> log_ = EmbeddedLog::open({.directory = directory_.path() / "log"}).value();
  PublishEngine engine_{*log_, directory_.path() / "rows"};
};

TEST_F(MergeHint, AnUnmergeTellsWhomTheLinkLedTo) {
  publish({link("m", 1, kRoot)});
  for (int i = 0; i < 2; ++i) publish({link("u", 2, std::nullopt)});
  EXPECT_EQ(parted(kRoot), std::vector<std::int64_t>{2});
  const auto root = read_contact(*engine_.folder().view(), kRoot).value();
  EXPECT_FALSE(root->absorbed.at(kLoser).value);
}

// The hint's own id, made of that, would be longer than an id may be.
TEST_F(MergeHint, OfALinkWithTheLongestIdIsTaken) {
  publish({link(std::string(kEventIdSizeMax, 'm'), 1, kRoot)});
  EXPECT_TRUE(read_contact(*engine_.folder().view(), kRoot).value()->absorbed.at(kLoser).value);
  publish({link(std::string(kEventIdSizeMax - 4, 'u'), 2, std::nullopt)});
  EXPECT_FALSE(read_contact(*engine_.folder().view(), kRoot).value()->absorbed.at(kLoser).value);
}

// As one operation elsewhere gives them: in their own streams they are two events.
TEST_F(MergeHint, LinksOfTwoContactsWithOneIdAreBothTold) {
  publish({link("m", 1, kRoot), link("m", 1, kRoot, kOther)});
  const auto root = read_contact(*engine_.folder().view(), kRoot).value();
  EXPECT_TRUE(root->absorbed.at(kLoser).value);
  ASSERT_TRUE(root->absorbed.contains(kOther));
  EXPECT_TRUE(root->absorbed.at(kOther).value);
}

TEST_F(MergeHint, AnUnmergeWithoutATimeHasItsOwnTold) {
  publish({link("m", std::nullopt, kRoot)});
  publish({link("u", std::nullopt, std::nullopt)});
  EXPECT_EQ(parted(kRoot).size(), 1u);
  EXPECT_FALSE(read_contact(*engine_.folder().view(), kRoot).value()->absorbed.at(kLoser).value);
}

TEST_F(MergeHint, AnUnmergeOfTheSameCallTellsFoldedOrNot) {
  publish({link("m", 1, kRoot), link("u", 2, std::nullopt), link("v", 3, std::nullopt)}, PublishWait::durable);
  EXPECT_EQ(parted(kRoot), std::vector<std::int64_t>{2}) << "the second cuts nothing";
}

TEST_F(MergeHint, ALateUnmergeTellsOfTheLinkOfItsTime) {
  publish({link("m", 1, kRoot)});
  publish({link("n", 3, kOther)});
  publish({link("u", 2, std::nullopt)});
  publish({link("t", 0, std::nullopt)});
  EXPECT_EQ(parted(kRoot), std::vector<std::int64_t>{2});
  EXPECT_TRUE(parted(kOther).empty());
}

}  // namespace
}  // namespace rapport
