#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <future>
#include <set>
#include <thread>

#include "projections/query_plan.h"
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

constexpr const char* kContacts = "/api/v1/crm/objects/contact";

using Lists = ApiTest;

TEST_F(Lists, ListsTakeWhereAndOrder) {
  post("/v1/contacts", R"({"fields":{"name":"Ada"}})");
  post("/v1/contacts", R"({"fields":{"name":"Eve"}})");
  post("/v1/contacts", R"({"fields":{"name":"Bob"}})");
  const Answer answer = get("/v1/contacts?where[]=fields.name%7Cne%7CEve&order=fields.name%7Cdesc");
  ASSERT_EQ(answer.status, 200) << answer.body;
  ASSERT_EQ(answer.json.at_pointer("/total"), 2);
  EXPECT_EQ(answer.json.at_pointer("/items/0/fields/name"), "Bob");
  EXPECT_EQ(answer.json.at_pointer("/items/1/fields/name"), "Ada");
}

TEST_F(Lists, PagesShowTheMomentOfTheFirst) {
  for (const char* name : {"Ada", "Bob", "Eve"}) {
    ASSERT_EQ(post("/v1/contacts", std::string(R"({"fields":{"name":")") + name + "\"}}").status, 201);
  }
  const Answer first = get("/v1/contacts?limit=2&order=name");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.text_at("/items/1/fields/name"), "Bob");
  ASSERT_EQ(post("/v1/contacts", R"({"fields":{"name":"Cy"}})").status, 201);
  const Answer second = get("/v1/contacts?limit=2&order=name&cursor=" + first.text("next"));
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(second.json.at("items").as_array().size(), 1u);
  EXPECT_EQ(second.text_at("/items/0/fields/name"), "Eve");
  EXPECT_EQ(second.number("total"), 3);
  EXPECT_EQ(second.text("position"), first.text("position"));
  EXPECT_EQ(second.header("Rapport-Position"), first.text("position"));
  EXPECT_EQ(get("/v1/contacts?limit=2&order=name").number("total"), 4);
  EXPECT_EQ(get("/v1/contacts?limit=2&cursor=" + first.text("next")).text("field"), "cursor") << "of another order";
}

TEST_F(Lists, ACursorWhoseMomentIsKeptNoLongerIsGone) {
  post("/v1/contacts", "{}");
  post("/v1/contacts", "{}");
  const Answer first = get("/v1/contacts?limit=1");
  services_->pinned = std::make_shared<PinnedViews>();  // as behind a restart
  const Answer second = get("/v1/contacts?limit=1&cursor=" + first.text("next"));
  EXPECT_EQ(second.status, 410);
  EXPECT_EQ(second.text("code"), "cursor_expired");
}

TEST_F(Lists, SearchesWordsAndSaysHow) {
  post("/v1/contacts", R"({"fields":{"name":"Zo\u00eb M\u00fcller","phone":"+47 912 34 567"}})");
  post("/v1/contacts", R"({"fields":{"name":"Zoe Adams"}})");
  const Answer found = get("/v1/contacts?search=ZOE%20mul&explain=1");
  ASSERT_EQ(found.status, 200) << found.body;
  ASSERT_EQ(found.number("total"), 1);
  EXPECT_EQ(found.text_at("/items/0/fields/phone"), "+47 912 34 567");
  EXPECT_EQ(found.text_at("/explain/index"), "search");
  EXPECT_EQ(get("/v1/contacts?search=91234567").number("total"), 1);
  EXPECT_EQ(get("/v1/contacts?search=zoe").number("total"), 2);
  EXPECT_FALSE(get("/v1/contacts?search=zoe").json.as_object().contains("explain"));
  EXPECT_EQ(get(std::string(kContacts) + "?search=adams").number_at("/data/counts/total"), 1);
}

