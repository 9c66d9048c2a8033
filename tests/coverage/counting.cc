// When a program tells which of its lines it has run: at its end, and only where GCOV_PREFIX names a folder to tell it
// to. So what is started by hand leaves no counts behind.
#include <cstdlib>

// libgcov's own, and what stands in its place (-Wl,--wrap): each source calls it before main, with its counters.
void gcov_init(void* counters) __asm__("__real___gcov_init");
void gcov_init_if_counted(void* counters) __asm__("__wrap___gcov_init");

void gcov_init_if_counted(void* counters) {
  const char* folder = std::getenv("GCOV_PREFIX");
  if (folder != nullptr && *folder != '\0') gcov_init(counters);
}
