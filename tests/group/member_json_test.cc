#include "engine/group/member_json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace rapport {
namespace {

namespace json = boost::json;

Result<ContactId> id_in(std::string_view text) {
  return read_member_json(text, not_understood("id"), [](const json::value& from) -> Result<ContactId> {
    const ContactId id = contact_id_of(from.at("id"));
    if (id.value == 0) return Error{Errc::not_found, "nobody has it"};
    return id;
  });
}

TEST(MemberJson, IsWhatReadMakesOfIt) {
  EXPECT_EQ(id_in(R"({"id":42})").value(), ContactId{42});
  EXPECT_EQ(id_in(R"({"id":0})").error(), (Error{Errc::not_found, "nobody has it"}));
}

TEST(MemberJson, IsTheGivenErrorWhereItIsNotAsAsked) {
  for (const char* text : {"", "{", "7", "{}", R"({"id":"42"})", R"({"id":-1})", R"({"id":1} x)"}) {
    EXPECT_EQ(id_in(text).error(), (Error{Errc::invalid_argument, "a member says what is no id"})) << text;
  }
}

TEST(MemberJson, ContactsReadBackAsWritten) {
  const std::vector<ContactId> contacts{ContactId{7}, ContactId{(1ull << 53) - 1}};
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_contact_ids(out, "ids", contacts);
  out.end_object();
  EXPECT_EQ(contact_ids_of(parse_json_value(text).at("ids")), contacts);
}

}  // namespace
}  // namespace rapport
