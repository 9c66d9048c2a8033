// rapport: an event-sourced contact timeline engine, its clients and its tools, in one program.
#include "tools/rapport/program.h"

int main(int argc, char** argv) { return rapport::run_program(argc, argv); }
