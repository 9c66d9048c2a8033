#include "tools/rapport/generate/event_generator.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <string_view>

namespace rapport {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::uint32_t kLateEventsPercent = 2;
constexpr std::uint32_t kLateMsMax = 10 * 60 * 1000;

constexpr std::array kFirstNames{"Ada"sv,   "Bruno"sv, "Chloé"sv,  "Dmitri"sv, "Elif"sv,  "Farah"sv, "Goran"sv,
                                 "Hana"sv,  "Ivo"sv,   "Jürgen"sv, "Kofi"sv,   "Lucía"sv, "Mina"sv,  "Noor"sv,
                                 "Oskar"sv, "Priya"sv, "Quinn"sv,  "Rosa"sv,   "Sven"sv,  "Tomoko"sv};
constexpr std::array kLastNames{"Alvarez"sv, "Bauer"sv,     "Costa"sv,  "Dubois"sv,   "Eriksen"sv,
                                "Ferrari"sv, "Garcia"sv,    "Haddad"sv, "Ivanov"sv,   "Jansen"sv,
                                "Kowal"sv,   "Lindqvist"sv, "Mbeki"sv,  "Nakamura"sv, "O'Brien"sv,
                                "Patel"sv,   "Quispe"sv,    "Rossi"sv,  "Smith"sv,    "Tanaka"sv};
// The mailbox names of the above: what stands in an address is ASCII.
constexpr std::array kMailboxes{"ada"sv,   "bruno"sv, "chloe"sv,  "dmitri"sv, "elif"sv,  "farah"sv, "goran"sv,
                                "hana"sv,  "ivo"sv,   "jurgen"sv, "kofi"sv,   "lucia"sv, "mina"sv,  "noor"sv,
                                "oskar"sv, "priya"sv, "quinn"sv,  "rosa"sv,   "sven"sv,  "tomoko"sv};
constexpr std::array kCities{"Accra"sv, "Bogotá"sv, "Cork"sv, "Dakar"sv, "Essen"sv, "Fukuoka"sv, "Gdańsk"sv, "Hanoi"sv,
                             "İzmir"sv, "Jaipur"sv, "Kyiv"sv, "Lyon"sv,  "Malmö"sv, "Nairobi"sv, "Oslo"sv,   "Porto"sv};
constexpr std::array kPages{"pricing"sv,
                            "features/inbox"sv,
                            "docs/getting-started"sv,
                            "blog/field-notes"sv,
                            "checkout/basket"sv,
                            "products/desk-lamp"sv,
                            "products/walnut-shelf"sv,
                            "account/orders"sv,
                            "support/returns"sv,
                            "careers"sv,
                            "products/oak-table"sv,
                            "about"sv};
constexpr std::array kReferrers{"https://search.example/results?q=desk+lamp"sv, "https://news.example/item/48213"sv,
                                "https://mail.example/"sv, "https://social.example/t/9QpX2"sv};
constexpr std::array kUserAgents{
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"sv,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"sv,
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"sv,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile Safari/604.1"sv};
constexpr std::array kTopics{"Where is my order?"sv,          "Change of delivery address"sv,
                             "Invoice for last month"sv,      "The lamp arrived broken"sv,
                             "Question about the warranty"sv, "Cannot sign in"sv,
                             "Discount for ten tables"sv,     "Return of a shelf"sv};
constexpr std::array kMessages{
    "Hello, I ordered a lamp last week and have not heard from you since. Could you look into it, please?"sv,
    "Thank you for waiting. The parcel left our warehouse this morning and should be with you on Thursday."sv,
    "That works for me. Is there a way to have it delivered to the office instead of my home address?"sv,
    "I have changed the address for you. You will receive a new confirmation within the next few minutes."sv,
    "Great, thanks a lot for the quick help!"sv,
    "Sorry, it still says \\\"invalid code\\\" when I try to pay. I have tried two different browsers already."sv};
constexpr std::array kTags{"vip"sv,        "trial"sv,   "newsletter"sv, "wholesale"sv,  "returns"sv,    "late-payer"sv,
                           "press"sv,      "partner"sv, "beta"sv,       "churn-risk"sv, "onboarding"sv, "refund"sv,
                           "enterprise"sv, "student"sv, "reseller"sv,   "follow-up"sv};
constexpr std::array kCustomValues{
    "standard delivery to the front door"sv, "prefers e-mail to the telephone"sv, "second floor, ring twice"sv,
    "bought at the spring fair"sv,           "invoice on paper, please"sv,        "speaks French and Portuguese"sv};

static_assert(kMailboxes.size() == kFirstNames.size());

constexpr std::uint32_t kNamedFields = 4;    // name, email, phone, city
constexpr std::uint32_t kCustomFields = 20;  // custom_1..custom_20

template <std::size_t N>
std::string_view pick(Random& random, const std::array<std::string_view, N>& pool) {
  return pool[random.below(static_cast<std::uint32_t>(N))];
}

void append_number(std::string& out, std::uint64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

// 26 characters as of a ULID: the time, then the event's number, so that no two are equal, then chance.
void append_event_id(std::string& out, std::int64_t time_ms, std::uint64_t number, std::uint64_t chance) {
  constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  char id[26];
  auto ms = static_cast<std::uint64_t>(time_ms);
  for (std::size_t i = 10; i-- > 0; ms >>= 5) id[i] = kCrockford[ms & 31];
  for (std::size_t i = 18; i-- > 10; number >>= 5) id[i] = kCrockford[number & 31];
  for (std::size_t i = 26; i-- > 18; chance >>= 5) id[i] = kCrockford[chance & 31];
  out.append(id, sizeof id);
}

// Spreads ranks over 1..contacts: a bijection of the next power of two, walked until it lands inside.
std::uint32_t scatter(std::uint32_t rank, std::uint32_t contacts) {
  const std::uint64_t mask = std::bit_ceil(std::uint64_t{contacts}) - 1;
  const auto shift = std::max(1u, static_cast<unsigned>(std::bit_width(mask)) / 2);
  std::uint64_t x = rank - 1;
  do {
    x = (x * 0x9E3779B1ULL + 0x7F4A7C15ULL) & mask;
    x ^= x >> shift;
  } while (x >= contacts);
  return static_cast<std::uint32_t>(x) + 1;
}

}  // namespace

Result<EventGenerator> EventGenerator::make(const GeneratorOptions& options) {
  const auto out_of_range = [](std::uint64_t value, std::uint64_t max, const char* option) {
    return Error{Errc::invalid_argument, "is " + std::to_string(value) + ", not 1 to " + std::to_string(max), option};
  };
  if (options.events < 1 || options.events > kGeneratedEventsMax) {
    return out_of_range(options.events, kGeneratedEventsMax, "--events");
  }
  if (options.contacts < 1 || options.contacts > kGeneratedContactsMax) {
    return out_of_range(options.contacts, kGeneratedContactsMax, "--contacts");
  }
  const std::int64_t longest_ms = static_cast<std::int64_t>(options.events) * options.step_ms_max;
  if (options.start.ms < kLateMsMax || options.start.ms > kTimestampMax.ms - longest_ms) {
    return Error{Errc::invalid_argument, "is before 1970 or too close to the year 9999", "--start"};
  }
  return EventGenerator(options);
}

EventGenerator::EventGenerator(const GeneratorOptions& options)
    : options_(options),
      random_(options.seed),
      zipf_(static_cast<std::uint32_t>(options.contacts)),
      states_(options.contacts),
      clock_ms_(options.start.ms) {}

bool EventGenerator::append_next(std::string& out) {
  if (made_ == options_.events) return false;
  const std::uint32_t contact = scatter(zipf_.draw(random_), static_cast<std::uint32_t>(options_.contacts));
  ContactState& state = states_[contact - 1];
  clock_ms_ += 1 + random_.below(options_.step_ms_max);
  Timestamp time{clock_ms_};

  if (!state.created) {
    state.created = true;
    append_envelope(out, "crm", "contact.created", contact, time);
    append_created(out, contact);
  } else {
    if (random_.below(100) < kLateEventsPercent) time.ms -= 1 + random_.below(kLateMsMax);
    const std::uint32_t draw = random_.below(95);
    if (draw < 45) {
      append_envelope(out, "channel/web", "visit.started", contact, time);
      append_visit(out, contact, state);
    } else if (draw < 57) {
      append_envelope(out, "channel/chat", "chat.started", contact, time);
      append_chat(out, contact, state);
    } else if (draw < 67) {
      append_envelope(out, "channel/chat", "chat.message", contact, time);
      append_message(out, contact, state);
    } else if (draw < 82) {
      append_envelope(out, "crm", "contact.fields.changed", contact, time);
      append_fields_changed(out, contact);
    } else if (draw < 90) {
      append_envelope(out, "crm", "contact.tags.changed", contact, time);
      append_tags_changed(out);
    } else {
      append_envelope(out, "channel/chat", "case.status.changed", contact, time);
      append_status_changed(out, contact, state);
    }
  }
  out += "}}\n";
  ++made_;
  return true;
}

void EventGenerator::append_envelope(std::string& out, std::string_view source, std::string_view type,
                                     std::uint32_t contact, Timestamp time) {
  out += R"({"specversion":"1.0","id":")";
  append_event_id(out, clock_ms_, made_, random_.next());
  out.append(R"(","source":")").append(source).append(R"(","type":")").append(type);
  out += R"(","subject":"contact/)";
  append_number(out, contact);
  out += R"(","time":")";
  append_timestamp(out, time);
  out += '"';
  if (type == "chat.message") out += R"(,"schemaversion":2)";
  out += R"(,"data":{)";
}

