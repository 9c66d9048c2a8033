#include "projections/contact_column.h"

#include <algorithm>
#include <set>

#include "events/text.h"

namespace rapport {
namespace {

Scalars number(std::uint64_t value) { return {Scalar(static_cast<double>(value))}; }
Scalars text(std::string_view value) { return {Scalar(std::string(value))}; }
Scalars time(std::optional<Timestamp> value) { return value ? Scalars{Scalar(*value)} : Scalars(); }

ColumnType type_of(const AttributeDefined& attribute) {
  switch (attribute.type) {
    case AttributeType::number: return ColumnType::number;
    case AttributeType::boolean: return ColumnType::boolean;
    case AttributeType::date: return ColumnType::time;
    case AttributeType::text:
    case AttributeType::email:
    case AttributeType::phone:
    case AttributeType::url:
    case AttributeType::radio:
    case AttributeType::checkbox: return ColumnType::text;
  }
  return ColumnType::any;
}

}  // namespace

Scalar date_or_text(Scalar value) {
  constexpr std::size_t kFullDateSize = 10;  // YYYY-MM-DD
  const auto* written = std::get_if<std::string>(&value);
  if (written == nullptr) return value;
  const auto parsed = parse_timestamp(written->size() == kFullDateSize ? *written + "T00:00:00Z" : *written);
  return parsed ? Scalar(*parsed) : value;
}

struct ContactColumnTable {
  using Column = ContactColumn;
  struct Row {
    std::string_view name;
    ColumnType type;
    Column::Read read;
    std::vector<std::string_view> choices = {};
  };

  static const std::vector<Row>& rows();

  static Scalars tags(const Column&, ContactId, const ContactState& state) {
    Scalars out;
    for (const auto& [tag, written] : state.tags) {
      if (written.value) out.emplace_back(tag);
    }
    return out;
  }
  static Scalars channels(const Column&, ContactId, const ContactState& state) {
    std::set<std::string_view> names;
    for (const Identity& identity : state.identities) names.insert(identity.channel);
    Scalars out;
    for (const std::string_view name : names) out.emplace_back(std::string(name));
    return out;
  }
  static Scalars client(const Column& column, ContactId, const ContactState& state) {
    const auto written = state.client.find(column.client_);
    return written == state.client.end() ? Scalars() : scalars_of(written->second.value);
  }
  static Scalars field(const Column& column, ContactId, const ContactState& state) {
    const auto written = state.fields.find(*column.field_);
    if (written == state.fields.end()) return {};
    Scalars out = scalars_of(written->second.value);
    if (column.type_ == ColumnType::time) {
      for (Scalar& value : out) value = date_or_text(std::move(value));
    }
    return out;
  }

  static Column of_row(const Row& row) {
    Column column(row.name, row.type, row.read);
    column.choices_ = row.choices;
    return column;
  }
  static Column of_client(std::size_t index) {
    Column column(kClientAttributeNames[index], ColumnType::text, client);
    column.client_ = static_cast<ClientAttribute>(index);
    return column;
  }
  static Column of_field(std::string_view name, std::string_view key, const ControlState& control) {
    const AttributeDefined* declared = control.attribute(AttributeObject::contact, key);
    Column column(name, declared ? type_of(*declared) : ColumnType::any, field);
    column.field_ = key;
    return column;
  }
};

const std::vector<ContactColumnTable::Row>& ContactColumnTable::rows() {
  using S = const ContactState&;
  using C = const Column&;
  static const std::vector<Row> table{
      {"id", ColumnType::number, [](C, ContactId id, S) { return number(id.value); }},
      {"version", ColumnType::number, [](C, ContactId, S s) { return number(s.version()); }},
      {"companyId", ColumnType::number,
       [](C, ContactId, S s) { return s.company.value ? number(s.company.value->value) : Scalars(); }},
      {"counters.events", ColumnType::number, [](C, ContactId, S s) { return number(s.ledger.accepted_count()); }},
      {"counters.visits", ColumnType::number, [](C, ContactId, S s) { return number(s.visits); }},
      {"counters.chats", ColumnType::number, [](C, ContactId, S s) { return number(s.cases); }},
      {"counters.messages", ColumnType::number,
       [](C, ContactId, S s) { return number(s.ledger.accepted_count(EventType::chat_message)); }},
      {"counters.openCases", ColumnType::number, [](C, ContactId, S s) { return number(s.open_cases); }},
      {"dateCreated", ColumnType::time, [](C, ContactId, S s) { return time(s.date_created()); }},
      {"dateUpdated", ColumnType::time, [](C, ContactId, S s) { return time(s.updated); }},
      {"firstSeen", ColumnType::time, [](C, ContactId, S s) { return time(s.first_seen); }},
      {"lastSeen", ColumnType::time, [](C, ContactId, S s) { return time(s.last_seen); }},
      {"archive",
       ColumnType::choice,
       [](C, ContactId, S s) { return text(s.archived.value ? "yes" : "no"); },
       {"yes", "no"}},
      {"status",
       ColumnType::choice,
       [](C, ContactId, S s) { return text(s.archived.value ? "archived" : "active"); },
       {"active", "archived"}},
      {"isBlocked",
       ColumnType::choice,
       [](C, ContactId, S s) { return text(s.blocked.value ? "YES" : "NO"); },
       {"YES", "NO"}},
      {"tags", ColumnType::text, tags},
      {"channels", ColumnType::text, channels},
  };
  return table;
}

Result<ContactColumn> ContactColumn::parse(std::string_view name, const ControlState& control) {
  constexpr std::string_view kFields = "fields.";
  if (name.starts_with(kFields) && name.size() > kFields.size()) {
    return ContactColumnTable::of_field(name, name.substr(kFields.size()), control);
  }
  if (name == "name" || name == "email" || name == "phone") return ContactColumnTable::of_field(name, name, control);
  for (const auto& row : ContactColumnTable::rows()) {
    if (row.name == name) return ContactColumnTable::of_row(row);
  }
  const auto client = std::find(kClientAttributeNames.begin(), kClientAttributeNames.end(), name);
  if (client != kClientAttributeNames.end()) {
    return ContactColumnTable::of_client(static_cast<std::size_t>(client - kClientAttributeNames.begin()));
  }
  return Error{Errc::invalid_argument, quote(name) + " is not a column of a contact; a field's is fields.<key>"};
}

}  // namespace rapport
