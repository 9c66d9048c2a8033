#include "projections/stream_digest.h"

#include "projections/company_fold.h"
#include "projections/contact_fold.h"
#include "projections/contact_row.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"

namespace rapport {

Result<Digest> stream_digest(std::string_view state_key, std::string_view row) {
  const auto subject = subject_of_state_key(state_key);
  if (!subject) return Error{Errc::corrupt, "the key of a state names no stream"};
  struct Visitor {
    std::string_view row;

    Result<Digest> operator()(const ContactId& id) const {
      const auto state = decode_contact(row);
      return state ? Result<Digest>(contact_digest(id, *state)) : state.error();
    }
    Result<Digest> operator()(const CompanyId& id) const {
      const auto state = decode_company(row);
      return state ? Result<Digest>(company_digest(id, *state)) : state.error();
    }
    Result<Digest> operator()(const Identity& identity) const {
      const auto state = decode_identity(row);
      return state ? Result<Digest>(identity_digest(identity, *state)) : state.error();
    }
    Result<Digest> operator()(const ControlSubject&) const { return Digest{}; }
  };
  return std::visit(Visitor{row}, *subject);
}

}  // namespace rapport
