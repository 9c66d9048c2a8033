// What a list of contacts has cost, as `explain=1` has it told; of a group what each owner's part has, and all
// together:
//
//   {"index":"tags","order":"sorted","indexRows":17,"contactsRead":17}
//   {"index":"tags,none","order":"sorted","indexRows":17,"contactsRead":217,"members":[{"member":"crm-1:8080",...},...]}
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "events/json_writer.h"
#include "events/result.h"
#include "projections/contact_list.h"

namespace rapport {

void write_cost(JsonWriter& json, const ListCost& cost);
// As it was written. Throws what Boost does where it is no such object.
ListCost cost_of(const boost::json::value& written);

// Of each member, by its address; without one: what was judged by who tells it.
using MemberCosts = std::vector<std::pair<std::string, ListCost>>;
void write_costs(JsonWriter& json, const MemberCosts& costs);

}  // namespace rapport
