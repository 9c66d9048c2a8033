// What a thread is called where an operator looks: `top -H`, a profile, a debugger.
#pragma once

namespace rapport {

// Names the calling thread, in at most 15 bytes, which is what Linux keeps (PR_SET_NAME in prctl(2)).
void name_thread(const char* name);

}  // namespace rapport
