// What the contact that stayed is told of a merge, or of its end: where reads have to look. The link of the contact
// that is merged alone decides (EVENTS.md, "The merged view").
//
// A merge that comes as an event of a publisher's has its hint appended behind it (Publisher, `tell_survivors`); over
// the API whoever writes the link writes the hint.
#pragma once

#include <string>
#include <vector>

#include "engine/publish/publisher.h"

namespace rapport {

// Of the link's event, under an id made of that event's, so that who asks again repeats it; and at its time: hints of
// one contact's links are told by several at once, and come in any order.
Event merge_hint(EventType type, ContactId survivor, ContactId loser, const std::string& cause_id, Timestamp time);

// The contacts that events say are merged into others.
class MergesToTell {
 public:
  explicit MergesToTell(const std::vector<IncomingEvent>& events);
  bool empty() const { return merges_.empty(); }

  // Of those that the log holds and that were not refused. `view`: of after they were published.
  [[nodiscard]] Result<std::vector<Event>> hints(const std::vector<PublishResult>& results, const View& view) const;

 private:
  struct Merge {
    std::size_t index;  // among the events
    ContactId into;
    std::string source, id;
    std::optional<Timestamp> time;
  };
  std::vector<Merge> merges_;
};

}  // namespace rapport
