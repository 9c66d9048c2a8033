// What of a contact the one who asks may see. To a key without the scope personal:read an answer does not say what is
// personal, and a question by it is refused:
//
//   fields        each is personal, but where its attribute is declared as a number, a boolean, or one of some options
//   client        clientDetails
//   identities    the external id
//   events        of their data only what the table in sight.cc names; of an address what stands before "?" or "#"
//   visits, cases titles and descriptions
//
// So are alternates, blame, differences and parked bytes. Ids, times, types, tags, counters and the keys of fields are
// seen by all.
//
// Invariants: what writes a contact or its events into an answer takes a Sight, so that none can forget it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/auth/principal.h"
#include "events/event_type.h"
#include "projections/contact_column.h"
#include "projections/control_fold.h"

namespace rapport {

// Whether an answer about something else may show contacts. Errors: forbidden, saying which scope it takes; the field
// is `parameter`.
[[nodiscard]] Result<void> check_shows_contacts(const Principal& principal, std::string_view parameter);

class Sight {
 public:
  // `control` says how fields are declared, and must outlive this.
  Sight(const Principal& principal, const ControlState& control) : all_(principal.reads_personal), control_(&control) {}

  bool sees_personal() const { return all_; }
  bool sees_field(std::string_view key) const;
  // Of a register or a difference: "fields.email", "client.clientDetails", "identities.web:a81f", "tags.vip".
  bool sees_path(std::string_view path) const;
  // The path without what is personal in itself: "identities.web".
  std::string_view path(std::string_view path) const;
  // Of a row (RowName::subject): "contact/42" is itself, "identity/web:a81f" is "identity/web".
  std::string_view subject(std::string_view subject) const;

  // The data (a JSON object, or empty) of an event of that type, or what may be seen of it.
  std::string data(EventType type, std::string_view data) const;
  std::optional<std::string> text(const std::optional<std::string>& personal) const;
  std::optional<std::string> url(const std::optional<std::string>& url) const;

  // Whether a question may name the column. Errors: forbidden, saying which scope it takes; the field is `parameter`.
  [[nodiscard]] Result<void> check_column(const ContactColumn& column, std::string_view parameter) const;
  // Whether a question may look for people at all. Errors: the same.
  [[nodiscard]] Result<void> check_personal(std::string_view parameter) const;
  // Whether a field may be declared so; `before`, where there is one, is how it is. What makes its values seen by all
  // takes somebody who sees them. Errors: the same.
  [[nodiscard]] Result<void> check_declares(const AttributeDefined& attribute, const AttributeDefined* before,
                                            std::string_view parameter) const;

 private:
  bool all_;
  const ControlState* control_;
};

}  // namespace rapport
