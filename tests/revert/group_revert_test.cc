// A revert where two engines share a log and each folds some of its partitions, which move meanwhile: what it comes to
// is what it comes to where one engine folds all.
#include <gmock/gmock.h>

#include <array>
#include <thread>

#include "tests/revert/reverter_test.h"

namespace rapport {
namespace {

constexpr std::int32_t kPartitions = 4;
constexpr std::uint64_t kContacts = 60;

class Shared;

class Owners final : public PartitionOwners {
 public:
  Owners(Shared& shared, int self) : shared_(shared), self_(self) {}
  std::optional<std::uint64_t> tenure(Partition partition) const override;
  Result<RevertPiece> ask(const RevertStep& step) override;

 private:
  Shared& shared_;
  const int self_;
};

struct Member {
  Member(Shared& shared, int number, EventLog& log, const std::filesystem::path& rows,
         const std::set<Partition>& partitions)
      : owners(shared, number),
        engine(log, rows, {}, {.partitions = partitions}),
        reverter(log, engine.folder(), engine.publisher(), &owners, std::chrono::milliseconds(300)) {}

  Owners owners;
  PublishEngine engine;
  Reverter reverter;
};

// Who has what; members by number, -1 is nobody.
class Shared {
 public:
  explicit Shared(const std::filesystem::path& directory)
      : inner_(*EmbeddedLog::open({.directory = directory / "log", .partition_count = kPartitions})), log_(*inner_) {
    for (int i = 0; i < kPartitions; ++i) owner_[static_cast<std::size_t>(i)] = i % 2;
    for (int i = 0; i < 2; ++i) {
      members_[static_cast<std::size_t>(i)] =
          std::make_unique<Member>(*this, i, log_, directory / std::to_string(i), of_member(i));
    }
  }

  std::set<Partition> of_member(int member) const {
    std::set<Partition> out;
    for (Partition p; p.value < kPartitions; ++p.value) {
      if (owner(p) == member) out.insert(p);
    }
    return out;
  }
  int owner(Partition p) const { return owner_[static_cast<std::size_t>(p.value)]; }
  std::uint64_t number_of_owner(Partition p) const { return moves_[static_cast<std::size_t>(p.value)]; }
  void lose(Partition p) {
    owner_[static_cast<std::size_t>(p.value)] = -1;
    ++moves_[static_cast<std::size_t>(p.value)];
  }
  // Who has it next answers for it once it has folded what stood there.
  void move(Partition p, int to) {
    lose(p);
    auto partitions = of_member(to);
    partitions.insert(p);
    EXPECT_TRUE(member(to).engine.folder().own(partitions));
    EXPECT_TRUE(member(to).engine.folder().wait_folded({{p, offset_in(*log_.ends(), p)}},
                                                       std::chrono::steady_clock::now() + std::chrono::seconds(60)));
    owner_[static_cast<std::size_t>(p.value)] = to;
  }
  Member& member(int number) { return *members_[static_cast<std::size_t>(number)]; }
  InterceptedLog& log() { return log_; }

