// What each type of event says: one struct per shape of `data`, one variant over them. EVENTS.md's table, as types.
//
// Invariants: std::visit over Payload has no catch-all, so that a new struct makes the compiler name every place that
// must know it. Members that a publisher left out are empty optionals, never invented.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "events/ids.h"
#include "events/json_writer.h"
#include "events/position.h"
#include "events/subject.h"
#include "events/timestamp.h"

namespace rapport {

// Custom attributes and name, email, phone ...: key to JSON value, in the publisher's order; null removes.
using Fields = std::vector<std::pair<std::string, JsonText>>;

// The seed's client attributes, in the order of its table.
enum class ClientAttribute : std::uint8_t {
  type,
  name,
  version,
  os_name,
  os_version,
  device_type,
  device_vendor,
  device_model,
  details,
};
inline constexpr std::array<std::string_view, 9> kClientAttributeNames{
    "clientType",       "clientName",         "clientVersion",     "clientOsName", "clientOsVersion",
    "clientDeviceType", "clientDeviceVendor", "clientDeviceModel", "clientDetails"};

// Values are strings, but clientDetails, an object; null removes.
using ClientChanges = std::vector<std::pair<ClientAttribute, JsonText>>;

// A blocked contact; without `until`, for good.
struct Block {
  std::optional<Timestamp> until;
  friend bool operator==(const Block&, const Block&) = default;
};

struct ContactCreated {
  Fields fields;
  ClientChanges client;
  std::vector<std::string> tags;
  std::optional<CompanyId> company;
  std::optional<Timestamp> date_created;
  friend bool operator==(const ContactCreated&, const ContactCreated&) = default;
};

// contact.changed and its four one-part spellings. The outer optional says whether the part is named, the inner one
// whether it is set or cleared.
struct ContactChanged {
  Fields fields;
  std::vector<std::string> tags_added;
  std::vector<std::string> tags_removed;
  ClientChanges client;
  std::optional<std::optional<CompanyId>> company;
  std::optional<bool> archived;
  std::optional<std::optional<Block>> blocked;
  friend bool operator==(const ContactChanged&, const ContactChanged&) = default;
};

struct ContactMergedInto {
  ContactId into;
  friend bool operator==(const ContactMergedInto&, const ContactMergedInto&) = default;
};
struct ContactUnmerged {
  friend bool operator==(const ContactUnmerged&, const ContactUnmerged&) = default;
};
struct ContactAbsorbed {
  ContactId merged;
  friend bool operator==(const ContactAbsorbed&, const ContactAbsorbed&) = default;
};
struct ContactParted {
  ContactId merged;
  friend bool operator==(const ContactParted&, const ContactParted&) = default;
};
struct ContactDeleted {
  friend bool operator==(const ContactDeleted&, const ContactDeleted&) = default;
};
struct ContactErased {
  friend bool operator==(const ContactErased&, const ContactErased&) = default;
};

struct VisitDetails {
  std::optional<std::string> visit_id, url, title, referrer, source, ip, user_agent;
  friend bool operator==(const VisitDetails&, const VisitDetails&) = default;
};
struct VisitStarted {
  VisitDetails visit;
  friend bool operator==(const VisitStarted&, const VisitStarted&) = default;
};
struct VisitEnded {
  VisitDetails visit;
  friend bool operator==(const VisitEnded&, const VisitEnded&) = default;
};

struct PageViewed {
  std::optional<std::string> visit_id;
  std::string url;
  std::optional<std::string> title;
  friend bool operator==(const PageViewed&, const PageViewed&) = default;
};

struct ChatStarted {
  std::optional<std::string> case_id, visit_id;
  std::string channel;
  std::optional<std::string> title, description, agent_id;
  friend bool operator==(const ChatStarted&, const ChatStarted&) = default;
};

enum class ChatAuthor : std::uint8_t { contact, agent, bot };
inline constexpr std::array<std::string_view, 3> kChatAuthorNames{"contact", "agent", "bot"};

// Version 2 of chat.message; version 1 had bare URLs (events/upcaster.cc).
struct Attachment {
  std::string url;
  std::optional<std::string> name, media_type;
  std::optional<std::uint64_t> size_bytes;
  friend bool operator==(const Attachment&, const Attachment&) = default;
};

struct ChatMessage {
  std::string case_id;
  ChatAuthor author = ChatAuthor::contact;
  std::optional<std::string> text;
  std::vector<Attachment> attachments;
  friend bool operator==(const ChatMessage&, const ChatMessage&) = default;
};

enum class CaseStatus : std::uint8_t { queued, pending, active, closed };
inline constexpr std::array<std::string_view, 4> kCaseStatusNames{"queued", "pending", "active", "closed"};

struct CaseStatusChanged {
  std::string case_id;
  CaseStatus status = CaseStatus::queued;
  std::optional<std::string> closing_state, agent_id;
  friend bool operator==(const CaseStatusChanged&, const CaseStatusChanged&) = default;
};

struct NoteAdded {
  std::string text;
  std::optional<std::string> agent_id;
  friend bool operator==(const NoteAdded&, const NoteAdded&) = default;
};

struct IdentityClaimed {
  Identity identity;
  ContactId contact;
  friend bool operator==(const IdentityClaimed&, const IdentityClaimed&) = default;
};
struct IdentityReleased {
  Identity identity;
  ContactId contact;  // the one it releases; without effect where another holds the identity
  friend bool operator==(const IdentityReleased&, const IdentityReleased&) = default;
};

struct CompanyCreated {
  Fields fields;
  friend bool operator==(const CompanyCreated&, const CompanyCreated&) = default;
};
struct CompanyChanged {
  Fields fields;
  friend bool operator==(const CompanyChanged&, const CompanyChanged&) = default;
};
struct CompanyDeleted {
  friend bool operator==(const CompanyDeleted&, const CompanyDeleted&) = default;
};

// The first record of a log's control stream.
struct LogOpened {
  LogId log;
  std::int32_t partitions = 0;
  friend bool operator==(const LogOpened&, const LogOpened&) = default;
};

enum class IdKind : std::uint8_t { contact, company, tag, attribute };
inline constexpr std::array<std::string_view, 4> kIdKindNames{"contact", "company", "tag", "attribute"};

// [from, from + count) of one kind of id belongs to whoever wrote the event; void as a whole where it overlaps an
// earlier reservation. `holder` is empty for a range around ids that a publisher brought.
struct IdsReserved {
  IdKind kind = IdKind::contact;
  std::uint64_t from = 0;
  std::uint64_t count = 0;
  std::string holder;
  friend bool operator==(const IdsReserved&, const IdsReserved&) = default;
};

struct TagDefined {
  std::uint64_t id = 0;
  std::string name;
  std::optional<std::string> color;
  std::vector<std::string> types;  // what the tag may stand on: contact, case
  friend bool operator==(const TagDefined&, const TagDefined&) = default;
};
struct TagDeleted {
  std::uint64_t id = 0;
  friend bool operator==(const TagDeleted&, const TagDeleted&) = default;
};

enum class AttributeObject : std::uint8_t { contact, company, case_ };
inline constexpr std::array<std::string_view, 3> kAttributeObjectNames{"contact", "company", "case"};
enum class AttributeType : std::uint8_t { text, number, boolean, date, email, phone, url, radio, checkbox };
inline constexpr std::array<std::string_view, 9> kAttributeTypeNames{"text",  "number", "boolean", "date",    "email",
                                                                     "phone", "url",    "radio",   "checkbox"};

struct AttributeDefined {
  std::uint64_t id = 0;
  AttributeObject object = AttributeObject::contact;
  std::string key;
  AttributeType type = AttributeType::text;
  std::optional<std::string> label;
  std::vector<std::string> options;
  bool required = false;
  bool indexed = false;
  friend bool operator==(const AttributeDefined&, const AttributeDefined&) = default;
};
struct AttributeDeleted {
  std::uint64_t id = 0;
  friend bool operator==(const AttributeDeleted&, const AttributeDeleted&) = default;
};

// Only the hash of a key's secret is ever written (engine/auth).
struct KeyCreated {
  std::string id;
  std::string name;
  std::string secret_hash;  // 64 hex digits
  std::vector<std::string> scopes;
  std::optional<Timestamp> expires;
  friend bool operator==(const KeyCreated&, const KeyCreated&) = default;
};
struct KeyRevoked {
  std::string id;
  friend bool operator==(const KeyRevoked&, const KeyRevoked&) = default;
};

// What came in and could not be taken: by the inbox, before it reached a contact's stream.
struct EventParked {
  std::string reason;
  std::string raw;     // the record's bytes, base64
  std::string origin;  // "<topic>/<partition>/<offset>"
  friend bool operator==(const EventParked&, const EventParked&) = default;
};
struct ParkedRetried {
  std::string parked;  // the position of the parked record
  friend bool operator==(const ParkedRetried&, const ParkedRetried&) = default;
};
struct ParkedDiscarded {
  std::string parked;
  friend bool operator==(const ParkedDiscarded&, const ParkedDiscarded&) = default;
};

// A publisher's own type: kept verbatim in the timeline, changes no state.
struct CustomEvent {
  friend bool operator==(const CustomEvent&, const CustomEvent&) = default;
};

using Payload =
    std::variant<ContactCreated, ContactChanged, ContactMergedInto, ContactUnmerged, ContactAbsorbed, ContactParted,
                 ContactDeleted, ContactErased, VisitStarted, VisitEnded, PageViewed, ChatStarted, ChatMessage,
                 CaseStatusChanged, NoteAdded, IdentityClaimed, IdentityReleased, CompanyCreated, CompanyChanged,
                 CompanyDeleted, LogOpened, IdsReserved, TagDefined, TagDeleted, AttributeDefined, AttributeDeleted,
                 KeyCreated, KeyRevoked, EventParked, ParkedRetried, ParkedDiscarded, CustomEvent>;

}  // namespace rapport
