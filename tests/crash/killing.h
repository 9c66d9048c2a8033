// kill -9 at random moments while events are published and folded: nothing that was acknowledged is lost, nothing is
// folded twice, and the rows are those of a clean fold.
//
//   RAPPORT_SEED=N   the same kills again, as far as the machine's timing lets them be
//   RAPPORT_KILLS=N  how many
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace rapport {

struct KilledEngine {
  std::filesystem::path data;
  LogChoice log;
  std::vector<std::string> arguments;  // of kill_child, for the same log
};

// Runs kill_child so often, and checks what is left, in between and at the end. Fails the running test.
void kill_at_random(const KilledEngine& engine, int kills);

// RAPPORT_KILLS from the environment.
int kills_or(int fallback);

}  // namespace rapport
