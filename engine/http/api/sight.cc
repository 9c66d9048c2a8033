#include "engine/http/api/sight.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "engine/auth/scope.h"
#include "events/json_value.h"
#include "events/payload.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::string_view kFields = "fields.", kClient = "client.", kIdentities = "identities.";
constexpr std::string_view kIdentity = "identity/", kDamagedKey = "key ";
constexpr std::string_view kClientDetails = "clientDetails";

// What such a field says is not who somebody is. A date may be of birth.
constexpr std::array kPlainTypes{AttributeType::number, AttributeType::boolean, AttributeType::radio,
                                 AttributeType::checkbox};

// The members of each type's data that are not personal. Whatever a type gets that is not named here is not seen.
struct DataRow {
  EventType type;
  std::array<std::string_view, 8> seen;
};
constexpr std::array kData{
    DataRow{EventType::contact_created, {"fields", "client", "tags", "companyId", "dateCreated"}},
    DataRow{EventType::contact_changed, {"fields", "client", "tags", "companyId", "archived", "blocked"}},
    DataRow{EventType::contact_fields_changed, {"fields"}},
    DataRow{EventType::contact_tags_changed, {"add", "remove"}},
    DataRow{EventType::contact_client_changed,
            {"clientType", "clientName", "clientVersion", "clientOsName", "clientOsVersion", "clientDeviceType",
             "clientDeviceVendor", "clientDeviceModel"}},
    DataRow{EventType::contact_company_changed, {"companyId"}},
    DataRow{EventType::contact_merged_into, {"into"}},
    DataRow{EventType::contact_absorbed, {"mergeId"}},
    DataRow{EventType::contact_parted, {"mergeId"}},
    DataRow{EventType::visit_started, {"visitId", "url", "referrer", "source"}},
    DataRow{EventType::visit_ended, {"visitId", "url", "referrer", "source"}},
    DataRow{EventType::page_viewed, {"visitId", "url"}},
    DataRow{EventType::chat_started, {"caseId", "visitId", "channel", "agentId"}},
    DataRow{EventType::chat_message, {"caseId", "author"}},
    DataRow{EventType::case_status_changed, {"caseId", "status", "closingState", "agentId"}},
    DataRow{EventType::note_added, {"agentId"}},
    DataRow{EventType::identity_claimed, {"channel", "contactId"}},
    DataRow{EventType::identity_released, {"channel", "contactId"}},
};

bool is_plain(const AttributeDefined* declared) {
  return declared != nullptr && declared->object == AttributeObject::contact &&
         std::find(kPlainTypes.begin(), kPlainTypes.end(), declared->type) != kPlainTypes.end();
}

bool is_seen(EventType type, std::string_view member) {
  const auto row = std::find_if(kData.begin(), kData.end(), [&](const DataRow& r) { return r.type == type; });
  return row != kData.end() && std::find(row->seen.begin(), row->seen.end(), member) != row->seen.end();
}

std::string_view before_query(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

template <class Keep>
void keep_members(json::object& object, const Keep& keep) {
  for (auto member = object.begin(); member != object.end();) {
    member = keep(std::string_view(member->key().data(), member->key().size())) ? std::next(member)
                                                                                : object.stable_erase(member);
  }
}

}  // namespace

Result<void> check_shows_contacts(const Principal& principal, std::string_view parameter) {
  if (principal.reads_contacts) return {};
  return Error{Errc::forbidden,
               "the key lacks the scope " + std::string(kContactsScope) + ", which seeing contacts takes",
               std::string(parameter)};
}

bool Sight::sees_field(std::string_view key) const {
  if (all_) return true;
  return is_plain(control_->attribute(AttributeObject::contact, key));
}

bool Sight::sees_path(std::string_view path) const {
  if (all_) return true;
  if (path.starts_with(kFields)) return sees_field(path.substr(kFields.size()));
  return path != std::string(kClient).append(kClientDetails) && !path.starts_with(kIdentities);
}

std::string_view Sight::path(std::string_view path) const {
  return all_ || !path.starts_with(kIdentities) ? path : path.substr(0, path.find(':'));
}

std::string_view Sight::subject(std::string_view subject) const {
  if (all_) return subject;
  if (subject.starts_with(kDamagedKey)) return "key";
  return subject.starts_with(kIdentity) ? subject.substr(0, subject.find(':')) : subject;
}

std::string Sight::data(EventType type, std::string_view data) const {
  if (all_ || data.empty()) return std::string(data);
  boost::system::error_code malformed;
  json::value value = parse_json_value(data, malformed);
  if (malformed || !value.is_object()) return "{}";
  json::object& object = value.get_object();
  keep_members(object, [&](std::string_view member) { return is_seen(type, member); });
  if (json::value* fields = object.if_contains("fields"); fields != nullptr && fields->is_object()) {
    keep_members(fields->get_object(), [&](std::string_view key) { return sees_field(key); });
  }
  if (json::value* client = object.if_contains("client"); client != nullptr && client->is_object()) {
    client->get_object().erase({kClientDetails.data(), kClientDetails.size()});
  }
  for (const char* name : {"url", "referrer"}) {
    json::value* url = object.if_contains(name);
    if (url == nullptr || !url->is_string()) continue;
    const std::string_view cut = before_query({url->get_string().data(), url->get_string().size()});
    url->get_string().resize(cut.size());
  }
  return json::serialize(value);
}

std::optional<std::string> Sight::text(const std::optional<std::string>& personal) const {
  return all_ ? personal : std::nullopt;
}

std::optional<std::string> Sight::url(const std::optional<std::string>& url) const {
  return all_ || !url ? url : std::optional(std::string(before_query(*url)));
}

Result<void> Sight::check_column(const ContactColumn& column, std::string_view parameter) const {
  const auto& field = column.field();
  const bool personal = field ? !sees_field(*field) : column.name() == kClientDetails;
  return personal ? check_personal(parameter) : Result<void>();
}

Result<void> Sight::check_declares(const AttributeDefined& attribute, const AttributeDefined* before,
                                   std::string_view parameter) const {
  const bool opens = is_plain(&attribute) && !(is_plain(before) && before->key == attribute.key);
  if (all_ || !opens) return {};
  return Error{Errc::forbidden,
               "the key lacks the scope " + std::string(kPersonalScope) +
                   ", and what is declared so is shown to all, as it stands by now",
               std::string(parameter)};
}

Result<void> Sight::check_personal(std::string_view parameter) const {
  if (all_) return {};
  return Error{Errc::forbidden,
               "the key lacks the scope " + std::string(kPersonalScope) + ", which asking by personal data takes",
               std::string(parameter)};
}

}  // namespace rapport
