// What a key without personal:read learns: from every read of the API, nothing that is personal. All that is personal
// here has "pii" in it.
#include <gmock/gmock.h>

#include <set>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kAllButPersonal{"contact:*", "timeline:*", "company:*", "tag:*", "attribute:*",
                                               "case:*",    "rebuild:*",  "parked:*",  "key:*", "status:*"};

class PersonalData : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    ASSERT_EQ(post("/api/v1/crm/objects/object-field",
                   R"({"object":"contact","key":"plan","config":{"input":{"type":"radio","options":["free","pro"]}}})")
                  .status,
              200);
    const Answer company = post("/api/v1/crm/objects/company", R"({"fields":{"name":"Shop"}})");
    company_ = boost::json::serialize(company.at("/data/id"));
    tell("contact/1000", "contact.created",
         R"({"fields":{"name":"pii Ada","email":"ada@pii.example","phone":"pii 555","ip":"pii 10.0.0.1","note1":"pii",
             "plan":"pro"},"client":{"clientName":"Firefox","clientDetails":{"ua":"pii"}},"tags":["vip"],"companyId":)" +
             company_ + "}");
    tell("contact/1000", "contact.fields.changed", R"({"fields":{"email":"ada@new-pii.example"}})");
    tell("contact/1001", "contact.created", R"({"fields":{"email":"a.l@pii.example","plan":"free"}})");
    tell("contact/1000", "visit.started",
         R"({"visitId":"v1","url":"https://shop.example/prices?mail=pii#pii","title":"pii","ip":"pii","userAgent":"pii",
             "referrer":"https://mail.example/?u=pii"})");
    tell("contact/1000", "chat.started", R"({"caseId":"c1","channel":"web","title":"pii","description":"pii"})");
    tell("contact/1000", "chat.message", R"({"caseId":"c1","author":"contact","text":"I am pii"})");
    tell("contact/1000", "note.added", R"({"text":"pii called","agentId":"a1"})");
    tell("contact/1000", "survey.answered", R"({"answer":"pii"})");
    const Answer seen = tell("identity/web:pii-visitor", "page.viewed", R"({"url":"https://shop.example/?pii"})");
    visitor_ = boost::json::serialize(seen.at("/results/0/contact"));
    for (const std::string& loser : {std::string("1001"), visitor_}) {
      ASSERT_EQ(post("/v1/contacts/" + loser + "/merge", R"({"into":1000})").status, 200);
    }
    std::vector<NewRecord> poison{{.partition = Partition{0}, .key = "contact/1", .value = R"({"id":"pii")"}};
    const auto parked = append_and_wait(engine_->log(), std::move(poison));
    ASSERT_TRUE(parked);
    ASSERT_TRUE(engine_->folder().wait_folded({{parked->front().partition, parked->front().offset}},
                                              std::chrono::steady_clock::now() + std::chrono::seconds(10)));
  }

  Answer tell(const std::string& subject, const std::string& type, const std::string& data) {
    const Answer told = publish(R"({"specversion":"1.0","source":"s","id":"e)" + std::to_string(++events_) +
                                R"(","type":")" + type + R"(","subject":")" + subject + R"(","data":)" + data + "}");
    EXPECT_EQ(told.status, 200) << told.body;
    return told;
  }

  // Requests that show all that the route can show.
  std::vector<std::string> targets_of(const Route& route) const {
    std::string query = "?";
    if (route.pattern.starts_with("/api/v1/crm/objects/contact")) {
      query += "relations=fields,tags,company,visits,cases,timeline";
    }
    if (route.pattern.starts_with("/api/v1/crm/objects/company")) query += "relations=fields,contacts";
    if (route.pattern.ends_with("/diff")) query += "from=v0";
    if (route.pattern.ends_with("/feed")) query += "from=start&live=0";
    std::vector<std::string> out;
    for (const std::string& id : {std::string("1000"), std::string("1001"), visitor_, company_}) {
      std::string path = route.pattern;
      for (const auto& [parameter, value] : std::vector<std::pair<std::string, std::string>>{
               {"{id}", id}, {"{channel}", "web"}, {"{externalId}", "nobody"}}) {
        if (const auto place = path.find(parameter); place != std::string::npos) {
          path.replace(place, parameter.size(), value);
        }
      }
      out.push_back(path + query);
      if (path == route.pattern) break;
    }
    return out;
  }

  std::string company_, visitor_, key_without_;
  int events_ = 0;
};