void EventGenerator::append_field(std::string& out, std::uint32_t field, std::uint32_t contact,
                                  std::uint32_t first_name) {
  switch (field) {
    case 0:
      out.append(R"("name":")").append(kFirstNames[first_name]).append(" ").append(pick(random_, kLastNames));
      break;
    case 1:
      out.append(R"("email":")").append(kMailboxes[first_name]).append(".");
      append_number(out, contact);
      out += "@mail.example";
      break;
    case 2:
      out += R"("phone":"+1 555 )";
      append_number(out, 1'000'000 + random_.below(9'000'000));
      break;
    case 3: out.append(R"("city":")").append(pick(random_, kCities)); break;
    default:
      out += R"("custom_)";
      append_number(out, field - kNamedFields + 1);
      out.append(R"(":")").append(pick(random_, kCustomValues));
  }
  out += '"';
}

void EventGenerator::append_created(std::string& out, std::uint32_t contact) {
  const std::uint32_t first_name = random_.below(kFirstNames.size());
  out += R"("fields":{)";
  for (std::uint32_t field = 0; field < kNamedFields; ++field) {
    if (field > 0) out += ',';
    append_field(out, field, contact, first_name);
  }
  out.append(R"(},"client":{"clientType":"web"},"tags":[")").append(pick(random_, kTags)).append("\"]");
}

