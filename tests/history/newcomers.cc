#include "tests/history/newcomers.h"

#include <boost/json.hpp>

namespace rapport::history {
namespace {

std::string identity_of(std::uint64_t visitor) { return "v" + std::to_string(visitor); }

}  // namespace

Act Newcomers::create(std::uint64_t number) {
  return {{.method = HttpMethod::post,
           .target = "/v1/contacts",
           .headers = {{"Idempotency-Key", std::to_string(number)}},
           .content_type = "application/json",
           .body = R"({"fields":{"number":)" + std::to_string(number) + "}}"},
          [this, number](const Asked& asked) { created(number, asked); }};
}

void Newcomers::created(std::uint64_t number, const Asked& asked) {
  const std::lock_guard lock(mutex_);
  const bool folds_later = asked.response.status == 202;
  if (asked.response.status != 201 && !folds_later) return complain("a create", asked);
  const auto id = boost::json::parse(asked.response.body).at("id").to_number<std::uint64_t>();
  if (!ids_.insert(id).second) complain("a create, as one before", asked);
  created_[number] = id;
}

Act Newcomers::visit(std::uint64_t visitor, std::uint64_t number, bool durable) {
  return {{.method = HttpMethod::post,
           .target = durable ? "/v1/events?wait=durable" : "/v1/events",
           .content_type = "application/cloudevents+json",
           .body = R"({"specversion":"1.0","id":")" + std::to_string(number) +
                   R"(","source":"history","type":"visit.started","subject":"identity/web:)" + identity_of(visitor) +
                   R"(","data":{}})"},
          [this, visitor](const Asked& asked) { visited(visitor, asked); }};
}

void Newcomers::visited(std::uint64_t visitor, const Asked& asked) {
  const std::lock_guard lock(mutex_);
  if (asked.response.status != 200) return complain("a visit", asked);
  const auto result = boost::json::parse(asked.response.body).at_pointer("/results/0");
  Visitor& of = visitors_[visitor];
  ++of.visits;
  of.contacts.insert(result.at("contact").to_number<std::uint64_t>());
  if (of.contacts.size() > 1) complain("a visitor's second contact", asked);
}

std::vector<Act> Newcomers::last_reads() {
  const std::lock_guard lock(mutex_);
  std::vector<Act> out;
  for (const auto& [number, id] : created_) {
    out.push_back({{.target = "/v1/contacts/" + std::to_string(id)}, [this, number = number](const Asked& asked) {
                     const std::lock_guard held(mutex_);
                     if (asked.response.status != 200) return complain("a created contact", asked);
                     const auto contact = boost::json::parse(asked.response.body);
                     const bool good = contact.at_pointer("/fields/number") == number && contact.at("version") == 1;
                     if (!good) complain("the contact created as " + std::to_string(number), asked);
                   }});
  }
  for (const auto& [visitor, known] : visitors_) {
    const std::uint64_t id = *known.contacts.begin();
    out.push_back({{.target = "/v1/contacts/" + std::to_string(id)}, [this, visits = known.visits](const Asked& asked) {
                     const std::lock_guard held(mutex_);
                     if (asked.response.status != 200) return complain("a visitor", asked);
                     const auto contact = boost::json::parse(asked.response.body);
                     const bool good = contact.at_pointer("/counters/visits") == visits;
                     if (!good) complain("a visitor of " + std::to_string(visits) + " visits", asked);
                   }});
  }
  return out;
}

std::vector<std::string> Newcomers::complaints() const {
  const std::lock_guard lock(mutex_);
  return complaints_;
}

std::size_t Newcomers::contacts() const {
  const std::lock_guard lock(mutex_);
  return created_.size() + visitors_.size();
}

void Newcomers::complain(const std::string& what, const Asked& asked) {
  complaints_.push_back(what + " was answered " + std::to_string(asked.response.status) + " " + asked.response.body);
}

}  // namespace rapport::history
