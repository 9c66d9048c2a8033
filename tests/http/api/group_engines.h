// Several engines in one process that share a log, as members of a group on a real broker, each with its HTTP server;
// and one without a group beside them, which folds everything: what the others are to answer, it says.
#pragma once

#include <atomic>
#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/http/api/api_services.h"
#include "engine/http/http_client.h"
#include "engine/http/http_server.h"
#include "engine/log/embedded_log.h"
#include "tests/kafka/test_broker.h"
#include "tests/kafka/test_topics.h"
#include "tests/model/history.h"
#include "tests/publish/intercepted_log.h"
#include "tests/store/temporary_directory.h"

namespace rapport {

struct EngineAnswer {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  boost::json::value json;

  std::string header(std::string_view name) const { return std::string(headers.find(name).value_or("")); }
};

class ServedEngine {
 public:
  // Nothing that fails here is survived: the test program ends.
  ServedEngine(EventLog& log, std::filesystem::path data, std::optional<GroupOptions> group, std::uint16_t port);

  // 503 is asked again, until a deadline: partitions move for a moment when a group begins.
  EngineAnswer ask(HttpMethod method, const std::string& target, const std::string& body = "",
                   HttpHeaders headers = {});
  EngineAnswer get(const std::string& target, HttpHeaders headers = {}) {
    return ask(HttpMethod::get, target, "", std::move(headers));
  }
  // As it comes. Thread-safe, as is ask().
  EngineAnswer ask_once(HttpMethod method, const std::string& target, const std::string& body, HttpHeaders headers);

  Engine& engine() { return *engine_; }
  KeyRing& keys() { return *keys_; }
  void use_key(const std::string& key) { key_ = key; }
  // Every other event that tells the survivor of a link does not come into the log, as if it ended before that.
  void lose_hints(bool lost) { loses_hints_ = lost; }
  // Every third time that contacts are erased, in all of its own, its log takes nothing, or does and says that it did
  // not: as if it ended before or behind that.
  void fail_erasures(bool failing) { fails_erasures_ = failing; }

 private:
  std::optional<Error> judge(const std::vector<NewRecord>& records);
  std::optional<Error> judge_written();

  std::atomic<bool> loses_hints_ = false, fails_erasures_ = false, lies_ = false;
  std::atomic<std::uint64_t> hints_ = 0, erasures_ = 0;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<KeyRing> keys_;
  std::unique_ptr<ApiServices> services_;
  std::unique_ptr<HttpServer> server_;
  std::mutex mutex_;
  std::unique_ptr<HttpClient> client_;
  std::string key_;
};

class GroupEngines {
 public:
  static constexpr int kMembers = 3, kPartitions = 6;

  GroupEngines();

  ServedEngine& alone() { return *alone_; }
  ServedEngine& member(std::uint64_t number) { return *members_[number % members_.size()]; }
  const std::vector<std::unique_ptr<ServedEngine>>& members() const { return members_; }

  // Ends it, has `meanwhile` done, with its data directory, and begins it again.
  void restart(std::size_t number, const std::function<void(const std::filesystem::path& data)>& meanwhile);

  // As it is, behind all that the log holds.
  void append(const model::History& history);
  // The log's end: what a read waits for that is to see all.
  std::string end();

 private:
  TestTopics topics_{shared_broker()};
  TemporaryDirectory directory_{fastest_directory()};
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<ServedEngine> alone_;
  struct Place {
    std::filesystem::path data;
    GroupOptions group;
    std::uint16_t port;
  };
  std::vector<Place> places_;  // of the members
  std::string key_;
  std::vector<std::unique_ptr<ServedEngine>> members_;

  std::unique_ptr<ServedEngine> begin(const Place& place);
};

}  // namespace rapport
