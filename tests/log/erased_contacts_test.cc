// Whom a log in clear calls erased.
#include "engine/log/erased_contacts.h"

#include <gmock/gmock.h>

#include "engine/log/embedded_log.h"
#include "events/event_encoder.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using testing::ElementsAre;

class ErasedContacts : public testing::Test {
 protected:
  void append(Event event, std::optional<Subject> stream = std::nullopt) {
    const std::string key = to_string(stream.value_or(event.subject));
    ASSERT_TRUE(append_and_wait(*log_, {{log_->partition_of(key), key, encode_event(event)}}));
  }
  static Event erased(std::uint64_t contact) {
    return make_event("e" + std::to_string(contact), "rapport/api", EventType::contact_erased, ContactId{contact},
                      std::nullopt, ContactErased{});
  }
  static Event noted(std::uint64_t contact, const std::string& text) {
    return make_event("n" + std::to_string(contact), "crm", EventType::note_added, ContactId{contact}, std::nullopt,
                      NoteAdded{text});
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventLog> log_ =
      EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 3}).value();
};

TEST_F(ErasedContacts, AreThoseOfWhomTheEngineSaidIt) {
  for (std::uint64_t contact = 1; contact <= 6; ++contact) append(noted(contact, "contact.erased"));
  append(erased(1));
  Event conditional = erased(2);
  conditional.expected_version = 9;
  append(conditional);                       // it may have been refused
  append(erased(3), Subject{ContactId{4}});  // in another's stream, which every fold parks
  append(erased(5));
  append(erased(7));  // of whom nothing else is known
  EXPECT_THAT(*erased_in(*log_), ElementsAre(ContactId{1}, ContactId{5}, ContactId{7}));
  const std::vector<ContactId> asked{{1}, {2}, {3}, {7}, {8}};
  EXPECT_THAT(*left_in(*log_, asked), ElementsAre(ContactId{2}, ContactId{3}));
}

}  // namespace
}  // namespace rapport
