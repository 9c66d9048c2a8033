// The scalars of a stored JSON value, as queries compare them. Only events/ parses JSON from outside; what stands in a
// row has been through it.
//
// Invariants: nothing here validates. Given other text the answer is wrong, but nothing is read outside of it.
#pragma once

#include <boost/container/small_vector.hpp>
#include <string>
#include <variant>

#include "events/json_writer.h"

namespace rapport {

// Numbers are doubles: integers beyond 2^53 compare as the double nearest to them.
using Scalar = std::variant<bool, double, Timestamp, std::string>;
using Scalars = boost::container::small_vector<Scalar, 1>;

// None of null; those of an array's elements; an object, and an array within an array, is its own JSON text. Never a
// Timestamp: JSON has none.
Scalars scalars_of(const JsonText& json);

}  // namespace rapport