TEST_F(PersonalData, NoReadShowsItWithoutTheScope) {
  std::set<std::string> shown_to_admin;
  for (const Route* route : server_->router().routes()) {
    if (route->method != HttpMethod::get) continue;
    for (const std::string& target : targets_of(*route)) {
      SCOPED_TRACE(target);
      become_admin();
      if (get(target).body.find("pii") != std::string::npos) shown_to_admin.insert(route->pattern);
      key_ = key_without_;
      if (key_.empty()) {
        become(kAllButPersonal);
        key_without_ = key_;
      }
      const Answer hidden = get(target);
      EXPECT_THAT(hidden.body, Not(HasSubstr("pii")));
      for (std::size_t i = 0; i < hidden.headers.size(); ++i) {
        EXPECT_THAT(std::string(hidden.headers[i].value), Not(HasSubstr("pii")));
      }
    }
  }
  // Each of these was seen to hide something.
  EXPECT_THAT(shown_to_admin, testing::IsSupersetOf({"/v1/contacts", "/v1/contacts/{id}", "/v1/contacts/{id}/timeline",
                                                     "/v1/contacts/{id}/blame", "/v1/contacts/{id}/diff", "/v1/feed",
                                                     "/api/v1/crm/objects/contact", "/api/v1/crm/objects/contact/{id}",
                                                     "/api/v1/crm/objects/company/{id}"}));
}

TEST_F(PersonalData, WhatIsNotPersonalStaysSeen) {
  become(kAllButPersonal);
  const Answer contact = get("/v1/contacts/1000");
  EXPECT_EQ(contact.at("/fields"), (boost::json::object{{"plan", "pro"}}));
  EXPECT_EQ(contact.at("/alternates/plan/0/value"), "free");
  EXPECT_EQ(contact.at("/client"), (boost::json::object{{"clientName", "Firefox"}}));
  EXPECT_EQ(contact.at("/tags/0"), "vip");
  EXPECT_EQ(contact.at("/identities/0/channel"), "web");
  EXPECT_TRUE(contact.at("/identities/0/externalId").is_null());
  EXPECT_EQ(contact.at("/masked"), (boost::json::array{"fields.email", "fields.ip", "fields.name", "fields.note1",
                                                       "fields.phone", "client.clientDetails", "identities"}));

  const Answer visit = get("/v1/contacts/1000/timeline?type=visit.started");
  EXPECT_EQ(visit.at("/items/0/data"),
            (boost::json::object{
                {"visitId", "v1"}, {"url", "https://shop.example/prices"}, {"referrer", "https://mail.example/"}}));
  const Answer change = get("/v1/contacts/1000/timeline?type=contact.fields.changed");
  EXPECT_EQ(change.at("/items/0/changes/0"),
            (boost::json::object{
                {"path", "fields.email"}, {"old", nullptr}, {"new", nullptr}, {"won", true}, {"masked", true}}));
  const Answer message = get("/v1/contacts/1000/timeline?type=chat.message");
  EXPECT_EQ(message.at("/items/0/data"), (boost::json::object{{"caseId", "c1"}, {"author", "contact"}}));
  EXPECT_EQ(get("/v1/contacts/1000/timeline?type=survey.answered").at("/items/0/data"), boost::json::object());
  const Answer blame = get("/v1/contacts/1000/blame?field=email");
  EXPECT_EQ(blame.at("/items/0/writeCount"), 3);  // one of them its member's
  EXPECT_TRUE(blame.at("/items/0/writes/1/value").is_null());
  EXPECT_EQ(blame.at("/items/0/writes/1/source"), "s");
  EXPECT_EQ(get("/v1/contacts/1000/blame?field=plan").at("/items/0/value"), "pro");
  EXPECT_EQ(get("/v1/contacts?where=fields.plan%7Ceq%7Cpro").number("total"), 1);
}

