// A member of a group on a real broker, over a log that a test holds back: what it answers while its fold is behind
// what it has taken over, and what it tells of itself by name.
#include <future>
#include <set>

#include "engine/log/embedded_log.h"
#include "engine/publish/own_events.h"
#include "events/position.h"
#include "tests/contract/wait_until.h"
#include "tests/http/api/api_test.h"
#include "tests/kafka/other_client.h"
#include "tests/kafka/test_broker.h"
#include "tests/kafka/test_topics.h"
#include "tests/publish/intercepted_log.h"

namespace rapport {
namespace {

constexpr std::int32_t kPartitions = 4;
constexpr const char* kAddress = "127.0.0.1:2";  // nobody is asked there

class GroupOfOne : public ApiTest {
 protected:
  void SetUp() override {
    OtherClient(shared_broker()).create_topic(topic_, kPartitions);
    log_.open = [this](const std::filesystem::path& path) -> Result<std::unique_ptr<EventLog>> {
      auto inner = EmbeddedLog::open({.directory = path, .partition_count = kPartitions});
      if (!inner) return inner.error();
      inner_ = *std::move(inner);
      auto log = std::make_unique<InterceptedLog>(*inner_);
      held_ = log.get();
      return std::unique_ptr<EventLog>(std::move(log));
    };
    log_.group = GroupOptions{.membership = membership(kAddress), .key = std::string(kGroupKeySizeMin, 'k')};
    ApiTest::SetUp();
    ASSERT_TRUE(wait_until([&] { return group().is_confirmed() && group().owned().size() == kPartitions; }));
  }
  void TearDown() override {
    if (held_ != nullptr) held_->hold_readers(false);
    close();
  }

  KafkaGroupOptions membership(const std::string& address) {
    return {.connection = {.brokers = shared_broker(), .properties = {}},
            .topic = topic_,
            .group = topic_,
            .address = address};
  }
  Group& group() { return *engine_->group(); }
  Partition partition_of_contact(std::int64_t id) {
    return partition_of(engine_->log(), Subject{ContactId{static_cast<std::uint64_t>(id)}});
  }

  // As another member that owned the contact may have written it.
  void append_city(std::int64_t contact) {
    ContactChanged changed;
    changed.fields.emplace_back("city", JsonText{"\"Turin\""});
    const Event event = make_event("city-" + std::to_string(contact), "test", EventType::contact_changed,
                                   ContactId{static_cast<std::uint64_t>(contact)}, std::nullopt, changed);
    std::vector<NewRecord> records;
    records.push_back(*own_record(engine_->log(), event));
    std::promise<Result<std::vector<LogPosition>>> told;
    engine_->log().append(std::move(records), [&](auto positions) { told.set_value(std::move(positions)); });
    ASSERT_TRUE(told.get_future().get());
  }
  Answer look(std::int64_t contact) { return get("/v1/contacts/" + std::to_string(contact), {{"Rapport-Wait", "0"}}); }
  // 503 is what is told while partitions move.
  Answer settled(HttpMethod method, const std::string& target, const std::string& body, const HttpHeaders& headers) {
    Answer answer;
    EXPECT_TRUE(wait_until([&] { return (answer = send(method, target, body, headers)).status != 503; }));
    return answer;
  }
  static Offset offset_of(const std::string& position, Partition partition) {
    const auto token = parse_position(position);
    EXPECT_TRUE(token) << position;
    return token ? offset_in(token->offsets, partition) : Offset{};
  }

