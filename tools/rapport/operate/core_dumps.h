// What the memory of a serving process holds is kept out of files.
#pragma once

namespace rapport {

// From now on a crash of this process writes no core, to no file and to no program that the kernel would pipe it to:
// keys that were just shown, and contacts, stand in its memory. Nor can a process of the same user attach to it.
void forbid_core_dumps();

}  // namespace rapport
