#include "tests/history/client_choices.h"

#include <boost/json.hpp>

namespace rapport::history {
namespace {

constexpr std::uint64_t kValuesOfAClient = 1'000'000;
constexpr std::uint64_t kVisitors = 3;
constexpr const char* kFieldOf[kParts] = {"member", "root"};

Own own_of(const boost::json::value& contact, Part part, std::uint64_t version) {
  Own own{.version = version};
  const auto* value = contact.at("fields").as_object().if_contains(kFieldOf[index_of(part)]);
  if (value != nullptr) own.value = value->to_number<std::uint64_t>();
  return own;
}

std::string field_json(Part part, std::uint64_t value) {
  return std::string(R"({"fields":{")") + kFieldOf[index_of(part)] + "\":" + std::to_string(value) + "}}";
}

void set_times(Operation& operation, const Asked& asked) {
  operation.invoked = asked.invoked;
  operation.answered = asked.answered;
}

// Asked again, it was answered that there was nothing to do it to, which uses up no key: the first request may still be
// on its way, and do it yet.
bool may_come_yet(const Asked& asked) {
  return asked.again && (asked.response.status == 404 || asked.response.status == 409);
}

}  // namespace

bool is_to_be_asked_again(const HttpClientResponse& response) {
  return response.status >= 500 || response.body.find("idempotency_key_in_use") != std::string::npos;
}

ClientCounts& ClientCounts::operator+=(const ClientCounts& other) {
  operations += other.operations;
  accepted += other.accepted;
  refused += other.refused;
  reads_with_token += other.reads_with_token;
  wholes += other.wholes;
  links += other.links;
  cuts += other.cuts;
  return *this;
}

ClientChoices::ClientChoices(int number, std::uint64_t seed, const Pairs& pairs, Newcomers& newcomers)
    : number_(number),
      values_from_(static_cast<std::uint64_t>(number) * kValuesOfAClient),
      pairs_(pairs),
      newcomers_(newcomers),
      dice_(seed),
      versions_(pairs.size()) {}

Act ClientChoices::next() {
  ++counts_.operations;
  const auto pair = static_cast<std::size_t>(dice_.below(pairs_.size()));
  const Part part = dice_.one_in(2) ? Part::member : Part::root;
  const std::uint64_t seen = versions_[pair][index_of(part)];
  switch (dice_.below(22)) {
    case 0:
    case 1:
    case 2: return write_event(pair, part, std::nullopt, Wait::folded);
    case 3:
    case 4:
    case 5: return write_event(pair, part, seen, Wait::folded);
    case 6: return write_event(pair, part, seen + 1, Wait::folded);
    case 7:
    case 8: return write_event(pair, part, std::nullopt, Wait::durable);
    case 9: return change_root(pair);
    case 10:
    case 11: return link(pair);
    case 12:
    case 13: return cut(pair);
    case 14: return newcomers_.create(next_value());
    case 15: return newcomers_.visit(dice_.below(kVisitors), next_value(), dice_.one_in(2));
    default: return read(pair, part);
  }
}

Operation ClientChoices::begin(OperationKind kind, Part part) const {
  return {.kind = kind, .client = number_, .part = part};
}

Act ClientChoices::write_event(std::size_t pair, Part part, std::optional<std::uint64_t> expected, Wait wait) {
  Operation write = begin(OperationKind::write, part);
  write.value = next_value();
  write.expected = expected;
  std::string event = R"({"specversion":"1.0","id":")" + std::to_string(write.value) +
                      R"(","source":"history","type":"contact.fields.changed","subject":"contact/)" +
                      std::to_string(pairs_[pair]->id(part)) + "\",\"data\":" + field_json(part, write.value);
  if (expected) event += ",\"expectedversion\":" + std::to_string(*expected);
  return {{.method = HttpMethod::post,
           .target = wait == Wait::durable ? "/v1/events?wait=durable" : "/v1/events",
           .content_type = "application/cloudevents+json",
           .body = event + "}"},
          [this, pair, write](const Asked& asked) { written(pair, write, asked); }};
}

void ClientChoices::written(std::size_t pair, Operation write, const Asked& asked) {
  set_times(write, asked);
  if (asked.response.status == 412) {
    write.accepted = false;
    ++counts_.refused;
    pairs_[pair]->add({write});
    return;
  }
  if (asked.response.status != 200) return complain("a write", asked);
  const auto result = boost::json::parse(asked.response.body).at_pointer("/results/0");
  const std::string status = result.at("status").as_string().c_str();
  if (status == "durable") {  // it folds later
    write.answered = kNever;
    const std::size_t index = pairs_[pair]->add({write});
    const auto position = asked.response.headers.find("Rapport-Position");
    if (!position) return complain("a write without a position", asked);
    tokens_.push_back({pair, index, std::string(*position)});
    return;
  }
  const bool repeated = status == "repeated";
  write.accepted = repeated ? result.at("outcome") == "accepted" : status == "accepted";
  if (!repeated) {
    write.version = result.at("version").to_number<std::uint64_t>();
    versions_[pair][index_of(write.part)] = *write.version;
  }
  counts_.accepted += *write.accepted ? 1 : 0;
  pairs_[pair]->add({write});
}

