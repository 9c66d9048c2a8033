#include "engine/group/member_calls.h"

#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "engine/http/async_callback.h"
#include "engine/http/http_server.h"

namespace rapport {
namespace {

constexpr std::chrono::seconds kPatience{30};

// A member that answers /fast, and /never not.
class MemberCallsTest : public testing::Test {
 protected:
  void SetUp() override {
    Router router;
    const auto add = [&](const char* pattern, Handler handler) {
      router.add({.pattern = pattern, .handler = std::move(handler), .open = true});
    };
    add("/fast", handler_of([](RequestContext& context) {
          return HttpResponse::json("\"" + std::string(context.request().headers.find(kMemberHeader).value_or("")) +
                                    "\"");
        }));
    add("/never", [](RequestContext&) -> asio::awaitable<HttpResponse> {
      const bool slept = co_await async_sleep(std::chrono::hours(1));
      co_return HttpResponse::json(slept ? "true" : "false");
    });
    auto server = HttpServer::open({.port = 0}, std::move(router));
    ASSERT_TRUE(server) << to_string(server.error());
    server_ = *std::move(server);
    address_ = "127.0.0.1:" + std::to_string(server_->port());
  }

  std::future<Result<HttpClientResponse>> ask(const std::string& address, std::string target) {
    const auto told = std::make_shared<std::promise<Result<HttpClientResponse>>>();
    calls_.ask(address, {.target = std::move(target)}, [told](auto answer) { told->set_value(std::move(answer)); });
    return told->get_future();
  }

  static Result<HttpClientResponse> get(std::future<Result<HttpClientResponse>>& answer) {
    if (answer.wait_for(kPatience) == std::future_status::ready) return answer.get();
    return Error{Errc::internal, "no answer in the test's time"};
  }

  std::unique_ptr<HttpServer> server_;
  std::string address_;
  MemberCalls calls_{{.key = "the group's"}};
};

TEST_F(MemberCallsTest, AskAndShowTheGroupsKey) {
  auto asked = ask(address_, "/fast");
  const auto answer = get(asked);
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->body, "\"the group's\"");
}

TEST_F(MemberCallsTest, SayThatAMemberIsUnreachable) {
  auto asked = ask("127.0.0.1:1", "/fast");
  const auto answer = get(asked);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unreachable);
}

TEST_F(MemberCallsTest, WaitNoLongerForWhoHasLeft) {
  std::vector<std::future<Result<HttpClientResponse>>> asked;
  for (std::size_t i = 0; i < kCallsAtOnce + 3; ++i) asked.push_back(ask(address_, "/never"));
  calls_.keep_only({"127.0.0.1:1"});
  for (auto& one : asked) {
    const auto answer = get(one);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unreachable);
  }
  auto back = ask(address_, "/fast");
  EXPECT_TRUE(get(back)) << "it is asked again once it is there again";
}

TEST_F(MemberCallsTest, OneThatHangsHoldsUpNoneThatIsAskedInTheSameMoment) {
  std::vector<std::future<Result<HttpClientResponse>>> hanging;
  auto first = ask(address_, "/fast");
  ASSERT_TRUE(get(first));
  for (std::size_t i = 0; i + 2 < kCallsAtOnce; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the thread that answered rests again
    hanging.push_back(ask(address_, "/never"));
    auto other = ask(address_, "/fast");
    ASSERT_TRUE(get(other)) << "in round " << i;
  }
  calls_.stop();
}

TEST_F(MemberCallsTest, OneThatHangsHoldsUpItselfOnlyAndOnlySoMuch) {
  std::vector<std::future<Result<HttpClientResponse>>> asked;
  for (std::size_t i = 0; i < kCallsAtOnce + kCallsWaiting; ++i) asked.push_back(ask(address_, "/never"));
  std::future<Result<HttpClientResponse>> refused;
  for (std::size_t i = 0; i <= kCallsAtOnce; ++i) refused = ask(address_, "/never");
  const auto answer = get(refused);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::overloaded);
  auto other = ask("localhost:" + std::to_string(server_->port()), "/fast");
  EXPECT_TRUE(get(other));
  calls_.stop();
  // How many of them waited at once goes by how soon the first were sent.
  std::size_t kept = 0;
  for (auto& one : asked) kept += get(one).error().code == Errc::shutting_down;
  EXPECT_GE(kept, kCallsWaiting);
}

}  // namespace
}  // namespace rapport
