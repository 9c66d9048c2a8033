// Events by number: what a run publishes again after a crash is the same event, to the byte.
#pragma once

#include <cstdint>

#include "events/event.h"

namespace rapport {

inline Event numbered_event(std::uint64_t number) {
  constexpr std::uint64_t kContacts = 40;
  const ContactId contact{number * 2'654'435'761U % kContacts + 1};
  // Half of them late, many at equal times.
  const Timestamp time{1'767'225'600'000 + static_cast<std::int64_t>(number * 7'919 % 10'007) * 100};
  const std::string id = "e" + std::to_string(number);
  switch (number % 4) {
    case 0: return make_event(id, "crash", EventType::visit_started, contact, time, VisitStarted{});
    case 1: {
      ChatStarted chat;
      chat.channel = "web";
      return make_event(id, "crash", EventType::chat_started, contact, time, chat);
    }
    case 2: {
      ContactChanged changed;
      changed.fields.emplace_back("city", JsonText{"\"" + std::to_string(number) + "\""});
      return make_event(id, "crash", EventType::contact_fields_changed, contact, time, changed);
    }
    default: {
      ContactChanged changed;
      changed.tags_added.push_back("t" + std::to_string(number % 7));
      return make_event(id, "crash", EventType::contact_tags_changed, contact, time, changed);
    }
  }
}

inline std::uint64_t number_of(const Event& event) { return std::stoull(event.id.substr(1)); }

}  // namespace rapport
