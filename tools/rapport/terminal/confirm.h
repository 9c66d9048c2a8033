// Asking before something that cannot be undone.
#pragma once

#include <string_view>

#include "events/result.h"

namespace rapport {

// Whether somebody is there to ask. Errors: invalid_argument: nobody is.
[[nodiscard]] Result<void> check_askable();

// Asks on the terminal and reads y or n; `yes` (--yes) answers without asking. Errors: invalid_argument: nobody is
// there to ask.
[[nodiscard]] Result<bool> confirm(std::string_view question, bool yes);

}  // namespace rapport
