#include "tools/rapport/operate/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace rapport {

void forbid_core_dumps() {
  // The limit does not hold for a pipe (core(5)); the flag holds for both, but not everywhere: so both are set.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace rapport
