// The rules of each type's data, as rows that end in the error.
#include "events/payload_reader.h"

#include <gtest/gtest.h>

#include "tests/events/event_json.h"

namespace rapport {
namespace {

struct Rule {
  const char* type;
  const char* data;
  const char* field;
  const char* detail;
  const char* subject = "contact/1042";
};

void expect_rules(std::span<const Rule> rules) {
  for (const Rule& rule : rules) {
    // chat.message's rows are about its newest version.
    const std::string version = std::string_view(rule.type) == "chat.message" ? R"("schemaversion":2,)" : "";
    const EventJson event{.type = rule.type, .data = rule.data, .subject = rule.subject, .attributes = version};
    expect_error(decode_event(event), Errc::invalid_event, rule.field, rule.detail, event_json(event));
  }
}

template <class T>
T payload_of(const EventJson& event) {
  auto decoded = decode_event(event);
  if (!decoded) {
    ADD_FAILURE() << to_string(decoded.error()) << "\n" << event_json(event);
    return {};
  }
  return std::get<T>(std::move(decoded->payload));
}

TEST(PayloadReader, WantsAnObjectForEveryTypeOfTheTable) {
  for (const EventTypeRow& row : event_types()) {
    if (row.type == EventType::custom) continue;
    const char* const subject = row.stream == StreamKind::contact    ? "contact/1"
                                : row.stream == StreamKind::company  ? "company/1"
                                : row.stream == StreamKind::identity ? "identity/web:a"
                                                                     : "control";
    for (const char* const data : {"[]", "1", "\"{}\"", "true"}) {
      const EventJson event{.type = std::string(row.name),
                            .data = data,
                            .subject = subject,
                            .attributes = "\"schemaversion\":" + std::to_string(row.newest_schema_version) + ","};
      expect_error(decode_event(event), Errc::invalid_event, "data", "is not an object", event_json(event));
    }
  }
}

TEST(PayloadReader, HoldsTheRulesOfContacts) {
  const Rule rules[] = {
      {"contact.created", R"({"fields":[]})", "data.fields", "is not an object"},
      {"contact.created", R"({"fields":{"":1}})", "data.fields.", "is not a key of 1 to 128 bytes"},
      {"contact.created", R"({"fields":{"a\u0000b":1}})", "data.fields.a\uFFFDb", "without control characters"},
      {"contact.created", R"({"client":"web"})", "data.client", "is not an object"},
      {"contact.created", R"({"client":{"browser":"x"}})", "data.client.browser", "is not a client attribute"},
      {"contact.created", R"({"client":{"clientName":7}})", "data.client.clientName", "is not a string or null"},
      {"contact.created", R"({"client":{"clientDetails":"x"}})", "data.client.clientDetails",
       "is not an object or null"},
      {"contact.created", R"({"tags":"vip"})", "data.tags", "is not an array of strings"},
      {"contact.created", R"({"tags":["vip",7]})", "data.tags[1]", "is not a string"},
      {"contact.created", R"({"tags":[""]})", "data.tags[0]", "has 0 bytes, not 1 to 128"},
      {"contact.created", R"({"tags":["a\nb"]})", "data.tags[0]", "has a control character"},
      {"contact.created", R"({"companyId":0})", "data.companyId", "is not an id"},
      {"contact.created", R"({"companyId":"7"})", "data.companyId", "is not an integer"},
      {"contact.created", R"({"companyId":9007199254740992})", "data.companyId", "is not an integer"},
      {"contact.created", R"({"dateCreated":"2026-11-24"})", "data.dateCreated", "is not an RFC 3339 time"},
      {"contact.created", R"({"dateCreated":"2026-11-24 09:15:02"})", "data.dateCreated", "is not an RFC 3339 time"},
      {"contact.created", R"({"dateCreated":1764000000})", "data.dateCreated", "is not a string"},
      {"contact.created", R"({"field":{}})", "data.field", "is not a member of this type's data"},
      {"contact.changed", R"({"fields":[]})", "data.fields", "is not an object"},
      {"contact.changed", R"({"tags":["vip"]})", "data.tags", "is not an object"},
      {"contact.changed", R"({"tags":{"added":["vip"]}})", "data.tags.added", "is not a member of this type's data"},
      {"contact.changed", R"({"tags":{"add":["a"],"remove":["a"]}})", "data.tags.remove", "has 'a', which is also"},
      {"contact.changed", R"({"tags":{"add":[null]}})", "data.tags.add[0]", "is not a string"},
      {"contact.changed", R"({"client":{"clientOs":"x"}})", "data.client.clientOs", "is not a client attribute"},
      {"contact.changed", R"({"companyId":1.5})", "data.companyId", "is not an integer"},
      {"contact.changed", R"({"archived":"yes"})", "data.archived", "is not true or false"},
      {"contact.changed", R"({"blocked":true})", "data.blocked", "is not an object"},
      {"contact.changed", R"({"blocked":{"until":"soon"}})", "data.blocked.until", "is not an RFC 3339 time"},
      {"contact.changed", R"({"blocked":{"for":"ever"}})", "data.blocked.for", "is not a member"},
      {"contact.changed", R"({"archive":true})", "data.archive", "is not a member of this type's data"},
      {"contact.fields.changed", R"({})", "data.fields", "is missing"},
      {"contact.fields.changed", R"({"fields":null})", "data.fields", "is missing"},
      {"contact.fields.changed", R"({"email":"a@x.example"})", "data.fields", "is missing"},
      {"contact.fields.changed", R"({"fields":{},"tags":{}})", "data.tags", "is not a member of this type's data"},
      {"contact.tags.changed", R"({})", "data", "has neither add nor remove"},
      {"contact.tags.changed", R"({"add":null})", "data", "has neither add nor remove"},
      {"contact.tags.changed", R"({"add":["a"],"remove":["b","a"]})", "data.remove", "has 'a', which is also added"},
      {"contact.tags.changed", R"({"add":["a"],"tags":{}})", "data.tags", "is not a member of this type's data"},
      {"contact.client.changed", R"({})", "data", "names no client attribute"},
      {"contact.client.changed", R"({"clientName":"x","name":"y"})", "data.name", "is not a client attribute"},
      {"contact.client.changed", R"({"clientDetails":[]})", "data.clientDetails", "is not an object or null"},
      {"contact.company.changed", R"({})", "data.companyId", "is missing"},
      {"contact.company.changed", R"({"companyId":0})", "data.companyId", "is not an id"},
      {"contact.merged_into", R"({})", "data.into", "is missing"},
      {"contact.merged_into", R"({"into":0})", "data.into", "is not an integer from 1"},
      {"contact.merged_into", R"({"into":"11"})", "data.into", "is not an integer"},
      {"contact.merged_into", R"({"into":1042})", "data.into", "is the contact that the event is about"},
      {"contact.merged_into", R"({"into":11,"why":"x"})", "data.why", "is not a member of this type's data"},
      {"contact.unmerged", R"({"from":11})", "data.from", "is not a member of this type's data"},
      {"contact.absorbed", R"({})", "data.mergeId", "is missing"},
      {"contact.absorbed", R"({"mergeId":1042})", "data.mergeId", "is the contact that the event is about"},
      {"contact.parted", R"({"mergeId":-1})", "data.mergeId", "is not an integer"},
      {"contact.parted", R"({"mergeId":1042})", "data.mergeId", "is the contact that the event is about"},
      {"contact.deleted", R"({"reason":"x"})", "data.reason", "is not a member of this type's data"},
      {"contact.erased", R"({"reason":"x"})", "data.reason", "is not a member of this type's data"},
  };
  expect_rules(rules);
}

TEST(PayloadReader, HoldsTheRulesOfVisitsChatsAndNotes) {
  const Rule rules[] = {
      {"visit.started", R"({"visitId":""})", "data.visitId", "has 0 bytes, not 1 to 128"},
      {"visit.started", R"({"visitId":1.5})", "data.visitId", "is not a string or an integer"},
      {"visit.started", R"({"visitId":true})", "data.visitId", "is not a string or an integer"},
      {"visit.started", R"({"visitId":"a\u0000"})", "data.visitId", "has a control character"},
      {"visit.started", R"({"url":7})", "data.url", "is not a string"},
      {"visit.ended", R"({"ip":[]})", "data.ip", "is not a string"},
      {"page.viewed", R"({})", "data.url", "is missing"},
      {"page.viewed", R"({"url":""})", "data.url", "has 0 bytes"},
      {"page.viewed", R"({"url":null})", "data.url", "is missing"},
      {"chat.started", R"({})", "data.channel", "is missing"},
      {"chat.started", R"({"channel":""})", "data.channel", "has 0 bytes, not 1 to 256"},
      {"chat.started", R"({"channel":"chat","agentId":{}})", "data.agentId", "is not a string or an integer"},
      {"chat.message", R"({"author":"bot"})", "data.caseId", "is missing"},
      {"chat.message", R"({"caseId":"c1"})", "data.author", "is missing"},
      {"chat.message", R"({"caseId":"c1","author":"Agent"})", "data.author",
       "is 'Agent', not one of contact, agent, bot"},
      {"chat.message", R"({"caseId":"c1","author":"bot","text":1})", "data.text", "is not a string"},
      {"chat.message", R"({"caseId":"c1","author":"bot","attachments":{}})", "data.attachments", "is not an array"},
      {"chat.message", R"({"caseId":"c1","author":"bot","attachments":["u"]})", "data.attachments[0]",
       "is not an object"},
      {"chat.message", R"({"caseId":"c1","author":"bot","attachments":[{"url":"u"},{}]})", "data.attachments[1].url",
       "is missing"},
      {"chat.message", R"({"caseId":"c1","author":"bot","attachments":[{"url":"u","sizeBytes":-1}]})",
       "data.attachments[0].sizeBytes", "is not an integer from 0"},
      {"case.status.changed", R"({"status":"closed"})", "data.caseId", "is missing"},
      {"case.status.changed", R"({"caseId":"c1"})", "data.status", "is missing"},
      {"case.status.changed", R"({"caseId":"c1","status":"open"})", "data.status",
       "is 'open', not one of queued, pending, active, closed"},
      {"note.added", R"({})", "data.text", "is missing"},
      {"note.added", R"({"text":""})", "data.text", "has 0 bytes"},
  };
  expect_rules(rules);
}

TEST(PayloadReader, HoldsTheRulesOfIdentitiesAndCompanies) {
  constexpr const char* kWebA = "identity/web:a";
  const Rule rules[] = {
      {"identity.claimed", R"({"externalId":"a","contactId":1})", "data.channel", "is missing", kWebA},
      {"identity.claimed", R"({"channel":"web","contactId":1})", "data.externalId", "is missing", kWebA},
      {"identity.claimed", R"({"channel":"web","externalId":"","contactId":1})", "data.externalId", "has 0 bytes",
       kWebA},
      {"identity.claimed", R"({"channel":"we:b","externalId":"a","contactId":1})", "data", "the channel of", kWebA},
      {"identity.claimed", R"({"channel":"web","externalId":"a\u0000","contactId":1})", "data",
       "has a control character", kWebA},
      {"identity.claimed", R"({"channel":"web","externalId":"a"})", "data.contactId", "is missing", kWebA},
      {"identity.claimed", R"({"channel":"web","externalId":"a","contactId":0})", "data.contactId",
       "is not an integer from 1", kWebA},
      {"identity.claimed", R"({"channel":"web","externalId":"b","contactId":1})", "subject",
       "is not that of data, 'identity/web:b'", kWebA},
      {"identity.claimed", R"({"channel":"web","externalId":"a","contactId":1,"x":1})", "data.x", "is not a member",
       kWebA},
      {"identity.released", R"({"channel":"web","externalId":"a"})", "data.contactId", "is missing", kWebA},
      {"identity.released", R"({"channel":"app","externalId":"a","contactId":1})", "subject",
       "is not that of data, 'identity/app:a'", kWebA},
      {"company.created", R"({})", "data.fields", "is missing", "company/7"},
      {"company.created", R"({"name":"x"})", "data.fields", "is missing", "company/7"},
      {"company.changed", R"({"fields":{},"name":"x"})", "data.name", "is not a member", "company/7"},
      {"company.changed", R"({"fields":7})", "data.fields", "is not an object", "company/7"},
      {"company.deleted", R"({"x":1})", "data.x", "is not a member", "company/7"},
  };
  expect_rules(rules);
}

TEST(PayloadReader, HoldsTheRulesOfControl) {
  constexpr const char* kHash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  const std::string key = R"({"id":"k1","name":"","secretHash":")" + std::string(kHash) + R"(")";
  const std::string upper = R"({"id":"k1","name":"","secretHash":")" + std::string(64, 'A') + R"("})";
  const std::string numbered = key + R"(,"scopes":[1]})", expiring = key + R"(,"expires":"x"})";
  const Rule rules[] = {
      {"log.opened", R"({"partitions":4})", "data.logId", "is missing", "control"},
      {"log.opened", R"({"logId":"xyz","partitions":4})", "data.logId", "is not a log id", "control"},
      {"log.opened", R"({"logId":"1f2e3d4c"})", "data.partitions", "is missing", "control"},
      {"log.opened", R"({"logId":"1f2e3d4c","partitions":0})", "data.partitions", "is not an integer from 1",
       "control"},
      {"ids.reserved", R"({"from":1,"count":1})", "data.kind", "is missing", "control"},
      {"ids.reserved", R"({"kind":"case","from":1,"count":1})", "data.kind",
       "not one of contact, company, tag, attribute", "control"},
      {"ids.reserved", R"({"kind":"tag","from":0,"count":1})", "data.from", "is not an integer from 1", "control"},
      {"ids.reserved", R"({"kind":"tag","from":1,"count":0})", "data.count", "is not an integer from 1", "control"},
      {"ids.reserved", R"({"kind":"tag","from":9007199254740991,"count":2})", "data.count", "reaches beyond 2^53 - 1",
       "control"},
      {"tag.defined", R"({"name":"vip"})", "data.id", "is missing", "control"},
      {"tag.defined", R"({"id":1})", "data.name", "is missing", "control"},
      {"tag.defined", R"({"id":1,"name":"vip","colour":"red"})", "data.colour", "is not a member", "control"},
      {"tag.deleted", R"({})", "data.id", "is missing", "control"},
      {"attribute.defined", R"({"id":1,"object":"visit","key":"k","type":"text"})", "data.object",
       "not one of contact, company, case", "control"},
      {"attribute.defined", R"({"id":1,"object":"contact","type":"text"})", "data.key", "is missing", "control"},
      {"attribute.defined", R"({"id":1,"object":"contact","key":"k","type":"int"})", "data.type",
       "not one of text, number, boolean, date, email, phone, url, radio, checkbox", "control"},
      {"attribute.defined", R"({"id":1,"object":"contact","key":"k","type":"radio","options":"a"})", "data.options",
       "is not an array of strings", "control"},
      {"attribute.deleted", R"({"id":"1"})", "data.id", "is not an integer", "control"},
      {"key.created", R"({"name":"n"})", "data.id", "is missing", "control"},
      {"key.created", R"({"id":"k1","name":"n","secretHash":"abc"})", "data.secretHash",
       "is not 64 lower-case hex digits", "control"},
      {"key.created", upper.c_str(), "data.secretHash", "is not 64 lower-case hex digits", "control"},
      {"key.created", numbered.c_str(), "data.scopes[0]", "is not a string", "control"},
      {"key.created", expiring.c_str(), "data.expires", "is not an RFC 3339 time", "control"},
      {"key.revoked", R"({"id":""})", "data.id", "has 0 bytes, not 1 to 64", "control"},
      {"event.parked", R"({"reason":"r","origin":"o"})", "data.raw", "is missing", "control"},
      {"event.parked", R"({"reason":"r","raw":"e30="})", "data.origin", "is missing", "control"},
      {"parked.retried", R"({})", "data.parked", "is missing", "control"},
      {"parked.discarded", R"({"parked":7})", "data.parked", "is not a string", "control"},
  };
  expect_rules(rules);
}

TEST(PayloadReader, TellsAbsentFromNull) {
  const auto changed = [](const char* data) {
    return payload_of<ContactChanged>({.type = "contact.changed", .data = data});
  };
  constexpr std::optional<std::optional<CompanyId>> kNoCompany(std::in_place);
  constexpr std::optional<std::optional<Block>> kNoBlock(std::in_place);
  EXPECT_EQ(changed("{}"), ContactChanged{});
  EXPECT_EQ(changed(R"({"companyId":null})").company, kNoCompany);
  EXPECT_EQ(changed(R"({"companyId":7})").company, std::optional(CompanyId{7}));
  EXPECT_EQ(changed(R"({"blocked":null})").blocked, kNoBlock);
  EXPECT_EQ(changed(R"({"blocked":{}})").blocked, std::optional(Block{}));
  EXPECT_EQ(changed(R"({"archived":false})").archived, std::optional{false});
  EXPECT_EQ(changed(R"({"fields":null,"tags":null,"client":null,"archived":null})"), ContactChanged{});
  EXPECT_EQ(changed(R"({"fields":{"a":null}})").fields, (Fields{{"a", JsonText{"null"}}}));
  EXPECT_EQ(payload_of<ContactChanged>({.type = "contact.company.changed", .data = R"({"companyId":null})"}).company,
            kNoCompany);
  EXPECT_EQ(payload_of<ContactChanged>({.type = "contact.fields.changed", .data = R"({"fields":{}})"}),
            ContactChanged{});
}

TEST(PayloadReader, SpellsFieldValuesInOneWay) {
  const auto fields =
      payload_of<ContactChanged>(
          {.type = "contact.changed",
           .data = R"({"fields":{"z":"\u0041\/","a":[ 1 , {"b" : null} ],"n":1.50,"i":-0,"t":true,"s":"\u001F\n\""}})"})
          .fields;
  EXPECT_EQ(fields, (Fields{{"z", JsonText{R"("A/")"}},
                            {"a", JsonText{R"([1,{"b":null}])"}},
                            {"n", JsonText{"1.5"}},
                            {"i", JsonText{"0"}},
                            {"t", JsonText{"true"}},
                            {"s", JsonText{R"("\u001f\n\"")"}}}));
}

TEST(PayloadReader, ReadsIntegerLabelsAsDecimalStrings) {
  const auto visit_id = [](const char* value) {
    return payload_of<VisitStarted>({.data = R"({"visitId":)" + std::string(value) + "}"}).visit.visit_id;
  };
  EXPECT_EQ(visit_id("77"), "77");
  EXPECT_EQ(visit_id("\"77\""), "77");
  EXPECT_EQ(visit_id("-7"), "-7");
  EXPECT_EQ(visit_id("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(visit_id("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(visit_id("null"), std::nullopt);
}

TEST(PayloadReader, LetsChannelsSayMoreOfVisitsAndChats) {
  for (const char* const type : {"visit.started", "visit.ended"}) {
    EXPECT_TRUE(decode_event(EventJson{.type = type, .data = R"({"utm":{"campaign":"x"}})"}).has_value()) << type;
  }
  const EventJson message{.type = "chat.message",
                          .data = R"({"caseId":1,"author":"bot","mood":"good","attachments":[{"url":"u","alt":"a"}]})",
                          .attributes = R"("schemaversion":2,)"};
  EXPECT_EQ(payload_of<ChatMessage>(message).attachments, std::vector{Attachment{.url = "u"}});
}

}  // namespace
}  // namespace rapport
