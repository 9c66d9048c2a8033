#include "engine/http/api/event_batch.h"

namespace rapport {

void EventBatch::reserve(std::size_t size) {
  events.reserve(size);
  labels.reserve(size);
}

void EventBatch::add(Result<Event> event) {
  labels.push_back(event ? EventLabel{event->source, event->id} : EventLabel{});
  events.push_back(std::move(event));
}

void PublishTotals::add(PublishStatus status) {
  switch (status) {
    case PublishStatus::accepted: ++accepted; return;
    case PublishStatus::repeated: ++repeated; return;
    case PublishStatus::refused: ++refused; return;
    case PublishStatus::parked: ++parked; return;
    case PublishStatus::rejected: ++rejected; return;
    case PublishStatus::durable: ++durable; return;
  }
}

void write_totals(JsonWriter& json, const PublishTotals& totals) {
  json.begin_object();
  json.key("accepted").number(totals.accepted);
  json.key("repeated").number(totals.repeated);
  json.key("refused").number(totals.refused);
  json.key("parked").number(totals.parked);
  json.key("rejected").number(totals.rejected);
  if (totals.durable > 0) json.key("durable").number(totals.durable);
  json.end_object();
}

void write_result(JsonWriter& json, const ApiServices& services, std::uint64_t index, const EventLabel& label,
                  const PublishResult& result) {
  json.begin_object();
  json.key("index").number(index);
  json.key("source").string(label.source);
  json.key("id").string(label.id);
  json.key("status").string(publish_status_name(result.status));
  if (result.first_outcome) json.key("outcome").string(publish_status_name(*result.first_outcome));
  if (result.contact) json.key("contact").number(result.contact->value);
  if (result.contact && result.version) json.key("version").number(*result.version);
  if (result.position) json.key("position").string(format_position(services.log.id(), *result.position));
  if (result.error) {
    json.key("code").string(errc_name(result.error->code));
    json.key("detail").string(result.error->detail);
    if (!result.error->field.empty()) json.key("field").string(result.error->field);
  }
  json.end_object();
}

}  // namespace rapport
