#include "projections/store/give_way.h"

#include <sys/resource.h>

namespace rapport {
namespace {

constexpr int kNiceness = 10;  // each step is a quarter less: sched(7)

}  // namespace

// Of the one thread, not the process, as Linux has it (setpriority(2), "C library/kernel differences"). It cannot fail.
void give_way() { (void)setpriority(PRIO_PROCESS, 0, kNiceness); }

}  // namespace rapport
