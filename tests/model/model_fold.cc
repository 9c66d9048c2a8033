#include "tests/model/model_fold.h"

#include "tests/model/model_decision.h"
#include "tests/model/model_identity.h"

namespace rapport::model {
namespace {

void count(OutcomeCounts& counts, Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted: ++counts.accepted; return;
    case Outcome::repeated: ++counts.repeated; return;
    case Outcome::refused: ++counts.refused; return;
    case Outcome::parked: ++counts.parked; return;
  }
}

struct StreamFold {
  Model& model;
  const Stream& stream;

  void operator()(const ContactId& id) const { model.contacts[id] = contact_of(stream); }
  void operator()(const CompanyId& id) const { model.companies[id] = company_of(stream); }
  void operator()(const Identity& identity) const {
    model.identity_streams[identity] = stream;
    if (const auto holder = holder_of(stream)) model.holders[identity] = *holder;
  }
  void operator()(const ControlSubject&) const {
    model.control = control_of(stream);
    model.control_stream = stream;
  }
};

}  // namespace

Model fold(std::span<const Record> records) {
  Model model;
  Streams streams;
  for (const Record& record : records) {
    model.decisions.push_back(decide(record, streams));
    count(model.counts[record.position.partition], model.decisions.back().outcome);
  }
  for (const auto& [subject, stream] : streams) std::visit(StreamFold{model, stream}, subject);
  return model;
}

}  // namespace rapport::model
