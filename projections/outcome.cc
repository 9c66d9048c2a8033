#include "projections/outcome.h"

namespace rapport {

std::string_view outcome_name(OutcomeStatus status) {
  switch (status) {
    case OutcomeStatus::accepted: return "accepted";
    case OutcomeStatus::repeated: return "repeated";
    case OutcomeStatus::refused: return "refused";
    case OutcomeStatus::parked: return "parked";
  }
  panic("an outcome that is none");
}

Errc refusal_errc(Refusal refusal) {
  switch (refusal) {
    case Refusal::none: return Errc::internal;
    case Refusal::wrong_expected_version: return Errc::wrong_expected_version;
    case Refusal::contact_deleted: return Errc::contact_deleted;
    case Refusal::contact_erased: return Errc::contact_erased;
    case Refusal::company_deleted: return Errc::company_deleted;
    case Refusal::identity_taken: return Errc::identity_taken;
    case Refusal::identity_not_held: return Errc::identity_not_held;
    case Refusal::ids_overlap: return Errc::ids_overlap;
    case Refusal::duplicate_record: return Errc::duplicate_record;
  }
  panic("a refusal that is none");
}

}  // namespace rapport
