// What the contact that stayed is told of a merge, or of its end: where reads have to look. The link of the contact
// that is merged alone decides (EVENTS.md, "The merged view").
//
// A merge or an unmerge that comes as an event of a publisher's has its hint appended behind it (Publisher,
// `tell_survivors`); over the API whoever writes the link writes the hint.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/publish/publisher.h"

namespace rapport {

// Of the link's event, under an id made of that event's and whose it is, so that who asks again repeats it; and at its
// time: hints of one contact's links are told by several at once, and come in any order.
Event merge_hint(EventType type, ContactId survivor, ContactId loser, const std::string& cause_id, Timestamp time);

// From whom an unmerge, which stands in the contact's timeline at `cut`, parted it. Absent: it was merged into nobody
// by then. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<ContactId>> parted_from(const View& view, ContactId loser, WriteStamp cut);

// Which links of a call's events their survivors are told of.
enum class HintsOf : std::uint8_t {
  all,   // that is set or cut
  ends,  // of what another member hands over: it tells of what is set, and knows not what is cut
};

// The contacts that events say are merged into others, or are no longer.
class MergesToTell {
 public:
  explicit MergesToTell(const std::vector<IncomingEvent>& events, HintsOf told = HintsOf::all);
  bool empty() const { return links_.empty(); }

  // Of those that the log holds and that were not refused. `view`: of after they were published. `folds`: whether a
  // contact is folded here; who folds it tells of the ends of its links. Errors: storage_failed, corrupt.
  using Folds = std::function<bool(ContactId)>;
  [[nodiscard]] Result<std::vector<Event>> hints(const std::vector<PublishResult>& results, const View& view,
                                                 const Folds& folds) const;

  // Where the hints were not folded in time: so far the links are durable, for reads of a survivor do not show them
  // yet.
  void leave_open(std::vector<PublishResult>& results, const Error& why) const;

 private:
  struct Link {
    std::size_t index;              // among the events
    std::optional<ContactId> into;  // unset: it is cut
    std::string source, id;
    std::optional<Timestamp> time;
  };
  std::vector<Link> links_;
};

}  // namespace rapport
