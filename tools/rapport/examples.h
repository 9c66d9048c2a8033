// An example or two of every command: what -h shows first, and the manual too.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace rapport {

struct Example {
  std::string_view command;  // its path, "contact get"; empty: the program's own
  std::string_view line;     // without the leading "rapport"
  std::string_view what;
};

std::span<const Example> examples();
// Of one command.
std::vector<Example> examples_of(std::string_view command);

}  // namespace rapport
