// What an event writes into a contact's or company's registers, as paths and values: what a timeline shows as changes,
// and what blame asks for.
//
//   fields.<key>   client.<attribute>   tags.<tag> (true or false)   companyId   archived   blocked   mergedInto
#pragma once

#include <string>
#include <vector>

#include "events/event_type.h"
#include "events/payload.h"

namespace rapport {

struct RegisterWrite {
  std::string path;
  JsonText value;  // null: removed, cleared

  friend bool operator==(const RegisterWrite&, const RegisterWrite&) = default;
};

// Whether an event of the type can write a register.
bool writes_registers(EventType type);

// In the payload's order; empty for a type that writes none.
std::vector<RegisterWrite> register_writes(const Payload& payload);

// {"until":...} or null.
JsonText block_json(const std::optional<Block>& block);

}  // namespace rapport
