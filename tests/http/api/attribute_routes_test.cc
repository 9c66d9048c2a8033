#include "engine/http/api/attribute_body.h"
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr const char* kAttributes = "/api/v1/crm/objects/object-field";

class AttributeRoutes : public ApiTest {
 protected:
  std::string declared(const std::string& body) {
    const Answer answer = post(kAttributes, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::string target(kAttributes);
    return target.append("/").append(json::serialize(answer.json.at_pointer("/data/id")));
  }
};

constexpr const char* kPlan = R"({"object":"contact","key":"plan","type":"text","system":"no","config":{
    "label":"Plan","input":{"type":"radio","label":"Plan","options":["free","pro"],"validationFormat":"any"}}})";

TEST_F(AttributeRoutes, AnAttributeIsDeclaredChangedAndDeleted) {
  const Answer created = post(kAttributes, kPlan);
  ASSERT_EQ(created.status, 200) << created.body;
  EXPECT_EQ(created.json.at_pointer("/data/object"), "contact");
  EXPECT_EQ(created.json.at_pointer("/data/key"), "plan");
  EXPECT_EQ(created.json.at_pointer("/data/type"), "text");
  EXPECT_EQ(created.json.at_pointer("/data/system"), "no");
  EXPECT_EQ(created.json.at_pointer("/data/config/label"), "Plan");
  EXPECT_EQ(created.json.at_pointer("/data/config/input/type"), "radio");
  EXPECT_EQ(created.json.at_pointer("/data/config/input/options"), (json::array{"free", "pro"}));
  const std::string one = std::string(kAttributes) + "/" + json::serialize(created.json.at_pointer("/data/id"));
  EXPECT_EQ(get(one).body, created.body);

  const Answer changed = send(HttpMethod::put, one, R"({"data":{"type":"text","config":{"input":{"required":true}}}})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json.at_pointer("/data/config/input/required"), true);
  EXPECT_EQ(changed.json.at_pointer("/data/config/input/type"), "radio") << "what is not named stays";

  EXPECT_EQ(send(HttpMethod::delete_, one).body, R"({"data":{"deleted":1}})");
  EXPECT_EQ(get(one).status, 404);
  EXPECT_EQ(send(HttpMethod::put, one, "{}").status, 404);
  EXPECT_EQ(send(HttpMethod::delete_, one).text("code"), "ERROR_RECORD_NOT_FOUND");
}

TEST_F(AttributeRoutes, WhatIsDeclaredIsCheckedOnTheWayInAndOldValuesStand) {
  const std::int64_t id = post("/v1/contacts", R"({"fields":{"plan":"gold"}})").number("id");
  const std::string contact = "/v1/contacts/" + std::to_string(id);
  declared(kPlan);
  EXPECT_EQ(send(HttpMethod::patch, contact, R"({"fields":{"plan":"pro"}})").status, 200);
  const Answer bad = send(HttpMethod::patch, contact, R"({"fields":{"plan":"gold"}})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.text("field"), "data.fields.plan");
  EXPECT_EQ(post("/api/v1/crm/objects/contact", R"({"fields":{"plan":"gold"}})").text("code"), "ERROR_INVALID_INPUT");
  EXPECT_EQ(get(contact).json.at_pointer("/fields/plan"), "pro");
}

struct TypeRow {
  const char* input;  // config.input
  const char* type;
  const char* shown_input;
  const char* format;
};

TEST_F(AttributeRoutes, AnInputAndItsFormatAreOneType) {
  const std::vector<TypeRow> rows{
      {R"({"type":"text"})", "text", "text", "any"},
      {R"({"type":"textarea","validationFormat":"any"})", "text", "text", "any"},
      {R"({"type":"text","validationFormat":"email"})", "email", "text", "email"},
      {R"({"validationFormat":"phone"})", "phone", "text", "phone"},
      {R"({"type":"date"})", "date", "text", "date"},
      {R"({"type":"number"})", "number", "text", "number"},
      {R"({"type":"boolean"})", "boolean", "boolean", "boolean"},
      {R"({"type":"select","options":["a"]})", "text", "radio", "any"},
      {R"({"type":"checkbox"})", "text", "checkbox", "any"},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(rows[i].input);
    const Answer answer = post(kAttributes, R"({"object":"contact","key":"k)" + std::to_string(i) +
                                                R"(","type":"text","config":{"input":)" + rows[i].input + "}}");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json.at_pointer("/data/type"), rows[i].type);
    EXPECT_EQ(answer.json.at_pointer("/data/config/input/type"), rows[i].shown_input);
    EXPECT_EQ(answer.json.at_pointer("/data/config/input/validationFormat"), rows[i].format);
  }
}

