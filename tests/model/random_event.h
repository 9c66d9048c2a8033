// Random events of one subject: any type that may stand in its stream, over few values, so that writes meet.
#pragma once

#include <cstdint>
#include <string>

#include "events/event.h"
#include "tests/model/dice.h"

namespace rapport::model {

// Who and what random events are about: ids run from 1.
struct Cast {
  std::uint64_t contacts = 4;  // at least 2: a contact is never merged with itself
  std::uint64_t companies = 2;
  std::uint64_t identities = 3;
  bool deletions = true;  // and erasures
};

class RandomEvents {
 public:
  // `dice` is used until the object is gone.
  RandomEvents(Dice& dice, const Cast& cast) : dice_(dice), cast_(cast) {}

  ContactId contact();
  ContactId other_than(const Subject& subject);
  CompanyId company();
  Identity identity();

  // An event of a random type, without time, expected version and the other optional attributes. A contact's type for
  // an identity's subject is never among them.
  Event of(const Subject& subject, std::string id);

  Event of_contact(const Subject& subject);
  Event of_company(const Subject& subject);
  Event of_identity(const Identity& identity);
  Event of_control();

 private:
  Event make(EventType type, const Subject& subject, Payload payload);
  Event custom(const Subject& subject);
  Event old_chat_message(const Subject& subject);
  Event parking();

  Fields fields();
  ClientChanges client();
  ClientChanges some_client();
  std::optional<CompanyId> company_or_none();
  ContactCreated contact_created();
  ContactChanged contact_changed();
  ContactChanged tags_changed();
  ContactChanged some_tags_changed();
  VisitDetails visit();
  ChatStarted chat_started();
  ChatMessage chat_message();
  CaseStatusChanged case_status();
  IdsReserved ids_reserved();
  AttributeDefined attribute_defined(std::uint64_t id);

  Dice& dice_;
  Cast cast_;
};

}  // namespace rapport::model
