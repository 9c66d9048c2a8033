#include "engine/publish/brought_ids.h"

#include <map>

#include "projections/key_layout.h"

namespace rapport {
namespace {

struct Named {
  IdKind kind;
  std::uint64_t id;
  std::string_view field;
};

void add_company(const std::optional<CompanyId>& company, std::vector<Named>& out) {
  if (company) out.push_back({IdKind::company, company->value, "data.companyId"});
}

std::vector<Named> ids_named_by(const Event& event) {
  std::vector<Named> out;
  if (const auto* contact = std::get_if<ContactId>(&event.subject); contact && !event.identity) {
    out.push_back({IdKind::contact, contact->value, "subject"});
  }
  if (const auto* company = std::get_if<CompanyId>(&event.subject)) {
    out.push_back({IdKind::company, company->value, "subject"});
  }
  if (const auto* merge = std::get_if<ContactMergedInto>(&event.payload)) {
    out.push_back({IdKind::contact, merge->into.value, "data.into"});
  }
  if (const auto* created = std::get_if<ContactCreated>(&event.payload)) add_company(created->company, out);
  if (const auto* changed = std::get_if<ContactChanged>(&event.payload); changed && changed->company) {
    add_company(*changed->company, out);
  }
  return out;
}

Subject subject_of(const Named& named) {
  return named.kind == IdKind::company ? Subject{CompanyId{named.id}} : Subject{ContactId{named.id}};
}

std::string state_key_of(const Named& named) { return state_key(stream_key(subject_of(named))); }

}  // namespace

Result<BroughtIds> judge_brought_ids(const View& view, const IdAllocator& own, std::span<const IncomingEvent> events,
                                     bool whole_blocks, const IsFolded& is_folded) {
  BroughtIds out;
  // Ids in engines' ranges that we have not given out: another engine or an earlier run has, if they are there.
  std::map<std::string, std::vector<std::pair<std::size_t, Named>>> foreign;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i]) continue;
    for (const Named& named : ids_named_by(*events[i])) {
      const IdRange* range = view.control().range_of(named.kind, named.id);
      if (range == nullptr) {
        out.unreserved.emplace(named.kind,
                               whole_blocks ? block_around(named.id, own.block_size()) : IdBlock{named.id, 1});
      } else if (!range->holder.empty() && !own.has_given_out(named.kind, named.id) && is_folded(subject_of(named))) {
        foreign[state_key_of(named)].emplace_back(i, named);
      }
    }
  }
  if (foreign.empty()) return out;
  std::vector<std::string_view> keys;
  for (const auto& [key, named] : foreign) keys.push_back(key);
  const auto rows = view.store().multi_get(keys, view.at());
  if (!rows) return rows.error();
  auto row = rows->begin();
  for (const auto& [key, named_by] : foreign) {
    if (*row++) continue;
    for (const auto& [index, named] : named_by) {
      out.invented.emplace_back(
          index,
          Error{Errc::id_not_given_out,
                std::string(kIdKindNames[static_cast<std::size_t>(named.kind)]) + " " + std::to_string(named.id) +
                    " is in a range that an engine gives ids out from, and not yet given out",
                std::string(named.field)});
    }
  }
  return out;
}

}  // namespace rapport
