#include "events/thread_name.h"

#include <sys/prctl.h>

namespace rapport {

// It cannot fail; a longer name is cut.
void name_thread(const char* name) { (void)prctl(PR_SET_NAME, name); }

}  // namespace rapport
