// Several members of a group in one process, over one log: each folds the partitions that are its own, which move
// meanwhile, and any of them is published to. Whatever they do at once, the log alone says what came of it: who owns a
// partition at the end stands where one that folded everything stands.
//
// RAPPORT_GROUPS=500 for a long run, RAPPORT_SEED=n to see a failure again.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "engine/log/embedded_log.h"
#include "engine/publish/other_members.h"
#include "engine/publish/own_events.h"
#include "events/json_writer.h"
#include "projections/contact_reader.h"
#include "tests/model/dice.h"
#include "tests/model/history.h"
#include "tests/publish/publish_engine.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using model::Dice;

constexpr int kMembers = 3, kPartitions = 4, kClients = 3, kCallsEach = 40, kVisitors = 10, kMoves = 12;
constexpr std::uint64_t kSeeds = 3;
constexpr std::uint64_t kCompanies = 6, kTags = 4;
constexpr int kNobody = -1;

// Who owns what, as all members see it at once; between two owners there is none.
class Owners {
 public:
  int of(Partition partition) const { return owners_[static_cast<std::size_t>(partition.value)]; }
  void set(Partition partition, int member) { owners_[static_cast<std::size_t>(partition.value)] = member; }
  std::set<Partition> of_member(int member) const {
    std::set<Partition> out;
    for (Partition p; p.value < kPartitions; ++p.value) {
      if (of(p) == member) out.insert(p);
    }
    return out;
  }

 private:
  std::array<std::atomic<int>, kPartitions> owners_{};
};

class Member;
using Members = std::array<std::unique_ptr<Member>, kMembers>;

class Others final : public OtherMembers {
 public:
  Others(int self, const EventLog& log, const Owners& owners, Members& members)
      : self_(self), log_(log), owners_(owners), members_(members) {}

  bool owns(Partition partition) const override { return owners_.of(partition) == self_; }
  void resolve(std::vector<Identity> identities, GoneHolders gone, IdentityResolver::ContactsDone done) override;
  void publish(std::vector<Event> events, PublishWait wait, Publisher::PublishDone done) override;

 private:
  const int self_;
  const EventLog& log_;
  const Owners& owners_;
  Members& members_;
};

class Member {
 public:
  Member(int number, EventLog& log, const Owners& owners, Members& members, const std::filesystem::path& rows)
      : others_(number, log, owners, members),
        engine_(log, rows,
                {.id_range_size = 8,
                 .others = &others_,
                 .suitable_id =
                     [number, &log, &owners](IdKind kind, std::uint64_t id) {
                       const auto own = owners.of_member(number);
                       return kind != IdKind::contact || own.empty() ||
                              own.contains(log.partition_of(to_string(Subject{ContactId{id}})));
                     }},
                {.step_records_max = 7, .partitions = owners.of_member(number)}) {}

  PublishEngine& engine() { return engine_; }

 private:
  Others others_;
  PublishEngine engine_;
};

void Others::resolve(std::vector<Identity> identities, GoneHolders gone, IdentityResolver::ContactsDone done) {
  // One at a time, as if each had another owner.
  const Identity first = identities.back();
  identities.pop_back();
  const int owner = owners_.of(partition_of(log_, first));
  if (owner == kNobody || owner == self_) return done(Error{Errc::unreachable, "nobody owns it now"});
  const auto rest = std::make_shared<std::vector<Identity>>(std::move(identities));
  members_[static_cast<std::size_t>(owner)]->engine().publisher().resolve(
      {first}, gone, [this, rest, gone, done = std::move(done)](auto contacts) {
        if (!contacts || rest->empty()) return done(std::move(contacts));
        const auto known = *contacts;
        resolve(*rest, gone, [known, done](Result<IdentityResolver::Contacts> more) {
          if (more) more->insert(known.begin(), known.end());
          done(std::move(more));
        });
      });
}

void Others::publish(std::vector<Event> events, PublishWait wait, Publisher::PublishDone done) {
  std::vector<Event> rest(std::make_move_iterator(events.begin() + 1), std::make_move_iterator(events.end()));
  const int owner = owners_.of(partition_of(log_, events.front().subject));
  if (owner == kNobody || owner == self_) return done(Error{Errc::unreachable, "nobody owns it now"});
  members_[static_cast<std::size_t>(owner)]->engine().publisher().publish_resolved(
      {std::move(events.front())}, wait,
      [this, wait, kept = std::move(rest), done = std::move(done)](Result<Published> first) {
        if (!first || kept.empty()) return done(std::move(first));
        publish(kept, wait, [first = *std::move(first), done](Result<Published> more) {
          if (!more) return done(more.error());
          more->results.insert(more->results.begin(), first.results.front());
          advance(more->positions, first.positions);
          done(std::move(more));
        });
      });
}

