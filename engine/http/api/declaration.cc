#include "engine/http/api/declaration.h"

#include "events/event_decoder.h"

namespace rapport {

Result<Payload> declaration_of(EventType type, const std::string& data) {
  return EventDecoder().decode_payload(type, 1, data);
}

}  // namespace rapport
