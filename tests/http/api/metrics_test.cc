// /metrics: the text format of Prometheus, and that the figures move.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

class Metrics : public ApiTest {
 protected:
  // By name and labels. Fails where a sample's family is not described, or is described twice.
  std::map<std::string, double> samples() {
    std::map<std::string, double> out;
    std::set<std::string> described;
    std::istringstream lines(get("/metrics").body);
    std::string family;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string hash, kind, type;
      if (line.starts_with("# HELP ")) {
        words >> hash >> kind >> family;
        EXPECT_TRUE(described.insert(family).second) << family << " is described twice";
      } else if (line.starts_with("# TYPE ")) {
        words >> hash >> kind >> kind >> type;
        EXPECT_EQ(kind, family);
        EXPECT_EQ(type, family.ends_with("_total") ? "counter" : "gauge") << line;
      } else {
        const auto space = line.rfind(' ');
        EXPECT_EQ(line.substr(0, line.find_first_of("{ ")), family) << line;
        EXPECT_TRUE(out.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second) << line;
      }
    }
    return out;
  }
};

TEST_F(Metrics, SayWhatWasFoldedAndWhatTheMachineGaveForIt) {
  auto before = samples();
  const std::string event =
      R"({"specversion":"1.0","id":"v","source":"web","type":"visit.started","subject":"contact/1000","data":{}})";
  ASSERT_EQ(publish(event).status, 200);
  auto after = samples();
  const std::string accepted = "rapport_events_total{outcome=\"accepted\"}";
  EXPECT_GT(after[accepted], before[accepted]);
  EXPECT_EQ(after["rapport_contacts"], 1);
  EXPECT_EQ(after["rapport_fold_halted"], 0);
  for (const std::string store : {"rows", "log"}) {
    const std::string of = "rapport_store_memory_bytes{store=\"" + store + "\",part=";
    EXPECT_GT(after[of + "\"write_buffers\"}"], 0) << store;
    EXPECT_GE(after[of + "\"cache\"}"], after[of + "\"cache_pinned\"}"]) << store;
    EXPECT_TRUE(after.contains(of + "\"table_readers\"}")) << store;
  }
  EXPECT_GT(after["process_resident_memory_bytes"], 1 << 20);
  EXPECT_GT(after["process_cpu_seconds_total"], before["process_cpu_seconds_total"]);
  EXPECT_GT(after["process_open_fds"], 3);
  EXPECT_GE(after["process_max_fds"], after["process_open_fds"]);
}

}  // namespace
}  // namespace rapport
