#include "engine/http/api/events_answer.h"

#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"

namespace rapport {

void EventsAnswer::add(const std::vector<EventLabel>& labels, const Published& published, bool everything) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const PublishResult& result = published.results[i];
    if (result.contact && call_.is_dry() && call_.context().principal().reads_contacts)
      contacts_.insert(*result.contact);
    totals_.add(result.status);
    const bool plain = result.status == PublishStatus::accepted || result.status == PublishStatus::repeated ||
                       result.status == PublishStatus::durable;
    const std::uint64_t index = next_index_++;
    if (!everything && (plain || told_ >= kStreamResultsMax)) continue;
    ++told_;
    if (!results_.empty()) results_ += ',';
    JsonWriter json(results_);
    write_result(json, services_, index, labels[i], result);
  }
  advance(positions_, published.positions);
}

asio::awaitable<HttpResponse> EventsAnswer::response() const {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("position").string(position_text(services_, positions_));
  json.key("totals");
  write_totals(json, totals_);
  json.key("results").raw("[" + results_ + "]");
  if (call_.is_dry()) {
    json.key("contacts").begin_array();
    const Sight sight(call_.context().principal(), call_.view()->control());
    for (const ContactId id : contacts_) {
      const auto family = co_await call_.family(id);
      if (!family) co_return call_.failed(family.error());
      const auto contact = read_merged(contacts_of(*family->view), id);
      if (!contact) co_return call_.failed(contact.error());
      if (*contact) write_contact(json, **contact, sight);
    }
    json.end_array();
  }
  json.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services_, positions_);
  co_return response;
}

}  // namespace rapport
