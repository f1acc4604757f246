// Linux: memory faults arrive as SIGBUS and SIGSEGV. Man pages: sigaction(2),
// signal-safety(7), sem_post(3).

#include "platform.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <semaphore.h>
#include <ucontext.h>
#include <unistd.h>
#include <sys/syscall.h>

namespace mmap_io::platform {

namespace {

FaultRepair g_repair = nullptr;
sem_t g_faults;

// Who handled a signal before us: at first, and when we were last put in front.
// They differ when somebody came after us, who may call us in turn.
struct Previous {
  struct sigaction first;
  struct sigaction last;
  bool known = false;
};
Previous g_previous_bus;
Previous g_previous_segv;

// Set while this thread is in somebody else's handler. Static storage, as a
// handler must not allocate.
__attribute__((tls_model("initial-exec"))) thread_local bool t_chaining = false;

// Whether the refused access was a store. Where the processor does not say, a
// store is by far the more likely: pages nobody may read are rare.
bool IsStore(const void* context) {
#if defined(__x86_64__)
  constexpr greg_t kWriteBit = 2;  // Intel SDM vol. 3, "Page-Fault Exceptions"
  return (static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & kWriteBit) != 0;
#else
  static_cast<void>(context);
  return true;
#endif
}

// Whether code was to be fetched: no memory put there would make that right.
bool IsFetch(const void* context) {
#if defined(__x86_64__)
  constexpr greg_t kFetchBit = 16;
  return (static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & kFetchBit) != 0;
#else
  static_cast<void>(context);
  return false;
#endif
}

Access AccessOf(int signal, const siginfo_t& info, const void* context) {
  if (signal == SIGBUS) {
    return info.si_code == BUS_MCEERR_AR || info.si_code == BUS_MCEERR_AO ? Access::kHardware : Access::kBeyondFile;
  }
  return IsStore(context) ? Access::kWrite : Access::kRead;
}

// Gives the signal to whoever handled it before us. With the default action,
// a fault repeats when we return and then kills; a signal that was sent
// (si_code <= 0) does not repeat and is sent again.
void Chain(int signal, siginfo_t* info, void* context, const struct sigaction& previous) {
  if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr) {
    previous.sa_sigaction(signal, info, context);
    return;
  }
  const bool sent = info->si_code <= 0;
  if (previous.sa_handler == SIG_IGN && sent) return;
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
    return;
  }
  struct sigaction fallback;
  memset(&fallback, 0, sizeof fallback);
  fallback.sa_handler = SIG_DFL;
  sigaction(signal, &fallback, nullptr);
  if (sent) syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signal);
}

void ChainToPrevious(int signal, siginfo_t* info, void* context) {
  const Previous& previous = signal == SIGBUS ? g_previous_bus : g_previous_segv;
  if (t_chaining) {
    Chain(signal, info, context, previous.first);
    return;
  }
  t_chaining = true;
  Chain(signal, info, context, previous.last);
  t_chaining = false;
}

void OnFault(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const bool a_page_would_help = info->si_code > 0 && !(signal == SIGBUS && info->si_code == BUS_ADRALN) && !IsFetch(context);
  const bool repaired = a_page_would_help && g_repair(static_cast<uint8_t*>(info->si_addr), AccessOf(signal, *info, context));
  if (!repaired) ChainToPrevious(signal, info, context);
  errno = saved_errno;
}

int PutInFront(int signal, Previous* previous) {
  struct sigaction now;
  if (sigaction(signal, nullptr, &now) != 0) return errno;
  if ((now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == OnFault) return 0;
  // Noted before we are in front, so that a fault in between finds it.
  if (!previous->known) previous->first = now;
  previous->last = now;
  previous->known = true;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  // NODEFER: copying a page for a refused store may itself meet a truncated file.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  action.sa_sigaction = OnFault;
  return sigaction(signal, &action, nullptr) == 0 ? 0 : errno;
}

}  // namespace

int PrepareFaultAnnouncements() { return sem_init(&g_faults, 0, 0) == 0 ? 0 : errno; }

int PutFaultHandlersInFront(FaultRepair repair) {
  g_repair = repair;
  const int error = PutInFront(SIGBUS, &g_previous_bus);
  return error != 0 ? error : PutInFront(SIGSEGV, &g_previous_segv);
}

void AnnounceFault() { sem_post(&g_faults); }

void WaitForFault() {
  while (sem_wait(&g_faults) != 0 && errno == EINTR) continue;
}

}  // namespace mmap_io::platform
