// The check in the background: what it finds, and that it finds nothing where nothing is.
#include "tests/engine/engine_on_disk.h"

namespace rapport {
namespace {

class ScrubTest : public EngineOnDisk {
 protected:
  ScrubTest() { scrub_contacts_per_second_ = 100'000; }

  // After every contact was checked since now.
  ScrubStatus after_a_round() {
    const std::uint64_t begun = engine_->scrub_status()->rounds + 2;
    const auto until = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < until) {
      const ScrubStatus status = *engine_->scrub_status();
      if (status.rounds >= begun) return status;
      std::this_thread::yield();
    }
    ADD_FAILURE() << "no round ended";
    return {};
  }
};

TEST_F(ScrubTest, FindsNothingWhereAllRowsAgree) {
  publish(2'000, 1);
  publish_untimed_visit();
  const ScrubStatus status = after_a_round();
  EXPECT_EQ(status.damaged, 0u) << status.found.front().subject << " " << status.found.front().part;
  EXPECT_GE(status.checked, 100u);
  EXPECT_FALSE(status.error);
}

TEST_F(ScrubTest, NamesAFlippedByteInEveryKindOfAContactsRows) {
  publish(2'000, 1);
  set_city(contact_at(0), "untimed");
  auto keys = last_of_each_kind(1);
  keys['S'] = state_key(stream_key(ContactId{1}));
  // The last of these kinds are the control stream's.
  tamper(1, [&](const Store& store, RowBatch&) {
    for (const std::string& of_contacts : {timeline_prefix("c"), seen_prefix("c")}) {
      Cursor cursor = store.cursor(of_contacts, prefix_end(of_contacts));
      cursor.seek_last();
      keys[of_contacts[0]] = std::string(cursor.key());
    }
  });
  for (const char kind : {'A', 'C', 'D', 'S', 'T', 'V'}) {
    SCOPED_TRACE(kind);
    const std::string key = keys.at(kind);
    const std::string sound = flip_last_byte(1, key);
    open();
    const ScrubStatus status = after_a_round();
    EXPECT_EQ(status.damaged, 1u);
    ASSERT_FALSE(status.found.empty());
    const RowName name = row_name(key);
    EXPECT_EQ(status.found.front().subject, name.subject);
    EXPECT_EQ(status.found.front().part, name.part);
    tamper(1, [&](const Store&, RowBatch& batch) { batch.put(key, sound); });
  }
  open();
  EXPECT_EQ(after_a_round().damaged, 0u);
}

TEST_F(ScrubTest, NamesAContactThatAnIndexDoesNotFind) {
  publish(500, 1);
  const ContactId lost = contact_at(1);
  tamper(1, [&](const Store& store, RowBatch& batch) {
    for (const std::string& key : *read_index_rows(store, lost)) batch.erase(key);
  });
  open();
  const ScrubStatus status = after_a_round();
  ASSERT_EQ(status.damaged, 1u);
  EXPECT_EQ(status.found.front().subject, to_string(Subject{lost}));
  EXPECT_EQ(status.found.front().part, "index");
}

TEST_F(ScrubTest, ForgetsWhatWasMended) {
  publish(500, 1);
  const ContactId damaged = contact_at(1);
  damage_state(damaged, contact_at(0));
  open();
  EXPECT_EQ(after_a_round().damaged, 1u);
  ASSERT_TRUE(engine_->rebuilder().start({.contact = damaged}));
  const auto until = Clock::now() + std::chrono::seconds(60);
  while (engine_->scrub_status()->damaged > 0 && Clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(engine_->scrub_status()->damaged, 0u);
}

}  // namespace
}  // namespace rapport
