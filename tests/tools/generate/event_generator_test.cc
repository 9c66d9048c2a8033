#include "tools/rapport/generate/event_generator.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "events/event_decoder.h"

namespace rapport {
namespace {

std::string generate(const GeneratorOptions& options) {
  auto generator = EventGenerator::make(options);
  if (!generator) return to_string(generator.error());
  std::string out;
  while (generator->append_next(out)) {
  }
  return out;
}

std::vector<Event> decoded(const GeneratorOptions& options) {
  auto generator = EventGenerator::make(options).value();
  EventDecoder decoder;
  std::vector<Event> events;
  std::string line;
  while (generator.append_next(line)) {
    EXPECT_EQ(line.back(), '\n');
    line.pop_back();
    auto event = decoder.decode(line);
    if (!event) {
      ADD_FAILURE() << to_string(event.error()) << "\n" << line;
      break;
    }
    events.push_back(*std::move(event));
    line.clear();
  }
  return events;
}

// FNV-1a, 64 bits: enough to notice a changed byte.
std::uint64_t hash_of(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

TEST(EventGenerator, GivesTheSameBytesForTheSameSeedOnEveryMachine) {
  const std::string bytes = generate({.events = 50'000, .contacts = 5'000, .seed = 1});
  EXPECT_EQ(hash_of(bytes), 7996054429552217980u)
      << "a changed workload: figures from before do not compare with later ones";
  EXPECT_EQ(bytes, generate({.events = 50'000, .contacts = 5'000, .seed = 1}));
  EXPECT_NE(bytes, generate({.events = 50'000, .contacts = 5'000, .seed = 2}));
}

TEST(EventGenerator, AFewEventsAreTheStartOfMany) {
  const std::string many = generate({.events = 2'000, .contacts = 100, .seed = 9});
  EXPECT_TRUE(many.starts_with(generate({.events = 500, .contacts = 100, .seed = 9})));
}

TEST(EventGenerator, EveryLineIsAnEventOfAContactInRange) {
  std::set<std::string> ids;
  for (const Event& event : decoded({.events = 30'000, .contacts = 300, .seed = 3})) {
    const auto* contact = std::get_if<ContactId>(&event.subject);
    ASSERT_NE(contact, nullptr);
    EXPECT_GE(contact->value, 1u);
    EXPECT_LE(contact->value, 300u);
    EXPECT_TRUE(ids.insert(event.id).second) << event.id;
  }
  EXPECT_EQ(ids.size(), 30'000u);
}

TEST(EventGenerator, AContactsFirstEventIsItsCreationAndNoOtherIs) {
  std::set<ContactId> created;
  for (const Event& event : decoded({.events = 30'000, .contacts = 2'000, .seed = 4})) {
    const bool is_first = created.insert(std::get<ContactId>(event.subject)).second;
    EXPECT_EQ(event.type == EventType::contact_created, is_first);
  }
  EXPECT_GT(created.size(), 1'000u);
}

TEST(EventGenerator, KeepsTheMixAndTheSize) {
  const GeneratorOptions options{.events = 200'000, .contacts = 1'000, .seed = 5};
  std::map<EventType, double> count;
  double others = 0;
  for (const Event& event : decoded(options)) {
    count[event.type] += 1;
    others += event.type != EventType::contact_created;
  }
  const std::map<EventType, double> weights{
      {EventType::visit_started, 45},       {EventType::chat_started, 12},
      {EventType::chat_message, 10},        {EventType::contact_fields_changed, 15},
      {EventType::contact_tags_changed, 8}, {EventType::case_status_changed, 5}};
  for (const auto& [type, weight] : weights) {
    EXPECT_NEAR(count[type] / others, weight / 95, 0.005) << event_type_row(type).name;
  }
  EXPECT_EQ(count.size(), weights.size() + 1);
  const double bytes_each = static_cast<double>(generate(options).size()) / 200'000;
  EXPECT_NEAR(bytes_each, 340, 10);
}

TEST(EventGenerator, TimesRiseAndTwoPercentAreUpToTenMinutesLate) {
  std::int64_t newest = 0, late = 0, latest_by = 0;
  const auto events = decoded({.events = 100'000, .contacts = 1'000, .seed = 6});
  for (const Event& event : events) {
    ASSERT_TRUE(event.time);
    if (event.time->ms > newest) {
      EXPECT_TRUE(newest == 0 || event.time->ms - newest <= 10 * 20)
          << "a leap of " << event.time->ms - newest << " ms";
      newest = event.time->ms;
    } else {
      ++late;
      latest_by = std::max(latest_by, newest - event.time->ms);
    }
  }
  EXPECT_NEAR(static_cast<double>(late) / 100'000, 0.02, 0.002);
  EXPECT_LE(latest_by, 10 * 60 * 1000);
  EXPECT_GT(latest_by, 9 * 60 * 1000);
}

TEST(EventGenerator, BusyContactsFollowZipfsLaw) {
  std::map<ContactId, double> events_of;
  double total = 0;
  for (const Event& event : decoded({.events = 200'000, .contacts = 10'000, .seed = 7})) {
    events_of[std::get<ContactId>(event.subject)] += 1;
    total += 1;
  }
  std::vector<double> by_rank;
  for (const auto& [contact, count] : events_of) by_rank.push_back(count);
  std::sort(by_rank.rbegin(), by_rank.rend());
  double harmonic = 0;
  for (int k = 1; k <= 10'000; ++k) harmonic += 1.0 / k;
  for (const std::size_t rank : {1u, 2u, 3u, 10u, 30u}) {
    const double expected = total / (harmonic * static_cast<double>(rank));
    EXPECT_NEAR(by_rank[rank - 1] / expected, 1.0, 0.15) << "rank " << rank;
  }
}

TEST(EventGenerator, RefusesWhatIsOutOfRangeNamingTheOption) {
  const auto field_of = [](GeneratorOptions options) {
    const auto made = EventGenerator::make(options);
    return made ? std::string("accepted") : made.error().field;
  };
  EXPECT_EQ(field_of({.events = 0}), "--events");
  EXPECT_EQ(field_of({.events = kGeneratedEventsMax + 1}), "--events");
  EXPECT_EQ(field_of({.contacts = 0}), "--contacts");
  EXPECT_EQ(field_of({.contacts = kGeneratedContactsMax + 1}), "--contacts");
  EXPECT_EQ(field_of({.start = Timestamp{0}}), "--start");
  EXPECT_EQ(field_of({.start = kTimestampMax}), "--start");
  EXPECT_EQ(field_of({.events = 1, .contacts = kGeneratedContactsMax}), "accepted");
}

TEST(EventGenerator, OneContactIsEnough) {
  const auto events = decoded({.events = 100, .contacts = 1, .seed = 8});
  ASSERT_EQ(events.size(), 100u);
  EXPECT_EQ(events[0].type, EventType::contact_created);
  EXPECT_EQ(to_string(events[99].subject), "contact/1");
}

}  // namespace
}  // namespace rapport
