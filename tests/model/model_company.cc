#include "tests/model/model_company.h"

namespace rapport::model {
namespace {

const Fields* fields_of(const Event& event) {
  if (const auto* created = std::get_if<CompanyCreated>(&event.payload)) return &created->fields;
  if (const auto* changed = std::get_if<CompanyChanged>(&event.payload)) return &changed->fields;
  return nullptr;  // a deletion or a publisher's own type
}

std::optional<Timestamp> date_created_of(const Stream& accepted_by_time) {
  for (const Entry& entry : accepted_by_time) {
    if (entry.event().type == EventType::company_created) return entry.time;
  }
  if (accepted_by_time.empty()) return std::nullopt;
  return accepted_by_time.front().time;
}

}  // namespace

Company company_of(const Stream& stream) {
  Company company;
  company.existence = exists(stream) ? Existence::present : Existence::missing;
  company.version = version_of(stream);
  company.timeline = by_time(stream);

  const Stream events = by_time(accepted(stream));
  for (const Entry& entry : events) {
    if (is_change(entry.event().type)) company.date_updated = entry.time;
    const Fields* fields = fields_of(entry.event());
    if (!fields) continue;
    for (const auto& [key, value] : *fields) {
      company.fields[key] = Register<JsonText>{value, entry.time, entry.record.position};
    }
  }
  company.date_created = date_created_of(events);

  if (const Entry* deletion = first_accepted(stream, EventType::company_deleted)) {
    company.existence = Existence::deleted;
    company.gone_since = deletion->time;
  }
  return company;
}

}  // namespace rapport::model
