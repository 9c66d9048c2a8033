// The oracle: a whole log folded anew, as plainly as docs/folding.md can be written down in C++. What projections/ and
// engine/fold make of the same records has to agree with it.
//
//   records -> decide() each in turn -> streams -> contact_of, company_of, holder_of, control_of
//
// Invariants: fold() is pure. Its cost grows with the square of the records: it is for histories of some hundreds.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "tests/model/model_company.h"
#include "tests/model/model_contact.h"
#include "tests/model/model_control.h"
#include "tests/model/model_stream.h"

namespace rapport::model {

struct OutcomeCounts {
  std::uint64_t accepted = 0, repeated = 0, refused = 0, parked = 0;

  friend bool operator==(const OutcomeCounts&, const OutcomeCounts&) = default;
};

struct Model {
  std::vector<Decision> decisions;            // of each record, in the order given
  std::map<Partition, OutcomeCounts> counts;  // each sums up to the partition's records
  std::map<ContactId, Contact> contacts;      // every one that has a stream, missing ones too
  std::map<CompanyId, Company> companies;     // likewise
  std::map<Identity, ContactId> holders;      // of the identities that are held
  std::map<Identity, Stream> identity_streams;
  Control control;
  Stream control_stream;
};

// `records`: each partition's in the order of its offsets; how partitions alternate makes no difference.
Model fold(std::span<const Record> records);

}  // namespace rapport::model