class ManyMembers {
 public:
  explicit ManyMembers(std::uint64_t seed) : seed_(seed) {
    for (Partition p; p.value < kPartitions; ++p.value) owners_.set(p, p.value % kMembers);
    for (int i = 0; i < kMembers; ++i) {
      members_[static_cast<std::size_t>(i)] =
          std::make_unique<Member>(i, *log_, owners_, members_, directory_.path() / std::to_string(i));
    }
  }

  void run() {
    std::vector<std::thread> threads;
    for (int client = 0; client < kClients; ++client) threads.emplace_back([this, client] { publish(client); });
    threads.emplace_back([this] { move_partitions(); });
    for (std::thread& thread : threads) thread.join();
  }

  // Each owner's partitions stand where those of one who folds all of the log stand.
  void expect_agreement() {
    PublishEngine whole(*log_, directory_.path() / "whole");
    whole.fold_all();
    const auto all = whole.folder().view();
    const Checkpoints wanted = all->checkpoints();
    for (int i = 0; i < kMembers; ++i) expect_same_control(engine(i).folder(), *all);
    for (std::uint64_t id = 1; id <= kCompanies; ++id) {
      Folder& folder = engine(owners_.of(partition_of(*log_, CompanyId{id}))).folder();
      const Partition p = partition_of(*log_, CompanyId{id});
      if (!wanted.contains(p)) continue;
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      ASSERT_TRUE(folder.wait_folded({{p, wanted.at(p).offset}}, deadline));
      EXPECT_EQ(read_company(*folder.view(), CompanyId{id}).value(), read_company(*all, CompanyId{id}).value()) << id;
    }
    for (Partition p; p.value < kPartitions; ++p.value) {
      if (!wanted.contains(p)) continue;
      Folder& folder = members_[static_cast<std::size_t>(owners_.of(p))]->engine().folder();
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      ASSERT_TRUE(folder.wait_folded({{p, wanted.at(p).offset}}, deadline));
      EXPECT_EQ(folder.view()->checkpoints().at(p), wanted.at(p)) << "partition " << p.value;
    }
  }

  // Every acknowledged event stands in the log, once accepted, under the contact that was told.
  void expect_nothing_lost() {
    std::map<std::string, std::set<Subject>> subjects;
    for (const RecordedEvent& recorded : read_events(*log_)) {
      subjects[recorded.event.id].insert(recorded.event.subject);
    }
    for (const auto& [id, subject] : told_) EXPECT_TRUE(subjects[id].contains(subject)) << id;
    EXPECT_EQ(told_.size(), acknowledged_);
  }

 private:
  // Tags and ids are the same to every member, whatever it owns.
  static void expect_same_control(Folder& folder, const View& all) {
    const Offset end = all.checkpoints().at(kControlPartition).offset;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    ASSERT_TRUE(folder.wait_folded({{kControlPartition, end}}, deadline));
    EXPECT_EQ(folder.view()->checkpoints().at(kControlPartition), all.checkpoints().at(kControlPartition));
    EXPECT_EQ(folder.view()->control().tags, all.control().tags);
  }

  void publish(int client) {
    Dice dice(seed_ * 100 + static_cast<std::uint64_t>(client));
    for (int call = 0; call < kCallsEach; ++call) {
      const std::string name = std::to_string(client) + "-" + std::to_string(call);
      std::vector<Event> events;
      for (std::uint64_t i = 0, count = 1 + dice.below(5); i < count; ++i) {
        events.push_back(random_event(dice, name + "-" + std::to_string(i)));
      }
      publish_until_told(dice, events);
      if (dice.one_in(6)) remove_somebody(dice, name);
      if (dice.one_in(8)) declare_tag(dice, name);
      if (dice.one_in(4)) merge_two(dice, name);
    }
  }

