// A contact on the command line: where it is asked for, and how it is shown.
#pragma once

#include <CLI/App.hpp>
#include <boost/json.hpp>
#include <string>

#include "events/ids.h"
#include "tools/rapport/command.h"

namespace rapport {

std::string contact_path(ContactId id);

// As one JSON document, or as a card. The contact is the API's.
void show_contact(const boost::json::value& contact, bool as_json);

// The subcommands of `rapport contact` that change one.
void add_contact_changes(CLI::App& command, Run& run);

}  // namespace rapport
