// C's threads and locks, made of POSIX's: the thread sanitizer of gcc 12 knows the latter only. librdkafka uses the
// former, and a thread of its own that calls us back would end the process, and its locks would not count as such.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

// glibc's are POSIX's under another name.
static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));
static_assert(sizeof(thrd_t) == sizeof(pthread_t) && sizeof(once_flag) == sizeof(pthread_once_t));

pthread_mutex_t* posix(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* posix(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }
int told(int error) { return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error; }

struct Start {
  thrd_start_t function;
  void* argument;
};

void* run(void* start) {
  const std::unique_ptr<Start> given(static_cast<Start*>(start));
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(given->function(given->argument)));
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  const int error = pthread_create(thread, nullptr, run, start.get());
  if (error == 0) static_cast<void>(start.release());
  return told(error);
}

int thrd_join(thrd_t thread, int* result) {
  void* ended = nullptr;
  const int error = pthread_join(thread, &ended);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(ended));
  return told(error);
}

int mtx_init(mtx_t* mutex, int kind) {
  pthread_mutexattr_t of_kind;
  pthread_mutexattr_init(&of_kind);
  if ((kind & mtx_recursive) != 0) pthread_mutexattr_settype(&of_kind, PTHREAD_MUTEX_RECURSIVE);
  const int error = pthread_mutex_init(posix(mutex), &of_kind);
  pthread_mutexattr_destroy(&of_kind);
  return told(error);
}

void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(posix(mutex)); }
int mtx_lock(mtx_t* mutex) { return told(pthread_mutex_lock(posix(mutex))); }
int mtx_unlock(mtx_t* mutex) { return told(pthread_mutex_unlock(posix(mutex))); }

int cnd_init(cnd_t* condition) { return told(pthread_cond_init(posix(condition), nullptr)); }
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(posix(condition)); }
int cnd_signal(cnd_t* condition) { return told(pthread_cond_signal(posix(condition))); }
int cnd_broadcast(cnd_t* condition) { return told(pthread_cond_broadcast(posix(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) { return told(pthread_cond_wait(posix(condition), posix(mutex))); }
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return told(pthread_cond_timedwait(posix(condition), posix(mutex), until));
}

}  // extern "C"
