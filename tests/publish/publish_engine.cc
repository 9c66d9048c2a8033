#include "tests/publish/publish_engine.h"

#include <algorithm>
#include <future>

#include "events/event_decoder.h"

namespace rapport {
namespace {

constexpr std::chrono::seconds kPatience{60};

template <class T, class Ask>
Result<T> answer_of(const Ask& ask) {
  const auto told = std::make_shared<std::promise<Result<T>>>();
  auto answer = told->get_future();
  ask([told](Result<T> result) { told->set_value(std::move(result)); });
  if (answer.wait_for(kPatience) != std::future_status::ready) panic("the publisher does not answer");
  return answer.get();
}

}  // namespace

PublishEngine::PublishEngine(EventLog& log, const std::filesystem::path& rows, const PublisherOptions& options,
                             const FolderOptions& folder_options)
    : log_(log),
      generation_(*Generation::open({.directory = rows})),
      folder_(*Folder::start(log, generation_, folder_options)),
      publisher_(*Publisher::open(log, *folder_, options)) {}

Result<Published> PublishEngine::publish(std::vector<Event> events, const PublishOptions& options) {
  std::vector<IncomingEvent> incoming(events.begin(), events.end());
  return answer_of<Published>([&](auto done) { publisher_->publish(std::move(incoming), options, done); });
}

PublishResult PublishEngine::publish_one(Event event, const PublishOptions& options) {
  auto published = publish({std::move(event)}, options);
  if (published) return std::move(published->results.front());
  PublishResult failed;
  failed.error = published.error();
  return failed;
}

Result<Published> PublishEngine::append_own(std::vector<Event> events, const PublishOptions& options) {
  return answer_of<Published>([&](auto done) { publisher_->append_own(std::move(events), options, done); });
}

Result<std::uint64_t> PublishEngine::allocate(IdKind kind) {
  return answer_of<std::uint64_t>([&](auto done) { publisher_->allocate_id(kind, done); });
}

void PublishEngine::fold_all() {
  const auto folded = folder_->wait_folded(*log_.ends(), std::chrono::steady_clock::now() + kPatience);
  if (!folded) panic(to_string(folded.error()));
}

std::vector<RecordedEvent> read_events(EventLog& log) {
  const Positions ends = *log.ends();
  Positions start;
  for (const auto& [partition, end] : ends) start.emplace(partition, Offset{});
  const auto reader = *log.open_reader(start);
  EventDecoder decoder;
  std::vector<RecordedEvent> out;
  while (true) {
    Positions seen = reader->positions();
    advance(seen, ends);
    if (seen == reader->positions()) break;
    RecordBatch batch;
    if (const auto read = reader->read({}, batch); !read) panic(to_string(read.error()));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto opened = log.seal() ? log.seal()->open(decoder, batch[i].key, batch[i].value) : std::nullopt;
      out.push_back({batch[i].position, batch[i].recorded_at, opened ? **opened : *decoder.decode(batch[i].value)});
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.position < b.position; });
  return out;
}

Event visit_event(std::string id, Subject subject, std::int64_t time_ms) {
  return make_event(std::move(id), "test", EventType::visit_started, std::move(subject), Timestamp{time_ms},
                    VisitStarted{});
}

}  // namespace rapport
