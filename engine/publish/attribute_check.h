// Whether values fit the attributes that are declared for their object. Checked where an event enters and never in the
// fold, whose result must not depend on another partition; values written before a declaration stand.
//
//   text      a string                         phone     3 to 20 digits, with + ( ) - . / and spaces
//   number    a number                         url       http:// or https:// and a host
//   boolean   true or false                    radio     one of the options
//   date      RFC 3339, or YYYY-MM-DD          checkbox  a list of options, each once; true or false where there are
//   email     local@domain.tld                           none
//
// A field that is not declared may hold anything. null removes a field; one that is required stays.
#pragma once

#include "events/event.h"
#include "projections/control_fold.h"

namespace rapport {

// Errors: invalid_event; the field is "data.fields.<key>".
[[nodiscard]] Result<void> check_attributes(const Event& event, const ControlState& control);

// Errors: invalid_event, without a field.
[[nodiscard]] Result<void> check_attribute_value(const AttributeDefined& attribute, const JsonText& value);

}  // namespace rapport
