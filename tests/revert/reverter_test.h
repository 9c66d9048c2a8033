// A reverter over one engine of its own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "engine/log/embedded_log.h"
#include "engine/publish/own_events.h"
#include "engine/revert/reverter.h"
#include "projections/contact_history.h"
#include "projections/contact_paths.h"
#include "projections/contact_reader.h"
#include "projections/merge_reader.h"
#include "tests/publish/intercepted_log.h"
#include "tests/publish/publish_engine.h"
#include "tests/store/temporary_directory.h"

namespace rapport {

// How the revert that is under way ended.
inline RevertStatus end_of(const Reverter& reverter) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < until) {
    if (const auto status = reverter.status(); status && status->ended) return *status;
    std::this_thread::yield();
  }
  ADD_FAILURE() << "the revert did not end";
  return {};
}

class ReverterTest : public testing::Test {
 protected:
  Event city(std::uint64_t contact, const std::string& value, const std::string& source, std::int64_t seconds) {
    ContactChanged changed;
    changed.fields.emplace_back("city", json_string(value));
    return change(contact, std::move(changed), source, seconds);
  }
  Event change(std::uint64_t contact, ContactChanged changed, const std::string& source, std::int64_t seconds) {
    return make_event("e" + std::to_string(++events_), source, EventType::contact_changed, ContactId{contact},
                      Timestamp{seconds * 1'000}, std::move(changed));
  }
  LogPosition publish(Event event) {
    const PublishResult result = engine_.publish_one(std::move(event));
    EXPECT_EQ(result.status, PublishStatus::accepted) << (result.error ? to_string(*result.error) : "");
    return *result.position;
  }

  RevertStatus revert(RevertRequest request) {
    const auto started = reverter_.start(std::move(request));
    EXPECT_TRUE(started) << to_string(started.error());
    return wait_for_end();
  }
  RevertStatus wait_for_end() { return end_of(reverter_); }
  static RevertRequest of_source(const std::string& source) { return {.selection = {.source = source}}; }

  // A link, and what it tells the contact that stays: contact 2 into 1.
  void merge(const std::string& id, const std::string& source, std::int64_t seconds) {
    publish_both(make_event(id, source, EventType::contact_merged_into, ContactId{2}, Timestamp{seconds * 1'000},
                            ContactMergedInto{ContactId{1}}));
  }
  void publish_both(Event link) {
    PublishOptions options;
    options.tell_survivors = true;
    const auto published = engine_.publish({std::move(link)}, options);
    ASSERT_TRUE(published) << to_string(published.error());
    EXPECT_EQ(published->results.front().status, PublishStatus::accepted);
  }
  // Merged ones that who reads contact `id` as of then sees.
  std::size_t members(std::uint64_t id, std::int64_t seconds) {
    const auto view = engine_.folder().view();
    const ContactSource then = [&](ContactId contact) {
      return read_contact_at(*view, contact, Moment::at_time(Timestamp{seconds * 1'000}));
    };
    const auto read = read_merged(then, ContactId{id});
    EXPECT_TRUE(read && *read) << id;
    return read && *read ? (*read)->members.size() : 0;
  }

  ContactState state_of(std::uint64_t contact) {
    return read_contact(*engine_.folder().view(), ContactId{contact})->value_or(ContactState{});
  }
  std::string city_of(std::uint64_t contact) {
    const auto values = values_by_path(state_of(contact));
    const auto found = values.find("fields.city");
    return found == values.end() ? "none" : found->second.text;
  }

  TemporaryDirectory directory_{fastest_directory()};
  std::unique_ptr<EmbeddedLog> inner_ =
      *EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 2});
  InterceptedLog log_{*inner_};
  PublishEngine engine_{log_, directory_.path() / "rows"};
  Reverter reverter_{log_, engine_.folder(), engine_.publisher()};
  int events_ = 0;
};

}  // namespace rapport
