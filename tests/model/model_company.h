// What a company is: a contact's rules, for fields only.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "tests/model/model_contact.h"

namespace rapport::model {

struct Company {
  Existence existence = Existence::missing;  // never erased
  std::uint64_t version = 0;
  std::optional<Timestamp> gone_since;
  std::optional<Timestamp> date_created, date_updated;
  std::map<std::string, Register<JsonText>> fields;  // null: removed
  Stream timeline;

  friend bool operator==(const Company&, const Company&) = default;
};

Company company_of(const Stream& stream);

}  // namespace rapport::model
