#include "engine/revert/compensation.h"

#include <iterator>

namespace rapport {
namespace {

constexpr std::size_t kFieldBytesMax = kEventSizeMax / 4 * 3;  // of one event: the rest is for what stands around them

// What one event has shortened may be more than an event can hold: others wrote it one by one.
std::vector<ContactChanged> in_events(const ContactChanged& change) {
  std::vector<ContactChanged> out(1, change);
  out.front().fields.clear();
  std::size_t bytes = 0;
  for (const auto& field : change.fields) {
    const std::size_t more = field.first.size() + field.second.text.size();
    if (bytes > 0 && bytes + more > kFieldBytesMax) {
      out.emplace_back();
      bytes = 0;
    }
    bytes += more;
    out.back().fields.push_back(field);
  }
  return out;
}

class Writer {
 public:
  Writer(ContactId contact, const ContactRevert& revert, const std::string& correlation_id)
      : contact_(contact),
        correlation_id_(correlation_id),
        version_(revert.version),
        merged_into_(revert.merged_into) {}

  void undo(const Setback& setback) {
    // At the time of what it undoes, behind it in the log: it wins against that, and loses to all that is later.
    const Timestamp time = setback.undone.time;
    if (!setback.merged_into) {
      for (ContactChanged& change : in_events(setback.change)) {
        add(setback.revert_id, setback.undone_id, EventType::contact_changed, time, std::move(change));
      }
    } else if (*setback.merged_into) {
      add(setback.revert_id, setback.undone_id, EventType::contact_merged_into, time,
          ContactMergedInto{**setback.merged_into});
      hint(EventType::contact_absorbed, **setback.merged_into, time, ContactAbsorbed{contact_});
    } else {
      add(setback.revert_id, setback.undone_id, EventType::contact_unmerged, time, ContactUnmerged{});
    }
    if (setback.merged_into && merged_into_)
      hint(EventType::contact_parted, *merged_into_, time, ContactParted{contact_});
  }

  // Now, and not as a compensation: nothing that is chosen later brings it along.
  void archive(const std::string& cause) {
    ContactChanged change;
    change.archived = true;
    add(std::string(kArchivedIdPrefix) + cause, cause, EventType::contact_changed, std::nullopt, change);
  }
  void remove(const std::string& cause) {
    add(std::string(kDeletedIdPrefix) + cause, cause, EventType::contact_deleted, std::nullopt, ContactDeleted{});
  }

  // The hints last: they tell of links that stand by then.
  std::vector<Event> take() {
    std::move(hints_.begin(), hints_.end(), std::back_inserter(events_));
    return std::move(events_);
  }

 private:
  void add(const std::string& id, const std::string& cause, EventType type, std::optional<Timestamp> time,
           Payload payload) {
    Event event = make_event(id + "." + std::to_string(version_), std::string(kRevertSource), type, contact_, time,
                             std::move(payload));
    event.correlation_id = correlation_id_;
    event.causation_id = cause;
    // 0 would ask that there is no contact. One that has no version yet holds nothing that could be overwritten.
    if (version_ > 0) event.expected_version = version_;
    ++version_;
    events_.push_back(std::move(event));
  }

  // Where reads have to look; the contact's own link decides. At the link's time: else it would win against what is
  // told of a link that does.
  void hint(EventType type, ContactId on, Timestamp time, Payload payload) {
    const std::string cause = events_.back().id;
    Event event = make_event(cause + (type == EventType::contact_absorbed ? ".absorbed" : ".parted"),
                             std::string(kRevertSource), type, on, time, std::move(payload));
    event.correlation_id = correlation_id_;
    event.causation_id = cause;
    hints_.push_back(std::move(event));
  }

  ContactId contact_;
  const std::string& correlation_id_;
  std::uint64_t version_;
  std::optional<ContactId> merged_into_;
  std::vector<Event> events_, hints_;
};

}  // namespace

Compensation compensate(ContactId contact, const ContactRevert& revert, CreatedContacts created,
                        const std::string& correlation_id) {
  Compensation out;
  if (revert.gone != Gone::no) return out;
  Writer writer(contact, revert, correlation_id);
  out.removed = revert.created && !revert.merged && created != CreatedContacts::leave;
  if (out.removed && created == CreatedContacts::remove) {
    writer.remove(revert.first_id);
  } else {
    for (const Setback& setback : revert.setbacks) writer.undo(setback);
    if (out.removed) writer.archive(revert.first_id);
  }
  out.events = writer.take();
  return out;
}

}  // namespace rapport
