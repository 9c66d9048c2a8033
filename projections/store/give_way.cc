#include "projections/store/give_way.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace rapport {
namespace {

// Each step is a quarter less: sched(7).
constexpr int kNiceness = 10, kNicenessOfBatches = 2;

// The longest that there is. Who asked for a shorter slice (3 ms where nobody asks) goes before this thread when it
// wakes, whatever is left of the slice. Before Linux 6.12 it says nothing ("EEVDF Scheduler" of the kernel's
// documentation).
constexpr std::uint64_t kSliceNs = 100'000'000;

// The kernel's sched_attr in its first form, sched_setattr(2): its header goes with <sched.h> nowhere.
struct Scheduling {
  std::uint32_t size = sizeof(Scheduling);
  std::uint32_t policy = SCHED_BATCH;  // a thread that wakes goes before nobody
  std::uint64_t flags = 0;
  std::int32_t niceness;
  std::uint32_t priority = 0;
  std::uint64_t slice_ns = kSliceNs, deadline = 0, period = 0;
};

// Of the one thread, not the process, as Linux has it (setpriority(2), "C library/kernel differences"). One that has
// less already, as the whole process may, is left there: more takes a privilege.
void work_in_batches(int niceness_min) {
  const int niceness = std::max(niceness_min, getpriority(PRIO_PROCESS, 0));
  const Scheduling how{.niceness = niceness};
  if (syscall(SYS_sched_setattr, 0, &how, 0) == 0) return;
  (void)setpriority(PRIO_PROCESS, 0, niceness);  // where a sandbox lets nobody set the former; it cannot fail
}

}  // namespace

void give_way() { work_in_batches(kNiceness); }
void give_way_to_answers() { work_in_batches(kNicenessOfBatches); }

}  // namespace rapport
