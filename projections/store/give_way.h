// Threads that nobody waits for give way to those that somebody does.
#pragma once

namespace rapport {

// The calling thread, and whatever threads it begins, have a tenth of a core from now on where others want it, and all
// of it where nobody does. For good: it takes a privilege to go back.
void give_way();

}  // namespace rapport
