// The clauses of `where`: what parses, what is wrong, and which contacts fit.
#include "projections/where.h"

#include <gtest/gtest.h>

#include <ctime>

#include "projections/caseless.h"
#include "projections/contact_fold.h"
#include "projections/contact_order.h"
#include "tests/model/dice.h"

namespace rapport {
namespace {

AttributeDefined declared(std::uint64_t id, std::string key, AttributeType type) {
  return {.id = id, .key = std::move(key), .type = type};
}

ControlState control() {
  ControlState out;
  out.define(declared(1, "age", AttributeType::number));
  out.define(declared(2, "vip", AttributeType::boolean));
  out.define(declared(3, "birthday", AttributeType::date));
  return out;
}

// Contact 42, as its events fold.
ContactState ada() {
  ContactRows rows(ContactId{42});
  ContactCreated created;
  created.fields = {{"name", JsonText{R"("Ada Lovelace")"}},
                    {"city", JsonText{R"("a|b,c\\d")"}},
                    {"quote", JsonText{R"("say \"\u00e9\ud83d\ude00\"\n")"}},
                    {"age", JsonText{"36"}},
                    {"score", JsonText{"-1.5"}},
                    {"vip", JsonText{"true"}},
                    {"birthday", JsonText{R"("1815-12-10")"}},
                    {"interests", JsonText{R"(["maths","a,b]",7,null,["x"]])"}},
                    {"gone", JsonText{"null"}}};
  created.client = {{ClientAttribute::name, JsonText{R"("Firefox")"}}};
  created.tags = {"vip", "early"};
  created.company = CompanyId{7};
  Event event = make_event("1", "crm", EventType::contact_created, ContactId{42},
                           parse_timestamp("2026-01-02T03:04:05Z").value(), created);
  event.identity = Identity{"web", "a"};
  (void)apply(rows, {{Partition{0}, Offset{0}}, Timestamp{0}, std::move(event)});
  return rows.state;
}

// "yes", "no" or the error's detail.
std::string answer(std::string_view clause) {
  const auto where = Where::parse(std::vector<std::string_view>{clause}, control());
  if (!where) {
    EXPECT_EQ(where.error().code, Errc::invalid_argument);
    EXPECT_EQ(where.error().field, "where");
    return where.error().detail;
  }
  static const ContactState kAda = ada();
  return where->matches(ContactId{42}, kAda) ? "yes" : "no";
}

TEST(Where, AnswersClauseByClause) {
  struct Row {
    std::string_view clause, answer;
  };
  for (const Row& row : std::vector<Row>{
           {"id|eq|42", "yes"},
           {"id|in|1,42", "yes"},
           {"id|notin|1,2", "yes"},
           {"id|between|42,43", "yes"},
           {"id|between|43,50", "no"},
           {"companyId|eq|7", "yes"},
           {"companyId|isnull", "no"},
           {"companyId|notnull", "yes"},
           {"firstSeen|isnull", "yes"},
           {"firstSeen|lt|2030-01-01", "no"},  // no value is before nothing
           {"counters.events|gte|1", "yes"},
           {"counters.visits|gt|0", "no"},
           {"version|eq|1", "yes"},
           {"dateCreated|eq|2026-01-02T04:04:05+01:00", "yes"},
           {"dateCreated|gt|2026-01-02", "yes"},
           {"dateCreated|lte|2026-01-02", "no"},
           {"archive|eq|no", "yes"},
           {"archive|ne|yes", "yes"},
           {"status|eq|archived", "no"},
           {"isBlocked|eq|NO", "yes"},
           {"channels|eq|web", "yes"},
           {"clientName|eq|Firefox", "yes"},
           {"clientOsName|isnull", "yes"},
           {"tags|eq|vip", "yes"},
           {"tags|ne|vip", "no"},
           {"tags|eq|late", "no"},
           {"tags|ne|late", "yes"},
           {"tags|in|late,early", "yes"},
           {"tags|notin|late,early", "no"},
           {"tags|cont|AR", "yes"},
           {"name|eq|Ada Lovelace", "yes"},
           {"name|eq|ada lovelace", "no"},
           {"fields.name|starts|ada", "yes"},
           {"fields.name|ends|LACE", "yes"},
           {"fields.name|cont|a l", "yes"},
           {"fields.name|excl|babbage", "yes"},
           {"fields.name|excl|ADA", "no"},
           {"fields.name|gt|Ad", "yes"},
           {R"(fields.city|eq|a\|b\,c\\d)", "yes"},
           {R"(fields.city|eq|a\|b,c\\d)", "yes"},
           {R"(fields.city|in|x,a\|b\,c\\d)", "yes"},
           {"fields.quote|cont|\"\xC3\xA9\xF0\x9F\x98\x80\"\n", "yes"},
           {"fields.age|eq|36.0", "yes"},
           {"fields.age|between|30,40", "yes"},
           {"fields.score|lt|0", "yes"},
           {"fields.score|lt|abc", "no"},  // not declared: a number is not before a text
           {"fields.score|ne|abc", "yes"},
           {"fields.vip|eq|true", "yes"},
           {"fields.vip|ne|true", "no"},
           {"fields.birthday|lt|1900-01-01T00:00:00Z", "yes"},
           {"fields.interests|eq|maths", "yes"},
           {R"(fields.interests|eq|a,b])", "yes"},
           {"fields.interests|eq|7", "yes"},
           {R"(fields.interests|eq|["x"])", "yes"},
           {"fields.interests|eq|null", "no"},
           {"fields.gone|isnull", "yes"},
           {"fields.never|isnull|", "yes"},
           {"fields.never|ne|x", "yes"},
           {"fields.never|excl|x", "yes"},
       }) {
    EXPECT_EQ(answer(row.clause), row.answer) << row.clause;
  }
}

TEST(Where, SaysWhatIsWrongWithAClause) {
  struct Row {
    std::string_view clause, detail;
  };
  for (const Row& row : std::vector<Row>{
           {"id", "'id': is not column|operator|value"},
           {"id|eq|1|2", "'id|eq|1|2': has more than two bars; one within a value is written \\|"},
           {"ident|eq|1", "'ident|eq|1': 'ident' is not a column of a contact; a field's is fields.<key>"},
           {"fields.|eq|1", "'fields.|eq|1': 'fields.' is not a column of a contact; a field's is fields.<key>"},
           {"id|is|1", "'id|is|1': 'is' is not an operator"},
           {"id|eq", "'id|eq': the operator takes a value: column|operator|value"},
           {"id|eq|", "'id|eq|': '' is not a number"},
           {"id|in|1,x", "'id|in|1,x': 'x' is not a number"},
           {"id|between|1", "'id|between|1': the operator takes two values, with a comma between"},
           {"id|isnull|1", "'id|isnull|1': the operator takes no value"},
           {"id|cont|1", "'id|cont|1': cont compares texts, and id is none"},
           {"archive|gt|no", "'archive|gt|no': archive has no order"},
           {"archive|eq|maybe", "'archive|eq|maybe': 'maybe' is not yes or no"},
           {"fields.age|eq|old", "'fields.age|eq|old': 'old' is not a number"},
           {"fields.vip|eq|1", "'fields.vip|eq|1': '1' is not true or false"},
           {"lastSeen|gt|soon", "'lastSeen|gt|soon': 'soon' is not an RFC 3339 time or date"},
       }) {
    EXPECT_EQ(answer(row.clause), row.detail);
  }
}

TEST(Where, AllClausesMustHold) {
  const auto where = Where::parse(std::vector<std::string_view>{"tags|eq|vip", "companyId|eq|8"}, control()).value();
  EXPECT_FALSE(where.matches(ContactId{42}, ada()));
  EXPECT_TRUE(Where().matches(ContactId{42}, ada()));
}

TEST(Caseless, FindsWhatStandsThere) {
  model::Dice dice(model::seed_of_this_run());
  const auto text_of = [&](std::size_t size) {
    std::string text;
    while (text.size() < size) text += "aAbB"[dice.below(4)];
    return text;
  };
  for (int round = 0; round < 5'000; ++round) {
    const std::string text = text_of(dice.below(40)), part = text_of(1 + dice.below(7));
    const bool there = std::search(text.begin(), text.end(), part.begin(), part.end(), is_same_letter) != text.end();
    EXPECT_EQ(contains_in_one_pass(text, part), there) << part << " in " << text;
    EXPECT_EQ(contains_caseless(text, part), there) << part << " in " << text;
  }
}

// In processor time, which another process does not take from it.
TEST(Where, LooksForALongTextOfOneLetterInOnePass) {
  const std::string clause = "fields.long|cont|" + std::string(8'000, 'a') + "b";
  const auto where = Where::parse(std::vector<std::string_view>{clause}, control());
  ASSERT_TRUE(where);
  ContactState state;
  state.fields["long"].write(json_string(std::string(200'000, 'a')), {Timestamp{1}, Offset{1}});
  const auto clock_before = std::clock();
  EXPECT_FALSE(where->matches(ContactId{42}, state));
  EXPECT_LT(std::clock() - clock_before, CLOCKS_PER_SEC / 2);
}

TEST(Where, TakesNoMoreClausesAndValuesThanItsLimits) {
  std::vector<std::string_view> clauses(kWhereClausesMax, "id|eq|1");
  EXPECT_TRUE(Where::parse(clauses, control()));
  clauses.emplace_back("id|eq|1");
  EXPECT_FALSE(Where::parse(clauses, control()));

  std::string list = "tags|in|t";
  for (std::size_t i = 1; i < kWhereValuesMax; ++i) list += ",t";
  EXPECT_EQ(answer(list), "no");
  EXPECT_NE(answer(list + ",vip").find("more than 100 values"), std::string::npos);
}

TEST(ContactOrder, SortsByValueThenIdAndPutsTheEmptyLast) {
  const auto with_field = [](std::string json) {
    ContactState state;
    state.fields["f"].write(JsonText{std::move(json)}, {Timestamp{1}, Offset{1}});
    return state;
  };
  const std::vector<std::string> ascending{"false", "true", "-2", "-1.5", "0", "10", R"("B")", R"("a")", "null"};
  for (const bool down : {false, true}) {
    const auto order = ContactOrder::parse(down ? "fields.f,DESC" : "fields.f", control()).value();
    for (std::size_t i = 0; i + 1 < ascending.size(); ++i) {
      const auto a = order.place_of(ContactId{1}, with_field(ascending[i]));
      const auto b = order.place_of(ContactId{2}, with_field(ascending[i + 1]));
      const bool last = i + 2 == ascending.size();
      EXPECT_EQ(order.before(a, b), !down || last) << ascending[i];
      EXPECT_EQ(order.before(b, a), down && !last) << ascending[i];
      EXPECT_TRUE(order.before(a, {a.key, ContactId{2}}));
      EXPECT_FALSE(order.before(a, a));
    }
  }
}

TEST(ContactOrder, RefusesWhatIsNoOrder) {
  EXPECT_EQ(ContactOrder::parse("id|up", control()).error().field, "order");
  EXPECT_EQ(ContactOrder::parse("nothing|asc", control()).error().field, "order");
}

}  // namespace
}  // namespace rapport
