// What becomes of each record: decode -> repeat -> deleted or erased -> expectedversion -> the stream's own rule.
#pragma once

#include <map>

#include "events/subject.h"
#include "tests/model/model_stream.h"

namespace rapport::model {

using Streams = std::map<Subject, Stream>;

// Decides the next record of the log and, where it is accepted or refused, adds it to its stream.
Decision decide(const Record& record, Streams& streams);

}  // namespace rapport::model