TEST_F(Lists, ConditionsThatIndexesKnowAreMetThere) {
  post("/v1/contacts", R"({"fields":{"name":"Zoe Adams"},"tags":["vip"]})");
  post("/v1/contacts", R"({"fields":{"name":"Zoe Bell"}})");
  post("/v1/contacts", R"({"fields":{"name":"Cy Bell"},"tags":["vip"]})");
  const Answer found = get("/v1/contacts?where=tags%7Ceq%7Cvip&search=zoe&explain=1");
  ASSERT_EQ(found.status, 200) << found.body;
  ASSERT_EQ(found.number("total"), 1);
  EXPECT_EQ(found.text_at("/items/0/fields/name"), "Zoe Adams");
  EXPECT_EQ(found.text_at("/explain/index"), "tags,search");
  EXPECT_EQ(found.number_at("/explain/contactsRead"), 1) << "no other is looked at";
}

TEST_F(Lists, AnAttributeIsIndexedAsLongAsItIsDeclaredSo) {
  post("/v1/contacts", R"({"fields":{"city":"Oslo"}})");
  post("/v1/contacts", R"({"fields":{"city":"Bergen"}})");
  const std::string in_oslo = "/v1/contacts?where=fields.city%7Ceq%7COslo&explain=1";
  EXPECT_EQ(get(in_oslo).text_at("/explain/index"), "none");
  const Answer declared =
      post("/api/v1/crm/objects/object-field", R"({"object":"contact","key":"city","type":"text","indexed":true})");
  ASSERT_LT(declared.status, 300) << declared.body;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  Answer answer = get(in_oslo);
  while (answer.text_at("/explain/index") != "fields.city" && std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
    answer = get(in_oslo);
  }
  EXPECT_EQ(answer.text_at("/explain/index"), "fields.city") << answer.body;
  EXPECT_EQ(answer.number("total"), 1);
}

TEST_F(Lists, AListOfThePastShowsWhoItWasThen) {
  const std::string ada = std::to_string(post("/v1/contacts", R"({"fields":{"name":"Ada"}})").number("id"));
  const std::string then = get("/v1/contacts").text("position");
  ASSERT_EQ(send(HttpMethod::patch, "/v1/contacts/" + ada, R"({"fields":{"name":"Eve"}})").status, 200);
  post("/v1/contacts", R"({"fields":{"name":"Ada"}})");
  const Answer was = get("/v1/contacts?where=name%7Ceq%7CAda&as_of=" + then);
  ASSERT_EQ(was.status, 200) << was.body;
  ASSERT_EQ(was.number("total"), 1);
  EXPECT_EQ(std::to_string(was.number_at("/items/0/id")), ada);
  for (const char* other : {"v1", "vx", "yesterday"}) {
    const Answer refused = get(std::string("/v1/contacts?as_of=") + other);
    EXPECT_EQ(refused.text("field"), "as_of");
    EXPECT_THAT(refused.text("detail"), testing::HasSubstr("a list takes")) << other;
    EXPECT_THAT(refused.text("detail"), testing::Not(testing::HasSubstr("v17"))) << other;
  }
}

