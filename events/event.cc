#include "events/event.h"

#include <sodium.h>

#include "events/event_encoder.h"

namespace rapport {

Event make_event(std::string id, std::string source, EventType type, Subject subject, std::optional<Timestamp> time,
                 Payload payload) {
  Event event;
  event.id = std::move(id);
  event.source = std::move(source);
  event.type = type;
  event.type_name = event_type_row(type).name;
  event.subject = std::move(subject);
  event.time = time;
  event.schema_version = event_type_row(type).newest_schema_version;
  event.data = encode_payload(type, payload);
  event.payload = std::move(payload);
  return event;
}

std::string make_event_id() {
  constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string id(26, '0');
  auto ms = static_cast<std::uint64_t>(now_wall_clock().ms);
  for (std::size_t i = 10; i-- > 0; ms >>= 5) id[i] = kCrockford[ms & 31];
  unsigned char random[16];
  randombytes_buf(random, sizeof random);
  for (std::size_t i = 0; i < sizeof random; ++i) id[10 + i] = kCrockford[random[i] & 31];
  return id;
}

}  // namespace rapport
