// Threads that nobody waits for give way to those that somebody does.
#pragma once

namespace rapport {

// The calling thread, and whatever threads it begins, have a tenth of a core from now on where others want it, and all
// of it where nobody does; who wakes goes before it at once, and not behind its slice. For good: it takes a privilege
// to go back.
void give_way();

// The same for threads that work in batches, of which whoever waits for a read knows nothing: they have two fifths of a
// core that another thread wants as well.
void give_way_to_answers();

}  // namespace rapport