Act ClientChoices::change_root(std::size_t pair) {
  Operation write = begin(OperationKind::write, Part::root);
  write.value = next_value();
  HttpHeaders headers{{"Idempotency-Key", std::to_string(write.value)}};
  if (dice_.one_in(2)) {
    write.expected = versions_[pair][index_of(Part::root)];
    headers.add("If-Match", "\"" + std::to_string(*write.expected) + "\"");
  }
  return {{.method = HttpMethod::patch,
           .target = "/v1/contacts/" + std::to_string(pairs_[pair]->id(Part::root)),
           .headers = std::move(headers),
           .content_type = "application/json",
           .body = field_json(Part::root, write.value)},
          [this, pair, write](const Asked& asked) { changed(pair, write, asked); }};
}

void ClientChoices::changed(std::size_t pair, Operation write, const Asked& asked) {
  set_times(write, asked);
  if (may_come_yet(asked)) {
    write.answered = kNever;
    pairs_[pair]->add({write});
  }
  if (asked.response.status == 202) {  // not folded in time: it folds later
    write.answered = kNever;
    pairs_[pair]->add({write});
    return;
  }
  if (asked.response.status == 404) return;  // there is none yet
  write.accepted = asked.response.status != 412;
  if (!*write.accepted) {
    ++counts_.refused;
    pairs_[pair]->add({write});
    return;
  }
  const auto read = read_of(pair, Part::root, asked);
  if (!read) return;
  ++counts_.accepted;
  // Asked again, it is told the contact as it was behind the first.
  asked.again ? pairs_[pair]->add({write}) : pairs_[pair]->add({write, *read});
}

Act ClientChoices::link(std::size_t pair) {
  const SharedHistory& ids = *pairs_[pair];
  return {{.method = HttpMethod::post,
           .target = "/v1/contacts/" + std::to_string(ids.id(Part::member)) + "/merge",
           .headers = {{"Idempotency-Key", std::to_string(next_value())}},
           .content_type = "application/json",
           .body = "{\"into\":" + std::to_string(ids.id(Part::root)) + "}"},
          [this, pair](const Asked& asked) {
            Operation link = begin(OperationKind::link, Part::member), tell = begin(OperationKind::tell, Part::root);
            set_times(link, asked);
            set_times(tell, asked);
            if (may_come_yet(asked)) link.answered = tell.answered = kNever;
            if (asked.response.status == 200 || may_come_yet(asked)) pairs_[pair]->add({link, tell});
            if (asked.response.status == 404) return;
            if (asked.response.status != 200) return complain("a merge", asked);
            ++counts_.links;
          }};
}

Act ClientChoices::cut(std::size_t pair) {
  return {{.method = HttpMethod::post,
           .target = "/v1/contacts/" + std::to_string(pairs_[pair]->id(Part::member)) + "/unmerge",
           .headers = {{"Idempotency-Key", std::to_string(next_value())}}},
          [this, pair](const Asked& asked) {
            const bool was_none = asked.response.status == 409;
            Operation cut = begin(OperationKind::cut, Part::member),
                      not_cut = begin(OperationKind::not_cut, Part::member);
            set_times(cut, asked);
            set_times(not_cut, asked);
            if (may_come_yet(asked)) cut.answered = kNever;
            if (asked.response.status == 200 || may_come_yet(asked)) pairs_[pair]->add({cut});
            if (was_none) pairs_[pair]->add({not_cut});
            if (was_none || asked.response.status == 404) return;
            if (asked.response.status != 200) return complain("an unmerge", asked);
            ++counts_.cuts;
          }};
}

Act ClientChoices::read(std::size_t pair, Part part) {
  std::optional<Token> token;
  if (!tokens_.empty() && dice_.one_in(2)) {
    token = std::move(tokens_.back());
    tokens_.pop_back();
    pair = token->pair;
  }
  HttpHeaders headers;
  if (token) headers.add("Rapport-After", token->position);
  return {{.target = "/v1/contacts/" + std::to_string(pairs_[pair]->id(part)), .headers = std::move(headers)},
          [this, pair, part, token](const Asked& asked) {
            const auto read = read_of(pair, part, asked);
            if (!read) return;
            if (!token) {
              pairs_[pair]->add({*read});
              return;
            }
            ++counts_.reads_with_token;
            pairs_[pair]->add_read_behind(*read, token->write);
          }};
}

std::optional<Operation> ClientChoices::read_of(std::size_t pair, Part part, const Asked& asked) {
  Operation read = begin(OperationKind::read, part);
  set_times(read, asked);
  auto& versions = versions_[pair];
  if (asked.response.status == 404) {
    versions[index_of(part)] = 0;
    read.shown[index_of(part)] = Own{};
    return read;
  }
  if (asked.response.status != 200) {
    complain("a read", asked);
    return std::nullopt;
  }
  const auto contact = boost::json::parse(asked.response.body);
  // "7", or of the whole "7+3".
  const std::string tag(asked.response.headers.find("ETag").value_or("\"0\""));
  const std::size_t plus = tag.find('+');
  const std::uint64_t first = std::stoull(tag.substr(1));
  if (plus == std::string::npos) {
    versions[index_of(part)] = first;
    read.shown[index_of(part)] = own_of(contact, part, first);
    return read;
  }
  versions = {std::stoull(tag.substr(plus + 1)), first};
  read.shown = {own_of(contact, Part::member, versions[0]), own_of(contact, Part::root, versions[1])};
  ++counts_.wholes;
  return read;
}

void ClientChoices::complain(const std::string& what, const Asked& asked) {
  complain(what + " was answered " + std::to_string(asked.response.status) + " " + asked.response.body);
}

}  // namespace rapport::history
