// Bodies that do not fit in memory: read and written piece by piece, at the pace of the slower side.
//
//   auto piece = co_await context.body().read();          // the next bytes, "" at the end
//   auto sent  = co_await writer.write("data: 1\n\n");    // resumes once the kernel has taken them
//
// Invariants:
// - Nothing is read from the socket that the handler has not asked for, so a slow handler slows its sender down; a
//   write resumes only when the bytes have left, so a slow receiver slows its producer down.
// - Both run on the session's own thread; neither is thread-safe.
// - After an error the stream stays in error: every later call answers the same.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string_view>

#include "events/result.h"

namespace rapport {

namespace asio = boost::asio;

class BodyReader {
 public:
  virtual ~BodyReader() = default;

  // The next piece of the request's body, of any size; an empty one at the end. The view is good until the next read.
  // Errors: too_large (the route's limit), invalid_argument (the body's framing is broken), wait_timeout (nothing came
  // for the idle time), unreachable (the peer closed early), shutting_down (the server's deadline to stop has passed).
  // The connection is of no more use after any of them, but a response can still be written after too_large.
  [[nodiscard]] virtual asio::awaitable<Result<std::string_view>> read() = 0;

  // Whether the next read would wait for the peer: all that has come was given, and it was not the last. Behind TLS it
  // may say so while a part of a record waits to be opened.
  virtual bool is_drained() const = 0;
};

class BodyWriter {
 public:
  virtual ~BodyWriter() = default;

  // Sends the bytes; an empty piece sends nothing. `piece` must stay until the call resumes.
  // Errors: unreachable (the peer is gone), wait_timeout (it took nothing for the write time), shutting_down (the
  // server is stopping, and the stream is endless or its deadline has passed). Return from the producer on any.
  [[nodiscard]] virtual asio::awaitable<Result<void>> write(std::string_view piece) = 0;
};

// Writes the whole body. Returning ends it properly; returning an error breaks the connection off instead, so that the
// reader sees a body cut short and not a complete one. The function object, and what its closure holds, lives until the
// coroutine has ended.
using BodyProducer = std::function<asio::awaitable<Result<void>>(BodyWriter&)>;

}  // namespace rapport
