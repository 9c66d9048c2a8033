// A custom attribute as the compatible API writes it:
//
//   {"id":1,"object":"contact","key":"plan","type":"text","system":"no","config":{"label":"Plan",
//    "input":{"type":"radio","label":"Plan","required":false,"options":["free","pro"],
//             "validationType":"format","validationFormat":"any"}}}
//
// config.input.type says how a value is entered (text, textarea, radio, select, checkbox), validationFormat what a
// text must look like (any, email, phone, url, number, date): together they are the attribute's type. Of `config`
// nothing else is kept. `indexed` is Rapport's own.
#pragma once

#include <string>

#include "events/json_writer.h"
#include "events/payload.h"
#include "events/result.h"

namespace rapport {

// Of one object's attributes: each index is a row more to write with every contact. Checked where one is declared:
// those that are more already stay.
inline constexpr std::size_t kIndexedAttributesMax = 64;

// The body's members over those of `old`: what is not named stays. The body may stand in {"data":...}.
// Errors: invalid_json, invalid_argument, and those of an attribute.defined event.
[[nodiscard]] Result<AttributeDefined> parse_attribute(const std::string& body, const AttributeDefined& old);

void write_attribute(JsonWriter& json, const AttributeDefined& attribute);

}  // namespace rapport
