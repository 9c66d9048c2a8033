// erase_child DIRECTORY FROM: opens an engine on a sealed log, and from FROM on tells each contact something, and
// erases every third one, until it is killed. "told N" and "erased N" are lines on standard output, once that is
// answered; "open" comes before them.
#include <unistd.h>

#include <cstdlib>
#include <future>
#include <iostream>

#include "engine/engine.h"
#include "engine/publish/own_events.h"
#include "tests/faults/erased_contact.h"

namespace rapport {
namespace {

void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::abort();
}

using Answer = std::promise<Result<Published>>;

bool tell(Engine& engine, std::uint64_t number) {
  Answer answer;
  engine.publisher().publish({event_of_contact(number)}, {},
                             [&](auto published) { answer.set_value(std::move(published)); });
  const auto published = answer.get_future().get();
  return published && published->results[0].position;
}

bool erase(Engine& engine, ContactId contact) {
  if (!engine.eraser().plan({&contact, 1})) return false;
  Answer answer;
  engine.publisher().append_own({own_event(EventType::contact_erased, contact, ContactErased{})}, {},
                                [&](auto published) { answer.set_value(std::move(published)); });
  const auto published = answer.get_future().get();
  if (!published || published->results[0].status == PublishStatus::durable) return false;
  return engine.eraser().finish({&contact, 1}).has_value();
}

int run(const std::string& directory, std::uint64_t from) {
  auto log = embedded_log(2);
  log.seal.wish = SealWish::always;
  auto engine = Engine::open({.data = directory, .log = std::move(log)});
  if (!engine) {
    std::cerr << to_string(engine.error()) << "\n";
    return 1;
  }
  say("open");
  for (std::uint64_t number = from;; ++number) {
    if (tell(**engine, number)) say("told " + std::to_string(number));
    if (is_to_be_erased(number) && erase(**engine, contact_of(number))) say("erased " + std::to_string(number));
  }
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) { return argc == 3 ? rapport::run(argv[1], std::strtoull(argv[2], nullptr, 10)) : 2; }