TEST_F(Lists, TheTimelinePagesEitherWay) {
  const std::string path = "/v1/contacts/1000/timeline";
  for (const char n : std::string("01234")) {
    publish(
        std::string(R"({"specversion":"1.0","source":"web","type":"page.viewed","subject":"contact/1000","id":"p)") +
        n + R"(","time":"2026-01-01T00:00:0)" + n + R"(Z","data":{"url":"https://x.example/)" + n + "\"}}");
  }
  const Answer first = get(path + "?order=asc&limit=2");
  ASSERT_EQ(first.json.at_pointer("/items").as_array().size(), 2u) << first.body;
  EXPECT_EQ(first.json.at_pointer("/items/0/eventId"), "p0");
  const Answer second = get(path + "?order=asc&limit=2&cursor=" + first.text("next"));
  EXPECT_EQ(second.json.at_pointer("/items/0/eventId"), "p2");
  const Answer pages = get(path + "?type=page.viewed&from=2026-01-01T00:00:01Z&to=2026-01-01T00:00:03Z");
  ASSERT_EQ(pages.json.at_pointer("/items").as_array().size(), 2u) << pages.body;
  EXPECT_EQ(pages.json.at_pointer("/items/0/eventId"), "p2");
  EXPECT_EQ(get(path + "?q=x.example/4").json.at_pointer("/items").as_array().size(), 1u);
  EXPECT_EQ(get(path + "?source=elsewhere").json.at_pointer("/items").as_array().size(), 0u);
}

TEST_F(Lists, RelationsAndSelectSayWhatIsShown) {
  const Answer made = post(kContacts, R"({"name":"Ada"})");
  const std::string one = std::string(kContacts) + "/" + boost::json::serialize(made.json.at_pointer("/data/id"));
  EXPECT_FALSE(get(one).json.at_pointer("/data").as_object().contains("fields"));
  for (const char* query :
       {"?relations[]=fields&relations[]=tags", "?relations=fields,tags", "?relations=fields%7Ctags"}) {
    const Answer answer = get(one + query);
    EXPECT_EQ(answer.json.at_pointer("/data/fields/name"), "Ada") << query;
    EXPECT_TRUE(answer.json.at_pointer("/data/tags").is_array()) << query;
  }
  const Answer all = get(one + "?relations=company,cases,tags,visits,timeline,fields");
  EXPECT_TRUE(all.json.at_pointer("/data/company/fields").as_object().empty());
  EXPECT_TRUE(all.json.at_pointer("/data/visits").as_array().empty());
  EXPECT_TRUE(all.json.at_pointer("/data/cases").as_array().empty());
  EXPECT_EQ(all.json.at_pointer("/data/timeline").as_array().size(), 1u);
  const Answer selected = get(one + "?select[]=archive");
  EXPECT_EQ(selected.json.at_pointer("/data").as_object().size(), 2u) << selected.body;  // the id is always there
  EXPECT_EQ(get(one + "?relations=aunts").json.at_pointer("/code"), "ERROR_INVALID_INPUT");
}

TEST_F(Lists, AListCountsAll) {
  post(kContacts, R"({"name":"Ada"})");
  post(kContacts, R"({"name":"Eve"})");
  const Answer answer = get(std::string(kContacts) + "?limit=1&relations=fields&where[]=fields.name%7Ceq%7CEve");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json.at_pointer("/data/list/0/fields/name"), "Eve");
  EXPECT_EQ(answer.json.at_pointer("/data/counts/total"), 1);
  EXPECT_EQ(answer.json.at_pointer("/data/counts/records"), 1);
}

