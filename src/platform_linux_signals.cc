// Linux: memory faults arrive as SIGBUS and SIGSEGV. Man pages: sigaction(2),
// signal-safety(7), sem_post(3).

#include "platform.h"

#include <atomic>
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
struct sigaction g_previous_bus;
struct sigaction g_previous_segv;
sem_t g_faults;

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

void OnFault(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const bool misaligned = signal == SIGBUS && info->si_code == BUS_ADRALN;
  const bool ours = info->si_code > 0 && !misaligned &&
                    g_repair(static_cast<uint8_t*>(info->si_addr), AccessOf(signal, *info, context));
  if (!ours) Chain(signal, info, context, signal == SIGBUS ? g_previous_bus : g_previous_segv);
  errno = saved_errno;
}

}  // namespace

int InstallFaultHandlers(FaultRepair repair) {
  if (sem_init(&g_faults, 0, 0) != 0) return errno;
  g_repair = repair;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  // NODEFER: copying a page for a refused store may itself meet a truncated file.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  action.sa_sigaction = OnFault;
  // The previous handlers are read first, so that a fault in between finds them.
  if (sigaction(SIGBUS, nullptr, &g_previous_bus) != 0) return errno;
  if (sigaction(SIGSEGV, nullptr, &g_previous_segv) != 0) return errno;
  if (sigaction(SIGBUS, &action, nullptr) != 0) return errno;
  if (sigaction(SIGSEGV, &action, nullptr) != 0) return errno;
  return 0;
}

void AnnounceFault() { sem_post(&g_faults); }

void WaitForFault() {
  while (sem_wait(&g_faults) != 0 && errno == EINTR) continue;
}

}  // namespace mmap_io::platform
