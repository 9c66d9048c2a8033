// Says where the rows of a generation and the oracle's fold of the same records disagree.
#pragma once

#include <string>
#include <vector>

#include "projections/outcome.h"
#include "projections/view.h"
#include "tests/model/model_fold.h"

namespace rapport {

// One line per disagreement; none where they agree about everything.
std::vector<std::string> disagreements(const model::Model& model, const View& view);
std::vector<std::string> disagreements(const model::Model& model, const std::vector<Outcome>& outcomes);

}  // namespace rapport
