// rapport: an event-sourced contact timeline engine, its clients and its tools, in one program.
#include "tools/rapport/program.h"

// jemalloc's own name for its options: what is free goes back to the system on a thread that nobody waits for. Memory
// is wanted in huge pages: a look-up goes to a dozen places that are in no near cache, and without them each waits for
// its page's address as well, which in a virtual machine is a walk through two tables.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf =
    "background_thread:true,oversize_threshold:0,percpu_arena:percpu,dirty_decay_ms:1000,thp:always";
}

int main(int argc, char** argv) { return rapport::run_program(argc, argv); }
