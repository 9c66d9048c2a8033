// The manual page of the program, out of its commands.
#pragma once

#include <CLI/App.hpp>
#include <ostream>

namespace rapport {

// rapport(1), as man reads it.
void write_manual(std::ostream& out, const CLI::App& program);

}  // namespace rapport
