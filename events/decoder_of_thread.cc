#include "events/decoder_of_thread.h"

namespace rapport {

EventDecoder& decoder_of_thread() {
  thread_local EventDecoder decoder;
  return decoder;
}

}  // namespace rapport