TEST_F(AttributeRoutes, AKeyIsTakenOnceOfEachObject) {
  declared(kPlan);
  EXPECT_EQ(post(kAttributes, kPlan).text("code"), "ERROR_DUPLICATE_RECORD_FOUND");
  declared(R"({"object":"company","key":"plan","type":"text"})");
  const std::string all = kAttributes;
  EXPECT_EQ(get(all).json.at_pointer("/data/count"), 2);
  const Answer companies = get(all + "?object=company");
  EXPECT_EQ(companies.json.at_pointer("/data/count"), 1);
  EXPECT_EQ(companies.json.at_pointer("/data/data/0/object"), "company");
  EXPECT_EQ(get(all + "?limit=1&page=1").json.at_pointer("/data/data").as_array().size(), 1u);
}

TEST_F(AttributeRoutes, WhatIsWrongIsNamed) {
  EXPECT_EQ(post(kAttributes, "7").text("field"), "body");
  EXPECT_EQ(post(kAttributes, R"({"object":"contact","key":"a","colour":1})").text("field"), "colour");
  EXPECT_EQ(post(kAttributes, R"({"object":"contact","key":"a","type":"department"})").text("field"), "type");
  EXPECT_EQ(post(kAttributes, R"({"object":"contact","key":"a","config":7})").text("field"), "config");
  EXPECT_EQ(post(kAttributes, R"({"object":"contact","key":"a","config":{"input":{"type":"radio"}}})").text("field"),
            "config.input.options");
  EXPECT_EQ(
      post(kAttributes, R"({"object":"contact","key":"a","config":{"input":{"type":"department"}}})").text("field"),
      "config.input.type");
  for (const char* body : {"{}", R"({"object":"planet","key":"a"})", R"({"object":"contact"})"}) {
    const Answer answer = post(kAttributes, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.text("code"), "ERROR_INVALID_INPUT");
  }
  EXPECT_EQ(get(kAttributes).json.at_pointer("/data/count"), 0);
}

TEST_F(AttributeRoutes, NoMoreThanSoManyOfAnObjectAreIndexed) {
  const auto body = [](const std::string& object, const std::string& key, bool indexed) {
    return R"({"object":")" + object + R"(","key":")" + key + R"(","type":"text","indexed":)" +
           (indexed ? "true}" : "false}");
  };
  std::string last;
  for (std::size_t i = 0; i < kIndexedAttributesMax; ++i)
    last = declared(body("contact", "k" + std::to_string(i), true));
  const Answer refused = post(kAttributes, body("contact", "more", true));
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_EQ(refused.text("field"), "indexed");
  const std::string other = declared(body("contact", "more", false));
  EXPECT_EQ(send(HttpMethod::put, other, R"({"indexed":true})").status, 400);
  declared(body("company", "more", true));
  EXPECT_EQ(send(HttpMethod::put, last, R"({"config":{"label":"Last"}})").status, 200) << "it is indexed already";
  EXPECT_EQ(send(HttpMethod::put, last, R"({"indexed":false})").status, 200);
  EXPECT_EQ(send(HttpMethod::put, other, R"({"indexed":true})").status, 200);
}

}  // namespace
}  // namespace rapport
