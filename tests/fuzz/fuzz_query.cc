#include "projections/contact_order.h"
#include "projections/search.h"
#include "projections/where.h"
#include "tests/fuzz/fuzz_target.h"

namespace rapport {
namespace {

ControlState declared() {
  ControlState control;
  std::uint64_t id = 0;
  for (const AttributeType type : {AttributeType::text, AttributeType::number, AttributeType::date}) {
    AttributeDefined attribute;
    attribute.id = ++id;
    attribute.key = "a" + std::to_string(id);
    attribute.type = type;
    attribute.indexed = true;
    control.define(attribute);
  }
  return control;
}

ContactState full_contact() {
  const WriteStamp at{Timestamp{1'600'000'000'000}, Offset{7}};
  ContactState state;
  state.exists = true;
  state.first_seen = state.last_seen = state.updated = at.time;
  state.ledger.earliest = state.ledger.latest = at.time;
  state.fields["name"].write(JsonText{"\"Ada, L\\u00f8vel|ace\""}, at);
  state.fields["a2"].write(JsonText{"-1.5"}, at);
  state.fields["a3"].write(JsonText{"\"2020-09-09T10:01:36.000Z\""}, at);
  state.fields["list"].write(JsonText{R"(["a",2,{"b":null}])"}, at);
  state.tags["vip"].write(true, at);
  state.company.write(CompanyId{12}, at);
  state.identities.insert({"web", "v-1"});
  return state;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

void fuzz_query(std::string_view bytes) {
  static const ControlState control = declared();
  static const ContactState state = full_contact();
  std::vector<std::string_view> lines = lines_of(bytes);
  if (!lines.empty()) {
    (void)ContactOrder::parse(lines.back(), control);
    lines.pop_back();
  }
  if (!lines.empty()) {
    (void)Search::parse(lines.back());
    lines.pop_back();
  }
  const auto where = Where::parse(lines, control);
  if (!where) return;
  const bool all = where->matches(ContactId{42}, state);
  bool each = true;
  for (const WhereClause& clause : where->clauses()) each = each && clause.matches(ContactId{42}, state);
  require(all == each, "a query holds exactly where each of its clauses does");
  (void)where->matches(ContactId{1}, ContactState());
}

}  // namespace rapport
