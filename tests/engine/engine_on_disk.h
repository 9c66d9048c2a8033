// An engine whose rows on disk a test may change behind its back.
#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>

#include "engine/engine.h"
#include "events/event_decoder.h"
#include "projections/contact_list.h"
#include "projections/index_rows.h"
#include "projections/key_layout.h"
#include "tests/store/temporary_directory.h"
#include "tools/rapport/generate/event_generator.h"

namespace rapport {

class EngineOnDisk : public testing::Test {
 protected:
  using Clock = std::chrono::steady_clock;

  void SetUp() override { open(); }

  void open() {
    engine_.reset();
    {
      const std::lock_guard lock(notices_mutex_);
      notices_.clear();
    }
    LogChoice log = embedded_log(2);
    log.seal.wish = encrypts_ ? SealWish::always : SealWish::as_it_is;
    log.group = group_;
    auto engine = Engine::open({.data = path(),
                                .log = std::move(log),
                                .scrub_contacts_per_second = scrub_contacts_per_second_,
                                .free_bytes = [this] { return free_bytes_.load(); },
                                .notice =
                                    [this](const std::string& line) {
                                      const std::lock_guard lock(notices_mutex_);
                                      notices_ += line + "\n";
                                    }});
    ASSERT_TRUE(engine) << to_string(engine.error());
    engine_ = *std::move(engine);
  }
  std::filesystem::path path() const { return directory_.path() / "data"; }

  void publish(std::uint64_t events, std::uint64_t seed) {
    auto generator = *EventGenerator::make({.events = events, .contacts = 100, .seed = seed});
    EventDecoder decoder;
    std::vector<IncomingEvent> batch;
    for (std::string line; line.clear(), generator.append_next(line);) batch.push_back(decoder.decode(line));
    std::promise<Result<Published>> told;
    engine_->publisher().publish(std::move(batch), {.wait_max = std::chrono::seconds(60)},
                                 [&](auto published) { told.set_value(std::move(published)); });
    ASSERT_TRUE(told.get_future().get());
  }

  void wait_until_level() {
    const auto ends = engine_->log().ends();
    ASSERT_TRUE(ends);
    EXPECT_TRUE(engine_->folder().wait_folded(*ends, Clock::now() + std::chrono::seconds(60)));
  }
  RebuildStatus wait_for_end() {
    const auto until = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < until) {
      const auto status = engine_->rebuilder().status();
      if (status && is_over(status->state)) return *status;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "the rebuild did not end: " << notices();
    return {};
  }
  Result<Published> publish_city(ContactId contact, const std::string& id) {
    ContactChanged changed;
    changed.fields.emplace_back("city", JsonText{"\"Turin\""});
    std::promise<Result<Published>> told;
    engine_->publisher().publish({make_event(id, "test", EventType::contact_changed, contact, std::nullopt, changed)},
                                 {}, [&](auto published) { told.set_value(std::move(published)); });
    return told.get_future().get();
  }
  void set_city(ContactId contact, const std::string& id) { ASSERT_TRUE(publish_city(contact, id)); }
  ContactId contact_at(std::size_t index) {
    const auto page = list_contacts(*engine_->folder().view(), {.limit = index + 1});
    EXPECT_TRUE(page);
    return page->contacts.at(index).root;
  }

  // Under an identity and without a time: rows of kinds that the generator's events leave none of.
  void publish_untimed_visit() {
    Event visit = make_event("c1", "test", EventType::visit_started, ContactId{1}, std::nullopt, VisitStarted{});
    visit.subject = Identity{"web", "visitor"};
    std::promise<Result<Published>> told;
    engine_->publisher().publish({visit}, {}, [&](auto published) { told.set_value(std::move(published)); });
    ASSERT_TRUE(told.get_future().get());
  }

  // Changes rows of a generation on disk while no engine runs.
  void tamper(std::uint64_t generation, const std::function<void(const Store&, RowBatch&)>& change) {
    engine_.reset();
    const auto store = Store::open({.directory = path() / "projections" / std::to_string(generation)});
    ASSERT_TRUE(store);
    RowBatch batch;
    change(**store, batch);
    ASSERT_TRUE((*store)->write(batch, Durability::synced));
  }
  // The key of the last row of each kind that has a value.
  std::map<char, std::string> last_of_each_kind(std::uint64_t generation) {
    std::map<char, std::string> keys;
    tamper(generation, [&](const Store& store, RowBatch&) {
      Cursor cursor = store.cursor({}, {});
      for (cursor.seek_first(); cursor.valid(); cursor.next()) {
        if (!cursor.value().empty()) keys[cursor.key()[0]] = std::string(cursor.key());
      }
    });
    return keys;
  }
  // Returns the row as it was.
  std::string flip_last_byte(std::uint64_t generation, const std::string& key) {
    std::string sound;
    tamper(generation, [&](const Store& store, RowBatch& batch) {
      auto row = store.get(key);
      ASSERT_TRUE(row && *row);
      sound = **row;
      std::string flipped = sound;
      flipped.back() = static_cast<char>(flipped.back() ^ 1);
      batch.put(key, flipped);
    });
    return sound;
  }
  // As though another fold version had made it; with `rule`, one that folds to another digest too.
  void make_other_version(std::uint64_t generation, bool rule) {
    tamper(generation, [rule](const Store& store, RowBatch& batch) {
      Cursor cursor = store.cursor(checkpoint_prefix(), prefix_end(checkpoint_prefix()));
      for (cursor.seek_first(); cursor.valid(); cursor.next()) {
        Checkpoint checkpoint = *decode_checkpoint(cursor.value());
        checkpoint.fold_version = kFoldVersion + 1;
        if (rule && checkpoint.contacts > 0) checkpoint.digest += hash_digest("another rule");
        batch.put(cursor.key(), encode_checkpoint(checkpoint));
      }
    });
  }
  // Another contact's state in its place: a row that decodes, and is wrong.
  void damage_state(ContactId damaged, ContactId other) {
    tamper(1, [&](const Store& store, RowBatch& batch) {
      batch.put(state_key(stream_key(damaged)), **store.get(state_key(stream_key(other))));
    });
  }

  std::string notices() const {
    const std::lock_guard lock(notices_mutex_);
    return notices_;
  }
  Digest digest() const { return total_digest(engine_->folder().view()->checkpoints()); }

  TemporaryDirectory directory_;
  mutable std::mutex notices_mutex_;
  std::string notices_;
  std::unique_ptr<Engine> engine_;
  std::uint32_t scrub_contacts_per_second_ = 0;
  std::atomic<std::uint64_t> free_bytes_ = std::uint64_t{1} << 40;
  bool encrypts_ = false;
  std::optional<GroupOptions> group_;
};

}  // namespace rapport
