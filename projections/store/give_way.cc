#include "projections/store/give_way.h"

#include <sys/resource.h>

namespace rapport {
namespace {

// Each step is a quarter less: sched(7). A thread of less weight has a later deadline, and one that wakes goes before
// it ("EEVDF Scheduler" of the kernel's documentation).
constexpr int kNiceness = 10, kNicenessOfBatches = 2;

// Of the one thread, not the process, as Linux has it (setpriority(2), "C library/kernel differences"). It cannot fail.
void set_niceness(int niceness) { (void)setpriority(PRIO_PROCESS, 0, niceness); }

}  // namespace

void give_way() { set_niceness(kNiceness); }
void give_way_to_answers() { set_niceness(kNicenessOfBatches); }

}  // namespace rapport
