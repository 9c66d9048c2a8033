// The public examples of the compatible API, one file a call (tests/http/golden/): what an example shows is made, what
// it asks is asked, and the answer is compared with the documented one, key by key. Where they differ, a row of
// docs/compatibility.md says so and why, and every row is met by an example.
//
//   {"call":"GET /crm/tag/{id}",
//    "given":[{"method":"POST","target":"/api/v1/crm/tag","body":{...},"save":{"tag":"/data/id"}}],
//    "ask":{"method":"GET","target":"/api/v1/crm/tag/{tag}"},
//    "answer":{"data":{...}}}
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

std::string text_of_file(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// What earlier answers gave: "contact" to 42.
using Saved = std::map<std::string, std::string>;

std::string filled(std::string text, const Saved& saved) {
  for (const auto& [name, value] : saved) {
    const std::string place = "{" + name + "}";
    for (std::size_t at; (at = text.find(place)) != std::string::npos;) text.replace(at, place.size(), value);
  }
  return text;
}

// A string that is one place alone becomes the number that stands for it.
json::value filled(const json::value& value, const Saved& saved) {
  if (value.is_string()) {
    const std::string text = json::value_to<std::string>(value);
    const bool one_place = text.size() > 2 && text.front() == '{' && saved.contains(text.substr(1, text.size() - 2));
    return one_place ? json::parse(filled(text, saved)) : json::value(filled(text, saved));
  }
  if (value.is_array()) {
    json::array out;
    for (const json::value& element : value.get_array()) out.push_back(filled(element, saved));
    return out;
  }
  if (!value.is_object()) return value;
  json::object out;
  for (const auto& [name, member] : value.get_object()) out[name] = filled(member, saved);
  return out;
}

// Ids and dates are nobody's to foresee.
bool is_compared_by_value(std::string_view key) {
  const bool is_id = key == "id" || key.ends_with("Id") || key.ends_with("_id");
  const bool is_date = key.find("date") != std::string_view::npos || key.find("Date") != std::string_view::npos;
  return !is_id && !is_date;
}

bool of_one_type(const json::value& a, const json::value& b) {
  return (a.is_number() && b.is_number()) || a.kind() == b.kind();
}

// Two documents side by side. A difference is named by where it is: "/data/list/[]/title", all elements of a list
// alike.
class Comparison {
 public:
  void compare(const json::value& documented, const json::value& ours, const std::string& at, std::string_view key) {
    if (documented.is_object() && ours.is_object()) return compare_members(documented, ours, at);
    if (documented.is_array() && ours.is_array()) return compare_elements(documented, ours, at, key);
    ++keys_;
    const bool same = is_compared_by_value(key) ? documented == ours : of_one_type(documented, ours);
    if (!same) differences_.insert(at);
  }

  std::size_t keys() const { return keys_; }
  const std::set<std::string>& differences() const { return differences_; }

 private:
  void compare_members(const json::value& documented, const json::value& ours, const std::string& at) {
    for (const auto& [name, member] : documented.get_object()) {
      const std::string place = at + "/" + std::string(name);
      const json::value* own = ours.get_object().if_contains(name);
      if (own == nullptr) {
        ++keys_;
        differences_.insert(place);
      } else {
        compare(member, *own, place, name);
      }
    }
  }
  void compare_elements(const json::value& documented, const json::value& ours, const std::string& at,
                        std::string_view key) {
    ++keys_;
    if (documented.get_array().size() != ours.get_array().size()) differences_.insert(at);
    const std::size_t both = std::min(documented.get_array().size(), ours.get_array().size());
    for (std::size_t i = 0; i < both; ++i) {
      compare(documented.get_array()[i], ours.get_array()[i], at + "/[]", key);
    }
  }

  std::size_t keys_ = 0;
  std::set<std::string> differences_;
};

// "contact-list /data/list/[]/departmentList": the code of the first column of the page's table, one or more a row.
std::set<std::string> differences_of_page() {
  std::set<std::string> out;
  std::istringstream page(text_of_file("docs/compatibility.md"));
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    std::string_view cell = std::string_view(line).substr(0, line.find(" |", 1));
    for (std::size_t open; (open = cell.find('`')) != std::string_view::npos;) {
      const std::size_t close = cell.find('`', open + 1);
      out.emplace(cell.substr(open + 1, close - open - 1));
      cell.remove_prefix(close + 1);
    }
  }
  return out;
}

class Golden : public ApiTest {
 protected:
  Answer ask(const json::value& call, Saved& saved) {
    const json::object& members = call.as_object();
    const auto method = http_method_of(json::value_to<std::string>(members.at("method")));
    const std::string target = filled(json::value_to<std::string>(members.at("target")), saved);
    const json::value* body = members.if_contains("body");
    const json::value* type = members.if_contains("contentType");
    const std::string sent = body == nullptr ? "" : json::serialize(filled(*body, saved));
    const Answer answer =
        send(*method, target, sent, {}, type == nullptr ? "application/json" : json::value_to<std::string>(*type));
    EXPECT_EQ(answer.status, 200) << target << " " << sent << "\n" << answer.body;
    if (const json::value* save = members.if_contains("save")) {
      for (const auto& [name, pointer] : save->as_object()) {
        saved[std::string(name)] = json::serialize(answer.json.at_pointer(json::value_to<std::string>(pointer)));
      }
    }
    return answer;
  }

  Comparison compared(const json::value& example) {
    Saved saved;
    for (const json::value& step : example.at("given").as_array()) ask(step, saved);
    const Answer answer = ask(example.at("ask"), saved);
    Comparison comparison;
    comparison.compare(filled(example.at("answer"), saved), answer.json, "", "");
    return comparison;
  }

  void start_over() {
    TearDown();
    client_.reset();
    server_.reset();
    services_.reset();
    keys_.reset();
    engine_.reset();
    fs::remove_all(directory_.path() / "data");
    SetUp();
  }
};

TEST_F(Golden, AnswersAreAsDocumentedOrThePageSaysWhyNot) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator("tests/http/golden")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  ASSERT_EQ(files.size(), 25u);
  const std::set<std::string> allowed = differences_of_page();
  std::set<std::string> met;
  std::size_t keys = 0;
  for (const fs::path& file : files) {
    SCOPED_TRACE(file.string());
    const json::value example = json::parse(text_of_file(file));
    const Comparison comparison = compared(example);
    for (const std::string& place : comparison.differences()) {
      const std::string difference = file.stem().string() + " " + place;
      met.insert(difference);
      EXPECT_TRUE(allowed.contains(difference)) << difference;
    }
    keys += comparison.keys();
    std::cout << std::left << std::setw(40) << json::value_to<std::string>(example.at("call")) << std::right
              << std::setw(4) << comparison.keys() << " keys" << std::setw(4) << comparison.differences().size()
              << " differ\n";
    start_over();
  }
  std::cout << keys << " keys, " << met.size() << " differ\n";
  for (const std::string& difference : allowed)
    EXPECT_TRUE(met.contains(difference)) << difference << " does not differ";
}

}  // namespace
}  // namespace rapport
