// The floor under the kernel's benchmarks: the same work in C++.
//
//   limit lock - SECONDS          a compare-exchange and a store
//   limit wake - SECONDS          two processes that wake each other by futex(2)
//   limit block BYTES SECONDS     malloc and free, as blocks.mjs
//   limit churn FILE SECONDS      malloc and free, as churn.mjs
//   limit space FILE -            prints by how many bytes that makes the process grow
//
// The others print the line that frame/trial.mjs prints; with 0 seconds, only the answer.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr size_t kAnswer = 1000;       // lock.mjs, wakes.mjs
constexpr size_t kSlots = 256;         // blocks.mjs
constexpr size_t kTurns = 11;          // churns.mjs: the live set, and ten replacements

[[noreturn]] void Fail(const char* what) {
  perror(what);
  exit(1);
}

struct Task {
  size_t answer;  // operations
  std::function<void(size_t count)> run;
};

Task Locks() {
  static std::atomic<uint32_t> word{0};
  return {kAnswer, [](size_t count) {
            for (size_t i = 0; i < count; ++i) {
              uint32_t expected = 0;
              if (!word.compare_exchange_strong(expected, 1)) abort();
              word.store(0);
            }
          }};
}

// ---- wakes ---------------------------------------------------------------------------

struct Words {
  alignas(128) std::atomic<uint32_t> question{0};
  alignas(128) std::atomic<uint32_t> answer{0};
};

void Publish(std::atomic<uint32_t>& word, uint32_t value) {
  word.store(value);
  syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void Wait(std::atomic<uint32_t>& word, uint32_t seen) {
  while (word.load() == seen) syscall(SYS_futex, &word, FUTEX_WAIT, seen, nullptr, nullptr, 0);
}

Task Wakes() {
  void* memory = mmap(nullptr, sizeof(Words), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) Fail("mmap");
  Words* words = new (memory) Words;
  const pid_t child = fork();
  if (child < 0) Fail("fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (uint32_t seen = 0;; ++seen) {
      Wait(words->question, seen);
      Publish(words->answer, seen + 1);
    }
  }
  return {kAnswer, [words](size_t count) {
            static uint32_t number = 0;
            for (size_t i = 0; i < count; i += 2) {
              Publish(words->question, ++number);
              Wait(words->answer, number - 1);
            }
          }};
}

// ---- blocks --------------------------------------------------------------------------

// The compiler must not see through malloc and free.
void* Allocated(size_t length) {
  void* block = malloc(length);
  asm volatile("" : "+r"(block) : : "memory");
  return block;
}

Task Blocks(size_t length) {
  static void* slots[kSlots];
  return {kSlots, [length](size_t count) {
            static size_t next = 0;
            for (size_t i = 0; i < count; ++i) {
              void*& slot = slots[next++ % kSlots];
              void* old = slot;
              slot = Allocated(length);
              free(old);
            }
          }};
}

struct Step {
  uint32_t slot, length;
};

std::vector<Step> ReadSteps(const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == nullptr) Fail(path);
  fseek(file, 0, SEEK_END);
  std::vector<Step> steps(static_cast<size_t>(ftell(file)) / sizeof(Step));
  rewind(file);
  if (fread(steps.data(), sizeof(Step), steps.size(), file) != steps.size()) Fail(path);
  fclose(file);
  return steps;
}

Task Churn(const char* path) {
  static const std::vector<Step> steps = ReadSteps(path);
  static const size_t live = steps.size() / kTurns;
  static std::vector<void*> slots(live);
  return {live, [](size_t count) {
            static size_t at = 0;
            for (size_t i = 0; i < count; ++i) {
              void*& slot = slots[steps[at].slot];
              void* old = slot;
              slot = Allocated(steps[at].length);
              // As the arena, which writes a word of each block that is free.
              *static_cast<uint32_t*>(slot) = 1;
              free(old);
              at = at + 1 == steps.size() ? live : at + 1;
            }
          }};
}

size_t Resident() {
  FILE* file = fopen("/proc/self/statm", "r");
  unsigned long size = 0;
  unsigned long resident = 0;
  if (file == nullptr || fscanf(file, "%lu %lu", &size, &resident) != 2) Fail("/proc/self/statm");
  fclose(file);
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

int PrintSpace(const char* path) {
  const std::vector<Step> steps = ReadSteps(path);
  std::vector<void*> slots(steps.size() / kTurns, nullptr);
  const size_t before = Resident();
  for (const Step& step : steps) {
    void* old = slots[step.slot];
    slots[step.slot] = memset(Allocated(step.length), 1, step.length);
    free(old);
  }
  printf("%zu", Resident() - before);
  return 0;
}

// ---- timing, as frame/trial.mjs ---------------------------------------------------------

double Now() { return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::vector<double> Timed(const Task& task, double seconds) {
  constexpr double kRound = 10e6;
  size_t count = 2;
  const auto round = [&] {
    const double start = Now();
    task.run(count);
    return Now() - start;
  };
  const double warm = Now() + std::max(0.2, seconds / 2) * 1e9;
  for (int rounds = 0; rounds < 3 || Now() < warm; ++rounds) {
    const double elapsed = round();
    count = std::max<size_t>(2, std::min<size_t>(static_cast<size_t>(static_cast<double>(count) * kRound / elapsed), count * 10));
  }
  std::vector<double> times;
  const double end = Now() + seconds * 1e9;
  while (times.size() < 3 || Now() < end) times.push_back(round() / static_cast<double>(count));
  return times;
}

Task TaskNamed(const std::string& name, const char* argument) {
  if (name == "lock") return Locks();
  if (name == "wake") return Wakes();
  if (name == "block") return Blocks(strtoul(argument, nullptr, 10));
  return Churn(argument);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  if (std::string(argv[1]) == "space") return PrintSpace(argv[2]);
  const double seconds = atof(argv[3]);
  const Task task = TaskNamed(argv[1], argv[2]);
  task.run(task.answer);
  const std::vector<double> rounds = seconds > 0 ? Timed(task, seconds) : std::vector<double>();
  printf("{\"answer\":%zu,\"rounds\":[", task.answer);
  for (size_t i = 0; i < rounds.size(); ++i) printf(i == 0 ? "%.3f" : ",%.3f", rounds[i]);
  printf("]}");
}