  // A visit; what a company is called; the company or a tag of a visitor, who is a contact of any partition.
  static Event random_event(Dice& dice, const std::string& id) {
    const Identity visitor{"web", std::to_string(dice.below(kVisitors))};
    const CompanyId company{1 + dice.below(kCompanies)};
    const Timestamp time{1'000 + static_cast<std::int64_t>(dice.below(100))};
    switch (dice.below(4)) {
      case 0:
        return make_event(id, "test", EventType::company_changed, company, time,
                          CompanyChanged{{{"name", json_string(id)}}});
      case 1: {
        ContactChanged changed;
        changed.company = company;
        return make_event(id, "test", EventType::contact_changed, visitor, time, changed);
      }
      case 2: {
        ContactChanged changed;
        (dice.one_in(3) ? changed.tags_removed : changed.tags_added).push_back(tag(dice));
        return make_event(id, "test", EventType::contact_changed, visitor, time, changed);
      }
      default: return visit_event(id, visitor, 1'000);
    }
  }

  static std::string tag(Dice& dice) { return "tag " + std::to_string(dice.below(kTags)); }

  // By any member: the control stream is everybody's.
  void declare_tag(Dice& dice, const std::string& name) {
    TagDefined defined{.id = 1 + dice.below(kTags), .name = tag(dice), .color = name, .types = {"contact"}};
    Event event = make_event(name + "-tag", "test", EventType::tag_defined, ControlSubject{}, std::nullopt, defined);
    ASSERT_TRUE(engine(static_cast<int>(dice.below(kMembers))).append_own({event}));
  }

  void publish_until_told(Dice& dice, const std::vector<Event>& events) {
    std::string last;
    for (int attempt = 0; attempt < 2'000; ++attempt) {
      const auto published = members_[dice.below(kMembers)]->engine().publish(events);
      if (!published) {
        ASSERT_TRUE(errc_retriable(published.error().code)) << to_string(published.error());
        last = to_string(published.error());
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        continue;
      }
      const auto& results = published->results;
      if (std::any_of(results.begin(), results.end(), [](const PublishResult& result) { return !is_told(result); })) {
        for (const PublishResult& result : results) {
          last += std::string(" ") + std::string(publish_status_name(result.status)) +
                  (result.error ? " " + to_string(*result.error) : "");
        }
        if (last.size() > 2000) last.erase(0, last.size() - 2000);
        continue;  // deleted more often than one call looks again, or not folded in time
      }
      const std::lock_guard lock(mutex_);
      for (std::size_t i = 0; i < events.size(); ++i) {
        const auto* company = std::get_if<CompanyId>(&events[i].subject);
        told_.emplace(events[i].id, company != nullptr ? Subject{*company} : Subject{*results[i].contact});
      }
      acknowledged_ += events.size();
      return;
    }
    FAIL() << "2,000 attempts: " << last;
  }

  static bool is_told(const PublishResult& result) {
    return result.status == PublishStatus::accepted || result.status == PublishStatus::repeated;
  }

  void remove_somebody(Dice& dice, const std::string& name) {
    const auto contact = somebody(dice);
    if (!contact) return;
    (void)members_[dice.below(kMembers)]->engine().publish(
        {make_event(name + "-gone", "test", EventType::contact_deleted, *contact, Timestamp{1'000}, ContactDeleted{})});
  }

  // Into one of any partition, which another member may tell of it.
  void merge_two(Dice& dice, const std::string& name) {
    const auto loser = somebody(dice), survivor = somebody(dice);
    if (!loser || !survivor || *loser == *survivor) return;
    const auto merged = engine(static_cast<int>(dice.below(kMembers)))
                            .publish({make_event(name + "-merge", "test", EventType::contact_merged_into, *loser,
                                                 Timestamp{2'000}, ContactMergedInto{*survivor})});
    if (!merged || !is_told(merged->results.front())) return;
    {
      const std::lock_guard lock(mutex_);
      told_.emplace(name + "-merge", *loser);
      ++acknowledged_;
    }
    const auto told = engine(static_cast<int>(dice.below(kMembers)))
                          .append_own({make_event(name + "-merge.hint", "test", EventType::contact_absorbed, *survivor,
                                                  Timestamp{2'000}, ContactAbsorbed{*loser})});
    EXPECT_TRUE(told || errc_retriable(told.error().code)) << to_string(told.error());
  }

  // Who was told of an event.
  std::optional<ContactId> somebody(Dice& dice) {
    const std::lock_guard lock(mutex_);
    auto some = told_.begin();
    std::advance(some, static_cast<std::ptrdiff_t>(dice.below(told_.size())));
    const auto* contact = std::get_if<ContactId>(&some->second);
    return contact == nullptr ? std::nullopt : std::optional(*contact);
  }

  void move_partitions() {
    Dice dice(seed_ * 100 + 99);
    for (int move = 0; move < kMoves; ++move) {
      const Partition partition{static_cast<std::int32_t>(dice.below(kPartitions))};
      const int from = owners_.of(partition), to = static_cast<int>(dice.below(kMembers));
      owners_.set(partition, kNobody);
      // As it may happen: the new one begins before the old one has ended.
      const bool early = dice.one_in(2);
      auto of_next = owners_.of_member(to);
      of_next.insert(partition);
      if (early) {
        ASSERT_TRUE(engine(to).folder().own(of_next));
      }
      if (from != to) {
        ASSERT_TRUE(engine(from).folder().own(owners_.of_member(from)));
      }
      if (!early) {
        ASSERT_TRUE(engine(to).folder().own(of_next));
      }
      owners_.set(partition, to);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  PublishEngine& engine(int member) { return members_[static_cast<std::size_t>(member)]->engine(); }

  const std::uint64_t seed_;
  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_ =
      *EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = kPartitions});
  Owners owners_;
  Members members_;
  std::mutex mutex_;
  std::map<std::string, Subject> told_;  // and of whom each event is
  std::size_t acknowledged_ = 0;
};

TEST(ManyMembers, StandWhereOneThatFoldsAllStands) {
  const std::uint64_t count = model::number_from_environment("RAPPORT_GROUPS", kSeeds);
  const std::uint64_t first = model::seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + count && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed));
    ManyMembers group(seed);
    group.run();
    group.expect_agreement();
    group.expect_nothing_lost();
  }
}

}  // namespace
}  // namespace rapport
