// The bench workload: made-up events of made-up contacts, as NDJSON, the same bytes for the same options everywhere.
//
// The mix: a contact's first event is contact.created; every other event is drawn by the weights
//
//   visit.started 45   chat.started 12   chat.message 10   contact.fields.changed 15   contact.tags.changed 8
//   case.status.changed 5
//
// which sum to 95 of 100: the first events take the rest (7 % of a million events over 100,000 contacts; fewer, the
// more events there are).
//
// Invariants:
// - Contacts are drawn by Zipf's law with exponent 1 over 1..contacts; the busy ones are scattered over the ids, as in
//   a real system, not the smallest ids. A contact that is never drawn has no event.
// - Times rise by 1 to 20 ms (step_ms_max) an event; 2 % of the events are then 1 ms to 10 minutes late (never a first
// event).
// - Every line is an event that decode_event accepts, addressed to contact/<id>, about 340 bytes on average.
// - A change of these bytes is a change of the workload: figures from before and after it do not compare. The test
//   holds their hash.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/result.h"
#include "events/timestamp.h"
#include "tools/rapport/generate/random.h"
#include "tools/rapport/generate/zipf.h"

namespace rapport {

inline constexpr std::uint64_t kGeneratedContactsMax = 100'000'000;
inline constexpr std::uint64_t kGeneratedEventsMax = 10'000'000'000;

struct GeneratorOptions {
  std::uint64_t events = 1'000'000;
  std::uint64_t contacts = 100'000;
  std::uint64_t seed = 1;
  Timestamp start{1'735'689'600'000};  // 2025-01-01T00:00:00Z
  std::uint32_t step_ms_max = 20;      // from an event to the next
};

class EventGenerator {
 public:
  // Errors: invalid_argument, naming the option that is 0 or beyond its limit.
  [[nodiscard]] static Result<EventGenerator> make(const GeneratorOptions& options);

  // Appends the next event and a newline to `out`; false, and nothing appended, after the last one.
  bool append_next(std::string& out);

  // How many events have been appended.
  std::uint64_t made() const { return made_; }
  // No event is of a later time.
  Timestamp newest() const { return Timestamp{clock_ms_}; }

 private:
  explicit EventGenerator(const GeneratorOptions& options);

  struct ContactState {
    std::uint32_t visits = 0;
    std::uint32_t cases = 0;
    bool created = false;
  };

  std::uint32_t draw_contact();
  void append_envelope(std::string& out, std::string_view source, std::string_view type, std::uint32_t contact,
                       Timestamp time);
  void append_created(std::string& out, std::uint32_t contact);
  void append_visit(std::string& out, std::uint32_t contact, ContactState& state);
  void append_chat(std::string& out, std::uint32_t contact, ContactState& state);
  void append_message(std::string& out, std::uint32_t contact, const ContactState& state);
  void append_fields_changed(std::string& out, std::uint32_t contact);
  void append_tags_changed(std::string& out);
  void append_status_changed(std::string& out, std::uint32_t contact, const ContactState& state);
  void append_field(std::string& out, std::uint32_t field, std::uint32_t contact, std::uint32_t first_name);

  GeneratorOptions options_;
  Random random_;
  Zipf zipf_;
  std::vector<ContactState> states_;  // by id - 1
  std::int64_t clock_ms_;
  std::uint64_t made_ = 0;
};

}  // namespace rapport
