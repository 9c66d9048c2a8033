#include "engine/revert/compensation.h"

#include <iterator>

namespace rapport {
namespace {

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
      add(setback.revert_id, setback.undone_id, EventType::contact_changed, time, setback.change);
    } else if (*setback.merged_into) {
      add(setback.revert_id, setback.undone_id, EventType::contact_merged_into, time,
          ContactMergedInto{**setback.merged_into});
      hint(EventType::contact_absorbed, **setback.merged_into, ContactAbsorbed{contact_});
    } else {
      add(setback.revert_id, setback.undone_id, EventType::contact_unmerged, time, ContactUnmerged{});
    }
    if (setback.merged_into && merged_into_) hint(EventType::contact_parted, *merged_into_, ContactParted{contact_});
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

  // Where reads have to look; the contact's own link decides.
  void hint(EventType type, ContactId on, Payload payload) {
    const std::string cause = events_.back().id;
    Event event = make_event(cause + (type == EventType::contact_absorbed ? ".absorbed" : ".parted"),
                             std::string(kRevertSource), type, on, std::nullopt, std::move(payload));
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