 private:
  std::unique_ptr<EmbeddedLog> inner_;
  InterceptedLog log_;
  std::array<std::atomic<int>, kPartitions> owner_{};
  std::array<std::atomic<std::uint64_t>, kPartitions> moves_{};
  std::array<std::unique_ptr<Member>, 2> members_;
};

std::optional<std::uint64_t> Owners::tenure(Partition partition) const {
  if (shared_.owner(partition) != self_) return std::nullopt;
  return shared_.number_of_owner(partition);
}

Result<RevertPiece> Owners::ask(const RevertStep& step) {
  const int owner = shared_.owner(*step.partition);
  if (owner == -1) return Error{Errc::unreachable, "nobody has it"};
  return shared_.member(owner).reverter.take_owned(step);
}

class GroupRevert : public testing::Test {
 protected:
  // Every contact has a city of the CRM and one of the import, and every third one that somebody typed since.
  static std::vector<Event> story() {
    std::vector<Event> out;
    for (std::uint64_t contact = 1; contact <= kContacts; ++contact) {
      out.push_back(city(contact, "Oslo", "crm", 10));
      out.push_back(city(contact, "Rome", "import/b", 20));
      if (contact % 3 == 0) out.push_back(city(contact, "Bergen", "console", 30));
    }
    return out;
  }
  static Event city(std::uint64_t contact, const std::string& value, const std::string& source, std::int64_t seconds) {
    ContactChanged changed;
    changed.fields.emplace_back("city", json_string(value));
    return make_event(source + std::to_string(contact), source, EventType::contact_changed, ContactId{contact},
                      Timestamp{seconds * 1'000}, changed);
  }

  void SetUp() override {
    std::vector<NewRecord> records;
    for (const Event& event : story()) records.push_back(*own_record(shared_.log(), event));
    ASSERT_TRUE(append_and_wait(shared_.log(), std::move(records)));
    for (int i = 0; i < 2; ++i) fold(i);
  }
  void fold(int number) {
    Positions wanted;
    for (const Partition p : shared_.of_member(number)) wanted.emplace(p, offset_in(*shared_.log().ends(), p));
    ASSERT_TRUE(shared_.member(number).engine.folder().wait_folded(
        wanted, std::chrono::steady_clock::now() + std::chrono::seconds(60)));
  }

  RevertStatus revert(int asked, bool dry_run = false) {
    Reverter& reverter = shared_.member(asked).reverter;
    const auto started = reverter.start({.selection = {.source = "import/b"}, .dry_run = dry_run});
    EXPECT_TRUE(started) << to_string(started.error());
    return end_of(reverter);
  }

  // One engine that folds all finds each contact as one that reverted alone leaves it, and one compensation of each.
  void expect_reverted_once() {
    PublishEngine whole(shared_.log(), directory_.path() / "whole");
    whole.fold_all();
    for (std::uint64_t contact = 1; contact <= kContacts; ++contact) {
      const auto state = read_contact(*whole.folder().view(), ContactId{contact});
      ASSERT_TRUE(state && *state);
      EXPECT_EQ(values_by_path(**state).at("fields.city").text, contact % 3 == 0 ? R"("Bergen")" : R"("Oslo")")
          << contact;
      EXPECT_EQ((*state)->version(), 3u) << "of contact " << contact << ": nothing is written twice";
    }
  }

  TemporaryDirectory directory_{fastest_directory()};
  Shared shared_{directory_.path()};
};

TEST_F(GroupRevert, AnyMemberTakesBackWhatStandsInAllPartitions) {
  const RevertStatus shown = revert(0, true);
  const RevertStatus done = revert(1);
  for (const RevertStatus& status : {shown, done}) {
    EXPECT_EQ(status.state, RevertState::done);
    EXPECT_EQ(status.contacts, kContacts);
    EXPECT_EQ(status.events, kContacts);
    EXPECT_EQ(status.changes, kContacts * 2 / 3);
    EXPECT_EQ(status.conflicts, kContacts / 3);
    EXPECT_EQ(status.written, kContacts * 2 / 3);
    EXPECT_EQ(status.refused, 0u);
    EXPECT_TRUE(status.partitions_left.empty());
    EXPECT_EQ(status.first.size(), kContacts);
  }
  expect_reverted_once();
  EXPECT_EQ(revert(0).written, 0u) << "again, by another one";
}

TEST_F(GroupRevert, EventsByPositionAreFoundByTheirOwners) {
  std::vector<LogPosition> wrong;
  for (const RecordedEvent& recorded : read_events(shared_.log())) {
    if (recorded.event.source == "import/b") wrong.push_back(recorded.position);
  }
  ASSERT_EQ(wrong.size(), kContacts);
  Reverter& reverter = shared_.member(0).reverter;
  ASSERT_TRUE(reverter.start({.selection = {.events = wrong}}));
  while (!reverter.status()->ended) std::this_thread::yield();
  EXPECT_EQ(reverter.status()->written, kContacts * 2 / 3);
  expect_reverted_once();
}

TEST_F(GroupRevert, APartitionThatMovesWhileItIsWrittenIsTakenAgainByItsNewOwner) {
  // Its owner has read partition 1 and lost it before it writes: what it writes comes behind the new owner's.
  bool moved = false;
  shared_.log().before = [&](std::vector<NewRecord>& records) -> std::optional<Error> {
    if (!moved && records.front().partition == Partition{1}) {
      moved = true;
      shared_.move(Partition{1}, 0);
    }
    return std::nullopt;
  };
  const RevertStatus status = revert(0);
  EXPECT_TRUE(moved);
  EXPECT_EQ(status.state, RevertState::done) << (status.error ? to_string(*status.error) : "");
  EXPECT_EQ(status.contacts, kContacts);
  EXPECT_EQ(status.events, kContacts);
  EXPECT_EQ(status.written, kContacts * 2 / 3) << "also what the one before wrote";
  EXPECT_EQ(status.refused, 0u);
  expect_reverted_once();
}

TEST_F(GroupRevert, WhatCameWhileAnotherOneHadThePartitionIsTakenToo) {
  // The piece of partition 1 is over where it was read, and it has been another one's meanwhile.
  bool moved = false;
  shared_.log().after = [&]() -> std::optional<Error> {
    if (std::exchange(moved, true)) return std::nullopt;
    for (Partition p; p.value < kPartitions; ++p.value) {
      const int had = shared_.owner(p);
      shared_.move(p, 1 - had);
      shared_.move(p, had);
    }
    return std::nullopt;
  };
  const RevertStatus status = revert(1);
  EXPECT_EQ(status.state, RevertState::done) << (status.error ? to_string(*status.error) : "");
  EXPECT_EQ(status.contacts, kContacts) << "none is counted twice";
  EXPECT_EQ(status.written, kContacts * 2 / 3);
  expect_reverted_once();
}

TEST_F(GroupRevert, APartitionThatNobodyAnswersForIsNamedAndDoneTheNextTime) {
  shared_.lose(Partition{2});
  const RevertStatus failed = revert(1);
  EXPECT_EQ(failed.state, RevertState::failed);
  EXPECT_THAT(failed.partitions_left, testing::ElementsAre(Partition{2}));
  ASSERT_TRUE(failed.error);
  EXPECT_EQ(failed.error->code, Errc::unreachable);
  EXPECT_THAT(failed.error->detail, testing::HasSubstr("partitions 2"));
  EXPECT_GT(failed.written, 0u) << "the others are done";
  shared_.move(Partition{2}, 1);
  const RevertStatus done = revert(0);
  EXPECT_EQ(done.state, RevertState::done);
  EXPECT_EQ(failed.written + done.written, kContacts * 2 / 3);
  expect_reverted_once();
}

TEST_F(GroupRevert, APieceOfWhatIsNotOursIsRefused) {
  RevertStep step{
      .id = "revert-1", .request = {.selection = {.source = "import/b"}}, .named = {}, .partition = Partition{0}};
  EXPECT_TRUE(shared_.member(0).reverter.take_owned(step));
  EXPECT_EQ(shared_.member(1).reverter.take_owned(step).error().code, Errc::unreachable);
  step.partition.reset();
  EXPECT_EQ(shared_.member(0).reverter.take_owned(step).error().code, Errc::unreachable);
}

}  // namespace
}  // namespace rapport
