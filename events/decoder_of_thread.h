// An EventDecoder for who needs one now and then: its buffers are for the largest event there can be, too much to make
// for each request.
#pragma once

#include "events/event_decoder.h"

namespace rapport {

// The calling thread's own. Not to be kept across a wait in a coroutine, which may use it for another request
// meanwhile.
EventDecoder& decoder_of_thread();

}  // namespace rapport
