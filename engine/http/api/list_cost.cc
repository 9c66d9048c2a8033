#include "engine/http/api/list_cost.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/group/member_json.h"

namespace rapport {
namespace {

void write_members(JsonWriter& json, const ListCost& cost) {
  json.key("index").string(cost.index);
  json.key("order").string(cost.order);
  json.key("indexRows").number(cost.index_rows);
  json.key("contactsRead").number(cost.contacts_read);
}

ListCost sum_of(const MemberCosts& costs) {
  ListCost sum = costs.empty() ? ListCost{} : costs.front().second;
  sum.index_rows = sum.contacts_read = 0;
  std::vector<std::string> indexes;
  for (const auto& [member, cost] : costs) {
    if (std::find(indexes.begin(), indexes.end(), cost.index) == indexes.end()) indexes.push_back(cost.index);
    if (cost.order != sum.order) sum.order = "sorted";
    sum.index_rows += cost.index_rows;
    sum.contacts_read += cost.contacts_read;
  }
  sum.index.clear();
  for (const std::string& index : indexes) sum.index += (sum.index.empty() ? "" : ",") + index;
  return sum;
}

}  // namespace

void write_cost(JsonWriter& json, const ListCost& cost) {
  json.begin_object();
  write_members(json, cost);
  json.end_object();
}

ListCost cost_of(const boost::json::value& written) {
  return {.index = string_of(written.at("index")),
          .order = string_of(written.at("order")),
          .index_rows = written.at("indexRows").to_number<std::uint64_t>(),
          .contacts_read = written.at("contactsRead").to_number<std::uint64_t>()};
}

void write_costs(JsonWriter& json, const MemberCosts& costs) {
  json.begin_object();
  write_members(json, sum_of(costs));
  json.key("members").begin_array();
  for (const auto& [member, cost] : costs) {
    json.begin_object().key("member");
    member.empty() ? json.null() : json.string(member);
    write_members(json, cost);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace rapport
