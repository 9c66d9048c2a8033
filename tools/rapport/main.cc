// rapport: an event-sourced contact timeline engine, its clients and its tools, in one program.
#include "tools/rapport/program.h"

// jemalloc's own name for its options: what is free goes back to the system on a thread that nobody waits for.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,oversize_threshold:0,percpu_arena:percpu,dirty_decay_ms:1000";
}

int main(int argc, char** argv) { return rapport::run_program(argc, argv); }
