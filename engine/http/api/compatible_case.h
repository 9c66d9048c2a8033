// A case as the compatible API shows it.
#pragma once

#include <string_view>

#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/sight.h"
#include "events/json_writer.h"
#include "projections/visit_case_reader.h"

namespace rapport {

// `select`: columns; empty: all. id and threadId are always shown. The object is left open for relations.
void begin_compatible_case(JsonWriter& json, ContactId contact, const ListedCase& listed, const NameSet& select,
                           const Sight& sight);

// A label of a publisher's own (a visit's, a case's, an agent's id): a number where it is one, as that API's ids are.
void write_label(JsonWriter& json, std::string_view label);
void write_label_or_null(JsonWriter& json, const std::optional<std::string>& label);

}  // namespace rapport
