// Threads that do little at a time and are waited for.
#pragma once

namespace rapport {

// The calling thread is let in sooner when it has something to do, and not for longer in all: of threads that want a
// core, Linux (from 6.12 on) takes the one whose next slice would end first, and this one asks for short slices. Older
// ones pass over it.
void ask_for_short_slices();

}  // namespace rapport
