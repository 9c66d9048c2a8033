// Arbitrary texts and JSON values in their canonical spelling, for properties.
#pragma once

#include <rapidcheck.h>

#include <optional>
#include <string>

#include "events/json_writer.h"
#include "events/payload.h"

namespace rapport {

// UTF-8 of at most 120 bytes. A name is not empty and has no control characters.
rc::Gen<std::string> arbitrary_text();
rc::Gen<std::string> arbitrary_name();
// 1 to `size_max` of the bytes of `alphabet`.
rc::Gen<std::string> arbitrary_word(const std::string& alphabet, std::size_t size_max);

// A number, text, true, false or null.
rc::Gen<JsonText> arbitrary_scalar();
rc::Gen<JsonText> arbitrary_object(int depth = 2);
// Scalars, and arrays and objects at most `depth` deep, without a key twice.
rc::Gen<JsonText> arbitrary_json(int depth = 2);

// Up to a few keys, each once, in any order.
rc::Gen<Fields> arbitrary_fields();

}  // namespace rapport
