// Linux: threads, and the words they sleep on. Man pages: futex(2),
// futex_waitv(2), proc_pid_stat(5), pid_namespaces(7).

#include "platform.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mmap_io::platform {

namespace {

// Kernel interfaces that older headers do not name yet; they never change.
constexpr long kSysFutexWaitv = 449;
constexpr uint32_t kFutex32 = 2;
struct FutexWaitv {
  uint64_t value;
  uint64_t address;
  uint32_t flags;
  uint32_t reserved;
};

// include/linux/sched.h: each is set on the way to the end, and never cleared.
constexpr unsigned kExiting = 0x4;
constexpr unsigned kPostCoreDump = 0x8;  // until 5.5 another step of exiting
constexpr unsigned kDumpingCore = 0x200;

constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;

timespec TimeOf(uint64_t nanoseconds) {
  return {static_cast<time_t>(nanoseconds / kNanosecondsPerSecond), static_cast<long>(nanoseconds % kNanosecondsPerSecond)};
}

// Sandboxes that do not know futex(2): looks at the word now and then. The caller keeps its memory.
int PollWord(const uint32_t* word, uint32_t expected, uint64_t nanoseconds) {
  constexpr uint64_t kShortest = 50'000;
  constexpr uint64_t kLongest = 2'000'000;
  const uint64_t end = Now() + nanoseconds;
  for (uint64_t pause = kShortest;; pause = std::min(pause * 2, kLongest)) {
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != expected) return 0;
    if (Now() >= end) return ETIMEDOUT;
    Sleep(pause);
  }
}

struct ThreadStatus {
  unsigned flags;
  uint64_t start;
};

// Fields 9 and 22 of /proc/<pid>/task/<tid>/stat; the name before them may hold anything, parentheses too.
bool ReadStatus(uint32_t pid, uint32_t tid, ThreadStatus* out) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%u/task/%u/stat", pid, tid);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char text[1024];
  const ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return false;
  text[length] = 0;
  const char* fields = strrchr(text, ')');
  if (fields == nullptr) return false;
  unsigned long long start;
  constexpr char kFormat[] = ") %*c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu";
  if (sscanf(fields, kFormat, &out->flags, &start) != 2) return false;
  out->start = start;
  return true;
}

uint32_t PidNamespace() {
  struct stat status;
  return stat("/proc/self/ns/pid", &status) == 0 ? static_cast<uint32_t>(status.st_ino) : 0;
}

}  // namespace

int WaitOnWord(uint32_t* word, uint32_t expected, uint64_t nanoseconds) {
  const timespec timeout = TimeOf(nanoseconds);
  const long status = syscall(SYS_futex, word, FUTEX_WAIT, expected, &timeout, nullptr, 0);
  if (status == 0) return 0;
  if (errno != EPERM && errno != ENOSYS) return errno;
  return PollWord(word, expected, nanoseconds);
}

int WaitOnAnyWord(const WordWait* waits, size_t count, uint64_t nanoseconds) {
  FutexWaitv all[kMaxWordsPerWait];
  for (size_t i = 0; i < count; ++i) all[i] = {waits[i].expected, reinterpret_cast<uintptr_t>(waits[i].word), kFutex32, 0};
  const timespec end = TimeOf(Now() + nanoseconds);
  const long status = syscall(kSysFutexWaitv, all, count, 0, &end, CLOCK_MONOTONIC);
  if (status >= 0) return 0;
  return errno == EPERM ? ENOSYS : errno;  // sandboxes answer with either
}

int WakeWord(uint32_t* word, int count) {
  const long woken = syscall(SYS_futex, word, FUTEX_WAKE, count, nullptr, nullptr, 0);
  if (woken >= 0) return static_cast<int>(woken);
  return errno == EPERM || errno == ENOSYS ? 0 : -errno;  // who cannot wake has nobody asleep there either
}

uint64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * kNanosecondsPerSecond + static_cast<uint64_t>(now.tv_nsec);
}

void Sleep(uint64_t nanoseconds) {
  const timespec time = TimeOf(nanoseconds);
  nanosleep(&time, nullptr);
}

int ThisThread(ThreadIdentity* out) {
  out->pid = static_cast<uint32_t>(getpid());
  out->tid = static_cast<uint32_t>(syscall(SYS_gettid));
  out->pid_namespace = PidNamespace();
  ThreadStatus status{};
  // Without /proc, deaths are noticed by the locks alone.
  out->start = ReadStatus(out->pid, out->tid, &status) ? status.start : 0;
  return 0;
}

bool IsEnding(const ThreadIdentity& thread) {
  if (thread.pid_namespace == 0 || thread.pid_namespace != PidNamespace()) return false;
  ThreadStatus status;
  if (!ReadStatus(thread.pid, thread.tid, &status) || status.start != thread.start) return false;
  return (status.flags & (kExiting | kPostCoreDump | kDumpingCore)) != 0;
}

int StartThread(void* (*run)(void*), void* argument) {
  sigset_t others;
  sigset_t before;
  sigfillset(&others);
  sigdelset(&others, SIGBUS);
  sigdelset(&others, SIGSEGV);
  pthread_sigmask(SIG_SETMASK, &others, &before);
  pthread_t thread;
  const int error = pthread_create(&thread, nullptr, run, argument);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error == 0) pthread_detach(thread);
  return error;
}

}  // namespace mmap_io::platform
