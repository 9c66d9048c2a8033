// A scalar as bytes that compare as the values do: booleans, then numbers, then times, then texts.
//
//   b0 b1   n and 8 bytes   t and 8 bytes   x and the text's own bytes
#pragma once

#include <string>

#include "projections/json_scalars.h"

namespace rapport {

std::string sort_key(const Scalar& value);
std::string sort_key(Timestamp value);

}  // namespace rapport
