#include "engine/publish/attribute_check.h"

#include <gmock/gmock.h>

namespace rapport {
namespace {

AttributeDefined attribute(AttributeType type, std::vector<std::string> options = {}) {
  AttributeDefined out;
  out.id = 1;
  out.key = "a";
  out.type = type;
  out.options = std::move(options);
  return out;
}

struct Row {
  AttributeDefined attribute;
  std::vector<const char*> fit;
  std::vector<const char*> misfit;
};

TEST(AttributeCheck, ValuesFitTheirTypes) {
  const std::vector<std::string> sizes{"S", "M"};
  const Row rows[] = {
      {attribute(AttributeType::text), {R"("")", R"("x")", "null"}, {"1", "true", "[]", "{}"}},
      {attribute(AttributeType::number), {"1", "-1.5e3"}, {R"("1")", "true"}},
      {attribute(AttributeType::boolean), {"true", "false"}, {"0", R"("true")"}},
      {attribute(AttributeType::date),
       {R"("2026-02-28")", R"("2026-02-28T10:00:00Z")", R"("2026-02-28T10:00:00.5+02:00")"},
       {R"("2026-02-30")", R"("28.02.2026")", R"("2026-02-28T10:00:00")", "20260228"}},
      {attribute(AttributeType::email),
       {R"("a@x.example")", R"("a.b+c@sub.x.example")"},
       {R"("a")", R"("@x.example")", R"("a@x")", R"("a@.example")", R"("a@x..example")", R"("a b@x.example")",
        R"("a@b@x.example")", R"("<a@x.example>")"}},
      {attribute(AttributeType::phone),
       {R"("+49 (30) 123-456")", R"("112")"},
       {R"("12")", R"("123456789012345678901")", R"("4+9123")", R"("call me")", "112"}},
      {attribute(AttributeType::url),
       {R"("https://x.example/a?b")", R"("HTTP://x")"},
       {R"("ftp://x")", R"("javascript:alert")", R"("https://")", R"("https://x y")", R"("x.example")"}},
      {attribute(AttributeType::radio, sizes), {R"("S")"}, {R"("L")", R"(["S"])", R"("s")"}},
      {attribute(AttributeType::checkbox, sizes),
       {R"([])", R"(["S"])", R"(["M","S"])"},
       {R"(["L"])", R"(["S","S"])", R"("S")", "true", "[1]"}},
      {attribute(AttributeType::checkbox), {"true", "false"}, {"[]", R"("yes")"}},
  };
  for (const Row& row : rows) {
    const auto type = kAttributeTypeNames[static_cast<std::size_t>(row.attribute.type)];
    for (const char* value : row.fit) {
      EXPECT_TRUE(check_attribute_value(row.attribute, JsonText{value})) << type << " " << value;
    }
    for (const char* value : row.misfit) {
      const auto checked = check_attribute_value(row.attribute, JsonText{value});
      ASSERT_FALSE(checked) << type << " " << value;
      EXPECT_EQ(checked.error().code, Errc::invalid_event);
      EXPECT_FALSE(checked.error().detail.empty());
    }
  }
}

TEST(AttributeCheck, ARequiredFieldIsThereFromTheStartAndStays) {
  ControlState control;
  AttributeDefined plan = attribute(AttributeType::text);
  plan.key = "plan";
  plan.required = true;
  control.define(plan);
  const auto check = [&](EventType type, Subject subject, Payload payload) {
    const auto checked =
        check_attributes(make_event("e", "test", type, std::move(subject), Timestamp{1}, std::move(payload)), control);
    return checked ? std::string() : checked.error().field;
  };
  ContactCreated bare, whole;
  whole.fields = {{"plan", JsonText{R"("pro")"}}, {"anything", JsonText{"[1]"}}};
  EXPECT_EQ(check(EventType::contact_created, ContactId{1}, bare), "data.fields.plan");
  EXPECT_EQ(check(EventType::contact_created, ContactId{1}, whole), "");
  ContactChanged other, gone, wrong;
  other.fields = {{"anything", JsonText{"1"}}};
  gone.fields = {{"plan", JsonText{"null"}}};
  wrong.fields = {{"plan", JsonText{"1"}}};
  EXPECT_EQ(check(EventType::contact_changed, ContactId{1}, other), "");
  EXPECT_EQ(check(EventType::contact_changed, ContactId{1}, gone), "data.fields.plan");
  EXPECT_EQ(check(EventType::contact_changed, ContactId{1}, wrong), "data.fields.plan");
  EXPECT_EQ(check(EventType::company_created, CompanyId{1}, CompanyCreated{}), "") << "another object's attribute";
  EXPECT_EQ(check(EventType::visit_started, ContactId{1}, VisitStarted{}), "");
}

}  // namespace
}  // namespace rapport