void EventGenerator::append_visit(std::string& out, std::uint32_t contact, ContactState& state) {
  out += R"("visitId":"v)";
  append_number(out, contact);
  out += '-';
  append_number(out, ++state.visits);
  out.append(R"(","url":"https://shop.example/)").append(pick(random_, kPages));
  if (random_.below(2) == 0) out.append(R"(","referrer":")").append(pick(random_, kReferrers));
  out += R"(","ip":"203.0.113.)";
  append_number(out, 1 + random_.below(254));
  out.append(R"(","userAgent":")").append(pick(random_, kUserAgents)).append("\"");
}

void EventGenerator::append_chat(std::string& out, std::uint32_t contact, ContactState& state) {
  out += R"("caseId":"c)";
  append_number(out, contact);
  out += '-';
  append_number(out, ++state.cases);
  out.append(R"(","channel":"chat","title":")").append(pick(random_, kTopics));
  out.append(R"(","description":")").append(pick(random_, kMessages)).append("\"");
}

// A message or a status before the contact's first chat.started names that chat's case: channels may be out of order.
void EventGenerator::append_message(std::string& out, std::uint32_t contact, const ContactState& state) {
  out += R"("caseId":"c)";
  append_number(out, contact);
  out += '-';
  append_number(out, std::max<std::uint32_t>(state.cases, 1));
  out += random_.below(2) == 0 ? R"(","author":"contact","text":")" : R"(","author":"agent","text":")";
  out.append(pick(random_, kMessages)).append("\"");
}

void EventGenerator::append_fields_changed(std::string& out, std::uint32_t contact) {
  out += R"("fields":{)";
  const std::uint32_t first_name = random_.below(kFirstNames.size());
  const std::uint32_t count = 1 + random_.below(5);
  // Neighbours in the ring of fields, so that no key stands twice.
  const std::uint32_t first = random_.below(kNamedFields + kCustomFields);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    append_field(out, (first + i) % (kNamedFields + kCustomFields), contact, first_name);
  }
  out += '}';
}

void EventGenerator::append_tags_changed(std::string& out) {
  const std::uint32_t added = random_.below(kTags.size());
  const std::uint32_t removed = (added + 1 + random_.below(kTags.size() - 1)) % kTags.size();
  out.append(R"("add":[")").append(kTags[added]).append("\"]");
  if (random_.below(2) == 0) out.append(R"(,"remove":[")").append(kTags[removed]).append("\"]");
}

void EventGenerator::append_status_changed(std::string& out, std::uint32_t contact, const ContactState& state) {
  constexpr std::array kStatuses{"queued"sv, "pending"sv, "active"sv, "closed"sv};
  const std::string_view status = pick(random_, kStatuses);
  out += R"("caseId":"c)";
  append_number(out, contact);
  out += '-';
  append_number(out, std::max<std::uint32_t>(state.cases, 1));
  out.append(R"(","status":")").append(status);
  if (status == "closed") out += R"(","closingState":"resolved)";
  out += R"(","agentId":"agent-)";
  append_number(out, 1 + random_.below(40));
  out += '"';
}

}  // namespace rapport