// What is larger than a page may be, by its number or its cursor.
TEST_F(Lists, APageEndsEarlyOrIsRefusedBehindSoManyBytes) {
  const std::string note(200'000, 'n');
  const std::string company = "/api/v1/crm/objects/company";
  std::string id;
  for (int i = 0; i < 6; ++i) {
    const std::string fields = R"({"fields":{"note)" + std::to_string(i) + R"(":")" + note + R"("}})";
    const Answer told = i == 0 ? post(company, fields) : send(HttpMethod::put, company + "/" + id, fields);
    ASSERT_EQ(told.status, 200) << told.body.substr(0, 200);
    id = std::to_string(told.number_at("/data/id"));
  }
  constexpr std::size_t kContactsMade = 60;
  for (std::size_t i = 0; i < kContactsMade; ++i) {
    ASSERT_EQ(post("/v1/contacts", R"({"companyId":)" + id + R"(,"fields":{"note":")" + note + R"("}})").status, 201);
  }
  std::set<std::int64_t> shown;
  std::string cursor;
  for (int pages = 1;; ++pages) {
    const Answer page = get("/v1/contacts?limit=500" + cursor);
    ASSERT_EQ(page.status, 200);
    EXPECT_LE(page.body.size(), kContactPageBytesMax);
    for (const auto& item : page.at("/items").as_array()) shown.insert(item.at("id").to_number<std::int64_t>());
    if (page.at("/next").is_null()) {
      EXPECT_EQ(pages, 2);
      break;
    }
    cursor = "&cursor=" + page.text("next");
  }
  EXPECT_EQ(shown.size(), kContactsMade);
  EXPECT_EQ(get(std::string(kContacts) + "?limit=500&relations=fields").status, 200) << "12 MB";
  const Answer refused = get(std::string(kContacts) + "?limit=500&relations=company");
  EXPECT_EQ(refused.status, 400) << "72 MB";
  EXPECT_EQ(refused.text("field"), "limit");
  EXPECT_EQ(get(std::string(kContacts) + "?limit=10&relations=company").status, 200);
}

// It takes seconds where there are many contacts: on a thread of the server it would keep everybody waiting.
TEST_F(Lists, WhatLooksAtManyContactsIsReadApart) {
  for (std::uint64_t id = 1000; id <= 1000 + LongReads::kReadAtOnceMax;) {
    std::string batch;
    for (const std::uint64_t end = id + 1000; id < end; ++id) {
      const std::string number = std::to_string(id);
      batch.append(batch.empty() ? "[" : ",")
          .append(R"({"specversion":"1.0","source":"s","type":"contact.created","id":"e)");
      batch.append(number).append(R"(","subject":"contact/)").append(number).append(R"(","data":{"tags":["all"]}})");
    }
    const Answer told = send(HttpMethod::post, "/v1/events", batch + "]", {}, "application/cloudevents-batch+json");
    ASSERT_EQ(told.number_at("/totals/accepted"), 1000) << told.body;
  }
  const std::vector<std::string> apart{"/v1/contacts?where=fields.plan%7Ccont%7Cp",
                                       "/v1/contacts?order=fields.plan",
                                       "/v1/contacts?as_of=2099-01-01T00:00:00Z",
                                       std::string(kContacts) + "?where[]=fields.plan%7Ccont%7Cp",
                                       "/v1/contacts?where=tags%7Ceq%7Call&order=fields.plan",
                                       "/v1/contacts?where=tags%7Ceq%7Call&where=fields.plan%7Ccont%7Cp",
                                       "/api/v1/crm/objects/case"};
  for (const std::string& target : apart) EXPECT_EQ(get(target).status, 200) << target;

  const std::string of_all = "/v1/contacts?where=tags%7Ceq%7Call&limit=1";
  const std::string second_page = of_all + "&cursor=" + get(of_all).text("next");

  std::promise<void> go_on;
  const auto gone_on = go_on.get_future().share();
  asio::io_context context;
  for (std::size_t i = 0; i < LongReads::kWaitingMax; ++i) {
    asio::co_spawn(
        context,
        [&, key = std::to_string(i)]() -> asio::awaitable<void> {
          std::function<Result<int>()> wait = [gone_on] {
            gone_on.wait();
            return 1;
          };
          static_cast<void>(co_await services_->long_lists->run(key, LongReads::kReadAtOnceMax + 1, std::move(wait)));
        },
        asio::detached);
  }
  context.poll();
  for (const std::string& target : apart) EXPECT_EQ(get(target).status, 503) << target;
  const std::vector<std::string> at_once{"/v1/contacts",
                                         "/v1/contacts?order=lastSeen",
                                         "/v1/contacts?where=tags%7Ceq%7Cvip",
                                         "/v1/contacts?where=tags%7Ceq%7Call&where=tags%7Ceq%7Cvip&order=fields.plan",
                                         "/v1/contacts?where=id%7Cin%7C1,2",
                                         "/v1/contacts?where=status%7Ceq%7Cactive",
                                         second_page};
  for (const std::string& target : at_once) {
    EXPECT_EQ(get(target).status, 200) << target;
  }
  go_on.set_value();
  context.run();
}

}  // namespace
}  // namespace rapport
