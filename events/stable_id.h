// Names made from facts: the same facts give the same name in every run, on every machine, so that what is imported
// twice is a repeat.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace rapport {

// 32 hex digits: BLAKE2b over the facts, each behind its length, so that ("ab", "c") and ("a", "bc") differ.
std::string stable_id(std::initializer_list<std::string_view> facts);

}  // namespace rapport
