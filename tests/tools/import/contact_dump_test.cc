#include "tools/rapport/import/contact_dump.h"

#include <gtest/gtest.h>

#include <sstream>

#include "events/event.h"

namespace rapport {
namespace {

constexpr Timestamp kAt{1'773'446'400'000};  // 2026-03-14

std::vector<boost::json::object> contacts_of(const std::string& text, const std::string& key = "id") {
  std::vector<boost::json::object> out;
  std::istringstream in(text);
  const auto read = each_contact(in, key, [&](const boost::json::object& one) -> Result<void> {
    out.push_back(one);
    return {};
  });
  EXPECT_TRUE(read) << to_string(read.error());
  return out;
}

std::string data_of(const char* contact, ContactDumpOptions options = {}) {
  options.at = kAt;
  auto read = read_contact(boost::json::parse(contact).as_object(), options);
  if (!read) return to_string(read.error());
  std::string out;
  const auto events = events_of(*std::move(read), {});
  for (const Event& event : *events) {
    out += to_string(event.subject) + " " + event.type_name + " " + format_timestamp(*event.time) + " " + event.data +
           "\n";
  }
  return out;
}

TEST(ContactDump, FindsContactsInPagesArraysAndLines) {
  EXPECT_EQ(contacts_of(R"({"data":{"list":[{"id":1},{"id":2}],"counts":{}}})").size(), 2u);
  EXPECT_EQ(contacts_of(R"({"items":[{"id":1}],"next":null} {"items":[{"id":2}]})").size(), 2u);
  EXPECT_EQ(contacts_of("\xEF\xBB\xBF[{\"id\":1},{\"id\":2}]\n").size(), 2u);
  EXPECT_EQ(contacts_of("{\"id\":1,\"data\":{\"a\":1}}\n{\"id\":2}\n\n").size(), 2u);
  EXPECT_EQ(contacts_of(R"({"data":{"id":1,"fields":{}}})").size(), 1u);
  EXPECT_EQ(contacts_of(" \n").size(), 0u);
  const std::string deep = std::string(kEventDepthMax - 3, '[') + std::string(kEventDepthMax - 3, ']');
  EXPECT_EQ(contacts_of(R"({"data":{"list":[{"id":1,"fields":{"deep":)" + deep + "}}]}}").size(), 1u);
}

TEST(ContactDump, TakesARowThatHasAListForARow) {
  const auto rows = contacts_of(R"({"id":7,"name":"Ada","items":[{"id":501}]} {"id":8,"list":["a"]})");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("name"), "Ada");
  const auto keyed = contacts_of(R"({"email":"a@x.example","data":{"age":3}})", "email");
  ASSERT_EQ(keyed.size(), 1u);
  EXPECT_TRUE(keyed[0].contains("email"));
}

TEST(ContactDump, SaysWhetherItIsArchived) {
  const auto archived = [](const std::string& member) {
    const auto read = read_contact(boost::json::parse("{\"id\":1,\"fields\":{}," + member + "}").as_object(), {});
    return read->state.archived;
  };
  EXPECT_EQ(archived(R"("archive":"yes")"), true);
  EXPECT_EQ(archived(R"("status":"archived")"), true);
  EXPECT_EQ(archived(R"("archive":"no")"), false);
  EXPECT_EQ(archived(R"("status":"active")"), false);
  EXPECT_EQ(archived(R"("status":"lead")"), std::nullopt);
}

TEST(ContactDump, SaysWhereTextIsNoJson) {
  const auto take = [](const boost::json::object&) { return Result<void>(); };
  std::istringstream cut("{\"id\":1}\n{\"id\":"), number("[1]");
  const auto read = each_contact(cut, "id", take);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::invalid_json);
  EXPECT_NE(read.error().detail.find("at byte 15"), std::string::npos) << read.error().detail;
  EXPECT_FALSE(each_contact(number, "id", take));
}

TEST(ContactDump, HandsOnADocumentBeforeItReadsTheNext) {
  constexpr std::size_t kContacts = 20'000;
  std::string text;
  for (std::size_t id = 1; id <= kContacts; ++id) {
    text += "{\"id\":" + std::to_string(id) + R"(,"name":"Ada of Oslo"})" + "\n";
  }
  text += "{\"id\"";
  std::istringstream in(text);
  std::size_t taken = 0;
  const auto read = each_contact(in, "id", [&](const boost::json::object& contact) -> Result<void> {
    EXPECT_EQ(contact.at("id").to_number<std::size_t>(), ++taken);
    if (taken == 1) {
      EXPECT_LT(static_cast<std::size_t>(in.tellg()), text.size() / 2);
    }
    return {};
  });
  EXPECT_EQ(taken, kContacts);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().detail.find("at byte " + std::to_string(text.size())), std::string::npos)
      << read.error().detail;
}

TEST(ContactDump, ReadsTheContactOfAnApi) {
  EXPECT_EQ(
      data_of(R"({"id":83,"dateCreated":"2020-09-09T10:01:36.000Z","dateUpdated":"2021-01-01T00:00:00Z","archive":"yes",
                        "clientName":"Chrome","clientVersion":null,"clientDetails":{"ua":"x"},"companyId":4,"name":"Ada",
                        "fields":{"email":"a@x.example","age":37,"city":null},"tags":[{"id":1,"name":"vip"},{"id":2,"name":"vip"}]})"),
      "identity/import:83 contact.created 2020-09-09T10:01:36.000Z {}\n"
      "identity/import:83 contact.changed 2021-01-01T00:00:00.000Z "
      R"({"fields":{"email":"a@x.example","age":37,"name":"Ada"},"tags":{"add":["vip"]},)"
      R"("client":{"clientName":"Chrome","clientDetails":{"ua":"x"}},"archived":true})"
      "\n");
}

TEST(ContactDump, ReadsTheRowOfATable) {
  EXPECT_EQ(
      data_of(
          R"({"email":"a@x.example","city":"Oslo","age":37,"note":null,"labels":["a"],"updated_at":"2026-01-02 03:04:05+00"})",
          {.key = "email", .time = "updated_at", .created = "created_at", .tags = "labels"}),
      "identity/import:a@x.example contact.changed 2026-01-02T03:04:05.000Z "
      R"({"fields":{"email":"a@x.example","city":"Oslo","age":37},"tags":{"add":["a"]}})"
      "\n");
  EXPECT_EQ(data_of(R"({"id":1,"note":null})", {.clear = true}),
            "identity/import:1 contact.changed 2026-03-14T00:00:00.000Z {\"fields\":{\"id\":1,\"note\":null}}\n");
}

TEST(ContactDump, SaysWhichMemberIsWrong) {
  EXPECT_EQ(data_of(R"({"name":"Ada"})"), "invalid_argument: id: is no text or whole number, and tells contacts apart");
  EXPECT_EQ(data_of(R"({"id":1.5})"), "invalid_argument: id: is no text or whole number, and tells contacts apart");
  EXPECT_EQ(data_of(R"({"id":1,"dateUpdated":"soon"})").substr(0, 45), "invalid_argument: dateUpdated: 'soon' is no d");
}

}  // namespace
}  // namespace rapport