TEST_F(PersonalData, AParkedRecordShowsItsPlaceAndTheKindOfItsReason) {
  const Answer whole = get("/v1/parked");
  EXPECT_EQ(whole.at("/items/0/raw"), "eyJpZCI6InBpaSI=") << "in base64";
  become(kAllButPersonal);
  const Answer masked = get("/v1/parked");
  EXPECT_EQ(masked.at("/items/0/position"), whole.at("/items/0/position"));
  EXPECT_TRUE(masked.at("/items/0/raw").is_null());
  EXPECT_TRUE(masked.at("/items/0/key").is_null());
  EXPECT_THAT(whole.at("/items/0/reason").as_string().c_str(),
              testing::StartsWith(masked.at("/items/0/reason").as_string().c_str()));
  EXPECT_THAT(masked.at("/items/0/reason").as_string().c_str(), Not(HasSubstr(":")));
}

TEST_F(PersonalData, ARetryOfAParkedRecordQuotesNothingOfIt) {
  std::vector<NewRecord> poison{
      {.partition = Partition{0},
       .key = "contact/1",
       .value = R"({"specversion":"1.0","source":"s","id":"p","type":"note.added","subject":"ada@pii.example"})"}};
  const auto parked = append_and_wait(engine_->log(), std::move(poison));
  ASSERT_TRUE(parked);
  const LogPosition at{parked->front().partition, parked->front().offset};
  ASSERT_TRUE(engine_->folder().wait_folded({{at.partition, at.offset}},
                                            std::chrono::steady_clock::now() + std::chrono::seconds(10)));
  const std::string retry = "/v1/parked/" + format_position(engine_->log().id(), at) + "/retry";
  const Answer whole = post(retry, "");
  EXPECT_EQ(whole.status, 400) << whole.body;
  EXPECT_THAT(whole.body, HasSubstr("pii"));
  become(kAllButPersonal);
  const Answer masked = post(retry, "");
  EXPECT_EQ(masked.status, 400) << masked.body;
  EXPECT_EQ(masked.text("code"), whole.text("code"));
  EXPECT_THAT(masked.body, Not(HasSubstr("pii")));
}

TEST_F(PersonalData, AskingByItIsRefusedAndNamesTheScope) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"/v1/contacts?where=email%7Ceq%7Cx", "where"},
      {"/v1/contacts?where=fields.note1%7Cstarts%7Cx", "where"},
      {"/v1/contacts?where=fields.plan%7Ceq%7Cpro&where=name%7Cnotnull", "where"},
      {"/v1/contacts?where=clientDetails%7Ccont%7Cx", "where"},
      {"/v1/contacts?order=name", "order"},
      {"/v1/contacts?search=x", "search"},
      {"/api/v1/crm/objects/contact?search=x", "search"},
      {"/v1/contacts?order=clientDetails%7Cdesc", "order"},
      {"/api/v1/crm/objects/contact?where[]=phone%7Ceq%7Cx", "where"},
      {"/v1/contacts/1000/timeline?q=x", "q"},
      {"/v1/identities/web/pii-visitor", "externalId"},
  };
  for (const auto& [target, field] : rows) EXPECT_EQ(get(target).status, 200) << target;
  become(kAllButPersonal);
  for (const auto& [target, field] : rows) {
    const Answer refused = get(target);
    EXPECT_EQ(refused.status, 403) << target;
    EXPECT_EQ(refused.text("field"), field) << target;
    EXPECT_THAT(refused.text("detail"), HasSubstr("personal:read")) << target;
  }
  EXPECT_EQ(get("/v1/contacts?order=fields.plan&where=clientName%7Ceq%7CFirefox").status, 200);
}

