// How much one stream's state may hold: kFieldsMax fields and kTagsMax tags a contact, kFieldsMax fields a company.
//
// Invariants: counts the state as the view shows it, and on top of it the events of one call, in turn. What other calls
// have under way is not seen, so a contact can pass a limit by as much as is published at the same moment: a bound on
// what a row grows to, not a rule of the fold. What only removes is always let through.
// Not thread-safe; must not outlive the view.
#pragma once

#include <boost/container/flat_map.hpp>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "events/event.h"
#include "projections/company_fold.h"
#include "projections/contact_state.h"
#include "projections/view.h"

namespace rapport {

// Names that are there (fields that are not null, tags that stand), after changes on top of a state's registers.
template <class Value>
class PresentNames {
 public:
  using Registers = boost::container::flat_map<std::string, Register<Value>>;
  using Change = std::pair<std::string_view, bool>;  // whether the name is there afterwards

  explicit PresentNames(Registers registers);
  // Whether there would then be at most `max`, or at least not more than before.
  bool fits(std::span<const Change> changes, std::size_t max) const;
  void make(std::span<const Change> changes);
  std::size_t count() const { return count_; }

 private:
  bool has(std::string_view name) const;

  Registers registers_;
  std::map<std::string, bool, std::less<>> changed_;
  std::size_t count_ = 0;
};

class StreamLimits {
 public:
  explicit StreamLimits(const View& view) : view_(view) {}

  // Counts in what the event changes. Its subject is resolved; once counted in, it must stay until the last call.
  // Errors: too_many_fields, too_many_tags, and then nothing was counted in; storage_failed, corrupt.
  [[nodiscard]] Result<void> add(const Event& event);

 private:
  struct ContactNames {
    PresentNames<JsonText> fields;
    PresentNames<bool> tags;
  };
  // Hardly any contact has so many names that they must be counted: its row is too small for that.
  struct Contact {
    std::string row;
    std::size_t names_max = 0;            // of either kind, whatever the row and `uncounted` say
    std::vector<const Event*> uncounted;  // which fit, whatever they are
    std::optional<ContactNames> names;
  };

  Result<Contact*> contact(ContactId id);
  static Result<void> count(Contact& contact);
  Result<PresentNames<JsonText>*> company(CompanyId id);
  Result<void> add_to_contact(const Event& event);
  Result<void> add_to_company(const Subject& subject, const Fields& fields);

  const View& view_;
  std::unordered_map<ContactId, Contact> contacts_;
  std::map<CompanyId, PresentNames<JsonText>> companies_;
};

}  // namespace rapport
