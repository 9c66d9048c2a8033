#include "tests/events/golden_events.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace rapport {
namespace {

using enum EventType;

const Identity kVisitor{"web", "a81f"};

Timestamp at(std::string_view time) { return parse_timestamp("2026-11-24T" + std::string(time) + "Z").value(); }

// The events of contact 1042, whose story docs/events.md tells.
Event of_contact(std::string id, std::string source, EventType type, std::string_view time, Payload payload) {
  return make_event(std::move(id), std::move(source), type, ContactId{1042}, at(time), std::move(payload));
}

std::vector<Event> of_the_contact_itself() {
  ContactChanged everything{.fields = {{"plan", json_string("pro")}, {"trialEnds", JsonText{"null"}}},
                            .tags_added = {"vip"},
                            .tags_removed = {"lead"},
                            .client = {{ClientAttribute::version, json_string("132.0")}}};
  everything.company.emplace(CompanyId{7});
  everything.archived = false;
  everything.blocked.emplace(Block{at("18:00:00.000")});
  ContactChanged company;
  company.company.emplace();
  std::vector<Event> events{
      of_contact("crm-1042", "import/crm", contact_created, "09:00:00.000",
                 ContactCreated{.fields = {{"name", json_string("Zoë Okafor")},
                                           {"email", json_string("zoe@shop.example")},
                                           {"seats", JsonText{"25"}}},
                                .client = {{ClientAttribute::name, json_string("Firefox")},
                                           {ClientAttribute::details, JsonText{R"({"mobile":false})"}}},
                                .tags = {"lead"},
                                .company = CompanyId{7},
                                .date_created = parse_timestamp("2024-03-01T00:00:00Z").value()}),
      of_contact("crm-1042-2", "import/crm", contact_changed, "09:05:00.000", std::move(everything)),
      of_contact("f-1", "console", contact_fields_changed, "09:06:00.000",
                 ContactChanged{.fields = {{"email", json_string("zoe.okafor@shop.example")}}}),
      of_contact("t-1", "console", contact_tags_changed, "09:07:00.000",
                 ContactChanged{.tags_added = {"newsletter"}, .tags_removed = {"vip"}}),
      of_contact("c-1", "channel/web", contact_client_changed, "09:08:00.000",
                 ContactChanged{.client = {{ClientAttribute::os_name, json_string("Linux")},
                                           {ClientAttribute::device_type, json_string("desktop")}}}),
      of_contact("o-1", "console", contact_company_changed, "09:09:00.000", std::move(company)),
      of_contact("m-1", "console", contact_merged_into, "10:00:00.000", ContactMergedInto{ContactId{78}}),
      of_contact("m-2", "console", contact_unmerged, "10:05:00.000", ContactUnmerged{}),
      make_event("m-1.absorbed", "rapport", contact_absorbed, ContactId{78}, at("10:00:00.000"),
                 ContactAbsorbed{ContactId{1042}}),
      make_event("m-2.parted", "rapport", contact_parted, ContactId{78}, at("10:05:00.000"),
                 ContactParted{ContactId{1042}}),
      of_contact("d-1", "console", contact_deleted, "11:00:00.000", ContactDeleted{}),
      of_contact("x-1", "rapport", contact_erased, "12:00:00.000", ContactErased{}),
  };
  events[2].actor = "key-7";
  events[2].expected_version = 2;
  return events;
}

std::vector<Event> of_channels() {
  std::vector<Event> events{
      of_contact("v-1", "channel/web", visit_started, "09:15:02.120",
                 VisitStarted{{.visit_id = "v-1",
                               .url = "https://shop.example/pricing?plan=pro",
                               .title = "Pricing",
                               .referrer = "https://search.example/",
                               .source = "newsletter",
                               .ip = "203.0.113.9",
                               .user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0"}}),
      of_contact("v-2", "channel/web", visit_ended, "09:31:40.000", VisitEnded{{.visit_id = "v-1"}}),
      of_contact("p-1", "channel/web", page_viewed, "09:16:11.004",
                 PageViewed{.visit_id = "v-1", .url = "https://shop.example/docs", .title = "Docs"}),
      of_contact("k-1", "channel/web", chat_started, "09:17:00.000",
                 ChatStarted{.case_id = "case-9",
                             .visit_id = "v-1",
                             .channel = "web",
                             .title = "Seats on the pro plan",
                             .description = "Asks whether seats can be shared",
                             .agent_id = "agent-3"}),
      of_contact("k-2", "channel/web", chat_message, "09:17:05.250",
                 ChatMessage{.case_id = "case-9",
                             .author = ChatAuthor::contact,
                             .text = "Hi! Here is \"my\" invoice 🙂\nCan we share seats?",
                             .attachments = {{.url = "https://files.example/i.pdf",
                                              .name = "invoice.pdf",
                                              .media_type = "application/pdf",
                                              .size_bytes = 48213}}}),
      of_contact(
          "k-3", "channel/web", case_status_changed, "09:29:00.000",
          CaseStatusChanged{
              .case_id = "case-9", .status = CaseStatus::closed, .closing_state = "solved", .agent_id = "agent-3"}),
      of_contact("n-1", "console", note_added, "09:30:00.000",
                 NoteAdded{.text = "Wants a call next week", .agent_id = "agent-3"}),
  };
  events[0].identity = kVisitor;
  events[0].correlation_id = "session-55";
  events[0].extensions = {{"traceparent", json_string("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")}};
  events[2].causation_id = "v-1";
  return events;
}

std::vector<Event> of_identities_and_companies() {
  return {
      make_event("i-1", "rapport", identity_claimed, kVisitor, at("09:15:02.130"),
                 IdentityClaimed{kVisitor, ContactId{1042}}),
      make_event("i-2", "rapport", identity_released, kVisitor, at("11:00:00.010"),
                 IdentityReleased{kVisitor, ContactId{1042}}),
      make_event("co-1", "import/crm", company_created, CompanyId{7}, at("08:00:00.000"),
                 CompanyCreated{{{"name", json_string("Shop GmbH")}, {"employees", JsonText{"120"}}}}),
      make_event("co-2", "import/crm", company_changed, CompanyId{7}, at("08:30:00.000"),
                 CompanyChanged{{{"employees", JsonText{"121"}}}}),
      make_event("co-3", "import/crm", company_deleted, CompanyId{7}, at("13:00:00.000"), CompanyDeleted{}),
  };
}

Event of_control(std::string id, EventType type, Payload payload) {
  return make_event(std::move(id), "rapport", type, ControlSubject{}, std::nullopt, std::move(payload));
}

std::vector<Event> of_the_engine() {
  return {
      of_control("log-1f2e3d4c", log_opened, LogOpened{LogId{0x1f2e3d4c}, 16}),
      of_control("r-1", ids_reserved, IdsReserved{IdKind::contact, 1'001, 1'000, "engine-a"}),
      of_control("tag-1", tag_defined,
                 TagDefined{.id = 1, .name = "vip", .color = "#c0392b", .types = {"contact", "case"}}),
      of_control("tag-2", tag_deleted, TagDeleted{1}),
      of_control("attribute-1", attribute_defined,
                 AttributeDefined{.id = 4,
                                  .object = AttributeObject::contact,
                                  .key = "plan",
                                  .type = AttributeType::radio,
                                  .label = "Plan",
                                  .options = {"free", "pro"},
                                  .required = true,
                                  .indexed = true}),
      of_control("attribute-2", attribute_deleted, AttributeDeleted{4}),
      of_control("key-1", key_created,
                 KeyCreated{.id = "key-7",
                            .name = "web channel",
                            .secret_hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                            .scopes = {"events:publish", "contacts:read"},
                            .expires = parse_timestamp("2027-11-24T00:00:00Z").value()}),
      of_control("key-2", key_revoked, KeyRevoked{"key-7"}),
      of_control("parked-1", event_parked,
                 EventParked{"invalid_json: is not JSON", "eyJpZCI6", "contacts.inbox/3/4711"}),
      of_control("parked-2", parked_retried, ParkedRetried{"1f2e3d4c.3-4711"}),
      of_control("parked-3", parked_discarded, ParkedDiscarded{"1f2e3d4c.3-4711"}),
  };
}

Event of_a_publishers_own_type() {
  Event event = of_contact("order-881", "shop", custom, "09:20:00.000", CustomEvent{});
  event.type_name = "shop.order.placed";
  event.data = R"({"order":881,"total":149.90,"items":["seat","seat"]})";
  return event;
}

}  // namespace

std::vector<Event> golden_events() {
  std::vector<Event> events = of_the_contact_itself();
  for (auto&& more : {of_channels(), of_identities_and_companies(), of_the_engine()}) {
    events.insert(events.end(), more.begin(), more.end());
  }
  events.push_back(of_a_publishers_own_type());
  return events;
}

std::string golden_path(const Event& event) { return "tests/events/golden/" + event.type_name + ".json"; }

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.is_open()) << path << " is not there";
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace rapport
