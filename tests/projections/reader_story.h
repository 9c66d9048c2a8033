// A few events of some contacts, folded by the real projections, for the tests of what readers make of them.
#pragma once

#include <memory>
#include <optional>

#include "tests/model/story.h"
#include "tests/projections/history_fold.h"
#include "tests/projections/told.h"

namespace rapport {

// Events are named e0, e1 ... in the order they are told.
class ReaderStory {
 public:
  ReaderStory& tell(std::uint64_t contact, model::Said said, std::int64_t seconds,
                    std::optional<std::uint64_t> expected = {}) {
    const std::string id = "e" + std::to_string(history_.size());
    Event event = make_event(id, "crm", said.type, ContactId{contact}, model::at(seconds), std::move(said.payload));
    event.expected_version = expected;
    history_.push_back(model::record_of_event(event, model::at(model::kRecordedFirst), kPartitions));
    return *this;
  }
  // Folded on the first call: nothing is told after it.
  const View& view() {
    if (!fold_) {
      fold_ = std::make_unique<HistoryFold>(history_);
      view_ = fold_->view();
    }
    return *view_;
  }

 private:
  model::History history_;
  std::unique_ptr<HistoryFold> fold_;
  std::shared_ptr<const View> view_;
};

}  // namespace rapport