TEST_F(PersonalData, TheAnswerToAWriteHidesItToo) {
  become(kAllButPersonal);
  for (const char* target : {"/v1/contacts/1000/archive", "/v1/contacts/1001/unmerge?dry_run=1"}) {
    const Answer written = post(target, "{}");
    EXPECT_EQ(written.status, 200) << written.body;
    EXPECT_THAT(written.body, Not(HasSubstr("pii"))) << target;
  }
  const Answer made = post("/v1/contacts", R"({"fields":{"name":"pii","plan":"pro"}})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.at("/fields"), (boost::json::object{{"plan", "pro"}}));
  const Answer put = send(HttpMethod::put, "/api/v1/crm/objects/contact/1000", R"({"name":"pii Eve"})");
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_THAT(put.body, Not(HasSubstr("pii")));
}

TEST_F(PersonalData, WhoSeesNoneOfItDeclaresNoFieldAsPlain) {
  const std::string all = "/api/v1/crm/objects/object-field";
  const auto email_as = [](const std::string& type) {
    return R"({"object":"contact","key":"email","config":{"input":{"type":")" + type + R"(","options":["x"]}}})";
  };
  become(kAllButPersonal);
  EXPECT_EQ(post(all, email_as("radio")).status, 403);
  const Answer as_text = post(all, R"({"object":"contact","key":"email","config":{"input":{"type":"text"}}})");
  ASSERT_EQ(as_text.status, 200) << as_text.body;
  const std::string one = all + "/" + boost::json::serialize(as_text.at("/data/id"));
  EXPECT_EQ(send(HttpMethod::put, one, email_as("radio")).status, 403);
  EXPECT_THAT(get("/v1/contacts/1000").body, Not(HasSubstr("pii")));
  become_admin();
  EXPECT_EQ(send(HttpMethod::put, one, email_as("radio")).status, 200);
}

TEST_F(PersonalData, AnAnswerAboutSomethingElseShowsNoContactWithoutItsScope) {
  const std::string company = "/api/v1/crm/objects/company", cases = "/api/v1/crm/objects/case";
  const std::vector<std::string> rows{company + "?relations=contacts", company + "?select=contacts",
                                      company + "/" + company_ + "?relations=fields,contacts",
                                      cases + "?relations=contact", cases + "/c1?relations=contact"};
  const std::string note =
      R"({"specversion":"1.0","source":"s","id":"dry","type":"note.added","subject":"contact/1000","data":{"text":"x"}})";
  const auto dry = [&] {
    return send(HttpMethod::post, "/v1/events?dry_run=1", note, {}, "application/cloudevents+json");
  };
  for (const std::string& target : rows) EXPECT_EQ(get(target).status, 200) << target;
  EXPECT_EQ(dry().at("/answer/contacts").as_array().size(), 1u);
  become({"company:*", "case:*", "event:write", "personal:read"});
  for (const std::string& target : rows) EXPECT_EQ(get(target).status, 403) << target;
  EXPECT_EQ(get(company + "?relations=fields").status, 200);
  EXPECT_EQ(get(cases).status, 200);
  become({"timeline:read", "personal:read"});
  EXPECT_EQ(get("/v1/contacts/1000/export").status, 403);
  EXPECT_EQ(get("/v1/contacts/1000/timeline").status, 200);
  become({"company:*", "case:*", "event:write", "personal:read"});
  const Answer told = dry();
  EXPECT_EQ(told.status, 200) << told.body;
  EXPECT_TRUE(told.at("/answer/contacts").as_array().empty());
}

}  // namespace
}  // namespace rapport
