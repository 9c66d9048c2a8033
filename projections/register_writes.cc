#include "projections/register_writes.h"

namespace rapport {
namespace {

JsonText number_or_null(const std::optional<std::uint64_t>& number) {
  return JsonText{number ? std::to_string(*number) : "null"};
}
template <class IdType>
JsonText id_json(const std::optional<IdType>& id) {
  return number_or_null(id ? std::optional(id->value) : std::nullopt);
}

class Writes {
 public:
  void add(std::string path, JsonText value) { out_.push_back({std::move(path), std::move(value)}); }
  void fields(const Fields& fields) {
    for (const auto& [key, value] : fields) add("fields." + key, value);
  }
  void client(const ClientChanges& client) {
    for (const auto& [attribute, value] : client) {
      add("client." + std::string(kClientAttributeNames[static_cast<std::size_t>(attribute)]), value);
    }
  }
  void tags(const std::vector<std::string>& tags, bool present) {
    for (const std::string& tag : tags) add("tags." + tag, JsonText{present ? "true" : "false"});
  }
  std::vector<RegisterWrite> take() { return std::move(out_); }

 private:
  std::vector<RegisterWrite> out_;
};

}  // namespace

JsonText block_json(const std::optional<Block>& block) {
  if (!block) return JsonText{"null"};
  JsonText out;
  JsonWriter(out.text).begin_object().key("until").time_or_null(block->until).end_object();
  return out;
}

bool writes_registers(EventType type) {
  switch (type) {
    case EventType::contact_created:
    case EventType::contact_changed:
    case EventType::contact_fields_changed:
    case EventType::contact_tags_changed:
    case EventType::contact_client_changed:
    case EventType::contact_company_changed:
    case EventType::contact_merged_into:
    case EventType::contact_unmerged:
    case EventType::company_created:
    case EventType::company_changed: return true;
    default: return false;
  }
}

std::vector<RegisterWrite> register_writes(const Payload& payload) {
  Writes writes;
  if (const auto* p = std::get_if<ContactCreated>(&payload)) {
    writes.fields(p->fields);
    writes.client(p->client);
    writes.tags(p->tags, true);
    if (p->company) writes.add("companyId", id_json(p->company));
  } else if (const auto* changed = std::get_if<ContactChanged>(&payload)) {
    writes.fields(changed->fields);
    writes.client(changed->client);
    writes.tags(changed->tags_added, true);
    writes.tags(changed->tags_removed, false);
    if (changed->company) writes.add("companyId", id_json(*changed->company));
    if (changed->archived) writes.add("archived", JsonText{*changed->archived ? "true" : "false"});
    if (changed->blocked) writes.add("blocked", block_json(*changed->blocked));
  } else if (const auto* merged = std::get_if<ContactMergedInto>(&payload)) {
    writes.add("mergedInto", id_json(std::optional(merged->into)));
  } else if (std::holds_alternative<ContactUnmerged>(payload)) {
    writes.add("mergedInto", JsonText{"null"});
  } else if (const auto* company = std::get_if<CompanyCreated>(&payload)) {
    writes.fields(company->fields);
  } else if (const auto* edited = std::get_if<CompanyChanged>(&payload)) {
    writes.fields(edited->fields);
  }
  return writes.take();
}

}  // namespace rapport