  TestTopics topics_{shared_broker()};
  const std::string topic_ = topics_.name();
  std::unique_ptr<EmbeddedLog> inner_;
  InterceptedLog* held_ = nullptr;
};

TEST_F(GroupOfOne, AReadOfWhatIsNotFoldedYetSaysHowFarItIs) {
  std::vector<std::int64_t> contacts;
  for (int n = 0; n < 24; ++n) {
    const Answer made = post("/v1/contacts", R"({"fields":{"city":"Oslo"}})");
    ASSERT_EQ(made.status, 201) << made.body;
    contacts.push_back(made.number("id"));
    EXPECT_EQ(look(contacts.back()).header("Rapport-Catching-Up"), "");
  }
  held_->hold_readers(true);
  for (const std::int64_t contact : contacts) append_city(contact);
  // What it keeps when another one comes is taken anew, where the log ends now.
  auto other = KafkaGroup::open(membership("127.0.0.1:3"), [](const auto&) { return Result<void>(); });
  ASSERT_TRUE(other) << to_string(other.error());
  std::optional<std::int64_t> kept;
  Answer behind;
  ASSERT_TRUE(wait_until([&] {
    for (const std::int64_t contact : contacts) {
      behind = look(contact);
      if (!behind.header("Rapport-Catching-Up").empty()) kept = contact;
      if (kept) return true;
    }
    return false;
  }));

  const Partition partition = partition_of_contact(*kept);
  const std::string level = behind.header("Rapport-Catching-Up");
  EXPECT_EQ(behind.status, 200) << behind.body;
  EXPECT_EQ(behind.header("Rapport-Stale"), "true");
  EXPECT_EQ(behind.text_at("/fields/city"), "Oslo") << "it answers with what it has";
  EXPECT_LT(offset_of(behind.header("Rapport-Position"), partition), offset_of(level, partition));
  const std::string target = "/v1/contacts/" + std::to_string(*kept);
  const HttpHeaders at_once{{"Rapport-Wait", "0"}}, with_token{{"Rapport-After", level}, {"Rapport-Wait", "0"}};
  EXPECT_EQ(settled(HttpMethod::get, target, "", with_token).status, 504) << "who needs more says so";
  EXPECT_EQ(settled(HttpMethod::patch, target, R"({"fields":{"a":1}})", at_once).status, 504)
      << "nothing is written by who is behind";
  const Answer timeline = settled(HttpMethod::get, target + "/timeline", "", at_once);
  EXPECT_EQ(timeline.status, 200);
  EXPECT_EQ(timeline.header("Rapport-Catching-Up"), level);

  held_->hold_readers(false);
  Answer after;
  ASSERT_TRUE(wait_until([&] {
    after = look(*kept);
    return after.status == 200 && after.header("Rapport-Catching-Up").empty();
  }));
  EXPECT_EQ(after.header("Rapport-Stale"), "");
  EXPECT_EQ(after.text_at("/fields/city"), "Turin");
  EXPECT_GE(offset_of(after.header("Rapport-Position"), partition), offset_of(level, partition));
}

TEST_F(GroupOfOne, RebuildsAreToldByTheirMember) {
  const Answer made = post("/v1/contacts", R"({"fields":{"city":"Oslo"}})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string whose = "?member=" + std::string(kAddress);
  const auto ended = [&](const Answer& begun) {
    Answer now;
    EXPECT_TRUE(wait_until([&] {
      now = get("/v1/rebuilds");
      return now.status == 200 && !now.at("/items/0/ended").is_null();
    }));
    EXPECT_EQ(now.at("/items/0/id"), begun.at("/items/0/id"));
    EXPECT_EQ(now.text_at("/items/0/member"), kAddress);
    return now.text_at("/items/0/state");
  };

  EXPECT_EQ(get("/v1/rebuilds").body, R"({"items":[],"members":[{"member":"127.0.0.1:2","problem":null,"kept":[]}]})");
  const Answer begun = post("/v1/rebuilds", "{}");
  ASSERT_EQ(begun.status, 202) << begun.body;
  EXPECT_EQ(begun.text_at("/items/0/member"), kAddress);
  EXPECT_EQ(ended(begun), "swapped");
  const Answer of_contact = post("/v1/rebuilds", R"({"contact":)" + std::to_string(made.number("id")) + "}");
  ASSERT_EQ(of_contact.status, 202) << of_contact.body;
  EXPECT_EQ(ended(of_contact), "verified");

  const std::string one = "/v1/rebuilds/" + std::to_string(of_contact.number_at("/items/0/id"));
  EXPECT_EQ(get(one).text("field"), "member") << "a number is one instance's";
  EXPECT_EQ(get(one + "?member=127.0.0.1:9").status, 400);
  EXPECT_EQ(get(one + whose).text("state"), "verified");
  EXPECT_EQ(get("/v1/rebuilds" + whose).number_at("/kept/0"), 1);
  EXPECT_EQ(post("/v1/rebuilds", R"({"from":1})").text("field"), "from");
  EXPECT_EQ(post("/v1/rebuilds", R"({"contact":987654})").status, 404) << "where none begins, the first one's answer";
}

TEST_F(GroupOfOne, AnImportIsTakenBackInAllPartitions) {
  std::set<Partition> partitions;
  for (int n = 1; n <= 24; ++n) {
    const std::string name = std::to_string(n);
    const Answer answer =
        publish(R"({"specversion":"1.0","id":"e)" + name + R"(","source":"import/b","type":"contact.changed",)" +
                R"("subject":"contact/)" + name + R"(","data":{"fields":{"city":"Rome"}}})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    partitions.insert(partition_of_contact(n));
  }
  ASSERT_EQ(partitions.size(), kPartitions);
  // As deep as an event may be: it stands deeper in what is told of the revert.
  const std::string deep = std::string(29, '[') + "1" + std::string(29, ']');
  for (const char* source : {"import/b", "crm"}) {
    const Answer answer = publish(R"({"specversion":"1.0","id":"deep","source":")" + std::string(source) +
                                  R"(","type":"contact.changed","subject":"contact/7","data":{"fields":{"deep":)" +
                                  (source == std::string("crm") ? deep : "1") + "}}}");
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  const Answer begun = settled(HttpMethod::post, "/v1/reverts", R"({"source":"import/b"})", {});
  ASSERT_EQ(begun.status, 202) << begun.body;
  Answer now;
  ASSERT_TRUE(wait_until([&] {
    now = get("/v1/reverts/" + begun.text("id"));
    return now.status == 200 && !now.at("/ended").is_null();
  }));
  EXPECT_EQ(now.text("state"), "done") << now.body;
  EXPECT_EQ(now.text("member"), kAddress);
  EXPECT_EQ(now.number("written"), 24);
  EXPECT_NE(now.body.find(R"("value":)" + deep), std::string::npos) << now.body;
  EXPECT_EQ(boost::json::serialize(now.at("/partitionsLeft")), "[]");
  const Answer contact = settled(HttpMethod::get, "/v1/contacts/7", "", {});
  EXPECT_EQ(contact.status, 200) << contact.body;
  EXPECT_EQ(contact.body.find("Rome"), std::string::npos) << contact.body;
  const Answer listed = settled(HttpMethod::get, "/v1/reverts", "", {});
  EXPECT_EQ(listed.text_at("/items/0/id"), begun.text("id"));
  EXPECT_EQ(listed.text_at("/members/0/member"), kAddress);
  EXPECT_EQ(settled(HttpMethod::get, "/v1/reverts/revert-other", "", {}).status, 404);
  EXPECT_EQ(settled(HttpMethod::post, "/v1/reverts/revert-other/cancel", "", {}).status, 404);
  EXPECT_EQ(settled(HttpMethod::post, "/v1/member/reverts", "{}", {}).status, 403) << "that is between members";
}

}  // namespace
}  // namespace rapport
