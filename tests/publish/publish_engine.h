// One engine's fold and publisher over a log that it may share with others, asked and waited for.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "engine/fold/folder.h"
#include "engine/publish/publisher.h"

namespace rapport {

class PublishEngine {
 public:
  // What does not open ends the test program.
  PublishEngine(EventLog& log, const std::filesystem::path& rows, const PublisherOptions& options = {},
                const FolderOptions& folder_options = {});

  Result<Published> publish(std::vector<Event> events, const PublishOptions& options = {});
  // Of one event.
  PublishResult publish_one(Event event, const PublishOptions& options = {});
  Result<Published> append_own(std::vector<Event> events, const PublishOptions& options = {});
  Result<std::uint64_t> allocate(IdKind kind = IdKind::contact);
  // Until all that the log holds now is folded.
  void fold_all();

  Publisher& publisher() { return *publisher_; }
  EventLog& log() { return log_; }
  Folder& folder() { return *folder_; }

 private:
  EventLog& log_;
  std::shared_ptr<Generation> generation_;
  std::unique_ptr<Folder> folder_;
  std::unique_ptr<Publisher> publisher_;
};

// Events of the log's streams and of control, in the order of their partitions. What does not decode ends the program.
std::vector<RecordedEvent> read_events(EventLog& log);

Event visit_event(std::string id, Subject subject, std::int64_t time_ms);

}  // namespace rapport
