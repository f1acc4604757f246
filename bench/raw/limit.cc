// The limit: what the questions of this suite cost in C++. Same places, same work, same rounds and same output
// as frame/trial.mjs: one line of JSON.
//
//   limit <copy | sum | map | pass | pass-first> <bytes a piece> <file> <seed> <seconds>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace {

constexpr size_t kPage = 4096;
constexpr int kAnswerReads = 10000;  // reads.mjs and map.mjs
constexpr int kAnswerMaps = 1000;

[[noreturn]] void Fail(const char* what) {
  perror(what);
  exit(1);
}

// frame/random.mjs
class Xorshift32 {
 public:
  explicit Xorshift32(uint32_t seed) : state_(seed != 0 ? seed : 1) {}
  uint32_t Next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }

 private:
  uint32_t state_;
};

uint32_t SumOf(const void* bytes, size_t length) {
  const uint32_t* words = static_cast<const uint32_t*>(bytes);
  uint32_t sum = 0;
  for (size_t i = 0; i < length / sizeof *words; ++i) sum += words[i];
  return sum;
}

struct File {
  int fd;
  size_t length;
  uint32_t seed;
};

const uint8_t* Map(const File& file, size_t length, size_t offset) {
  void* bytes = mmap(nullptr, length, PROT_READ, MAP_SHARED, file.fd, static_cast<off_t>(offset));
  if (bytes == MAP_FAILED) Fail("mmap");
  return static_cast<const uint8_t*>(bytes);
}

struct Task {
  std::function<uint32_t()> answer;
  std::function<uint32_t(size_t count)> run;
};

template <size_t kLength>
Task Reads(const File& file, bool copies) {
  const uint8_t* bytes = Map(file, file.length, 0);
  volatile uint8_t touched = 0;
  for (size_t at = 0; at < file.length; at += kPage) touched = bytes[at];
  static_cast<void>(touched);

  static Xorshift32 random(file.seed);
  const uint32_t mask = static_cast<uint32_t>(file.length - 1) & ~static_cast<uint32_t>(kLength - 1);
  static uint32_t target[kLength / sizeof(uint32_t)];
  const auto copy = [=](uint32_t at) {
    memcpy(target, bytes + at, kLength);
    asm volatile("" : : "r"(target) : "memory");  // all of it is wanted
    return target[0];
  };
  const auto sum = [=](uint32_t at) { return SumOf(bytes + at, kLength); };
  const auto many = [=](size_t count, auto read) {
    uint32_t total = 0;
    for (size_t i = 0; i < count; ++i) total += read(random.Next() & mask);
    return total;
  };
  return {[=] { return many(kAnswerReads, [=](uint32_t at) { return copies ? (copy(at), SumOf(target, kLength)) : sum(at); }); },
          [=](size_t count) { return copies ? many(count, copy) : many(count, sum); }};
}

// Maps at seeded pages, reads the first word, unmaps.
Task Maps(const File& file, size_t length) {
  static Xorshift32 random(file.seed);
  const uint32_t mask = static_cast<uint32_t>(file.length - length) & ~static_cast<uint32_t>(kPage - 1);
  const auto many = [=](size_t count) {
    uint32_t total = 0;
    for (size_t i = 0; i < count; ++i) {
      const uint8_t* bytes = Map(file, length, random.Next() & mask);
      total += SumOf(bytes, sizeof(uint32_t));
      if (munmap(const_cast<uint8_t*>(bytes), length) != 0) Fail("munmap");
    }
    return total;
  };
  return {[=] { return many(kAnswerMaps); }, many};
}

Task Passes(const File& file, bool first) {
  const uint8_t* mapped = first ? nullptr : Map(file, file.length, 0);
  const auto many = [=](size_t count) {
    uint32_t total = 0;
    for (size_t i = 0; i < count; ++i) {
      const uint8_t* bytes = first ? Map(file, file.length, 0) : mapped;
      total += SumOf(bytes, file.length);
      if (first) munmap(const_cast<uint8_t*>(bytes), file.length);
      asm volatile("" : : : "memory");  // each pass anew
    }
    return total;
  };
  return {[=] { return many(1); }, many};
}

Task TaskNamed(const std::string& name, size_t length, const File& file) {
  if (name == "copy" || name == "sum") return length == 64 ? Reads<64>(file, name == "copy") : Reads<4096>(file, name == "copy");
  if (name == "map") return Maps(file, length);
  return Passes(file, name == "pass-first");
}

double Now() {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<double> Timed(const Task& task, double seconds, uint32_t* sink) {
  constexpr double kRound = 10e6;
  size_t count = 1;
  const auto round = [&] {
    const double start = Now();
    *sink += task.run(count);
    return Now() - start;
  };
  const double warm = Now() + std::max(0.2, seconds / 2) * 1e9;
  for (int rounds = 0; rounds < 3 || Now() < warm; ++rounds) {
    const double elapsed = round();
    count = std::max<size_t>(1, std::min<size_t>(static_cast<size_t>(static_cast<double>(count) * kRound / elapsed), count * 10));
  }
  std::vector<double> times;
  const double end = Now() + seconds * 1e9;
  while (times.size() < 3 || Now() < end) times.push_back(round() / static_cast<double>(count));
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const double seconds = atof(argv[5]);
  File file = {open(argv[3], O_RDONLY), 0, static_cast<uint32_t>(strtoul(argv[4], nullptr, 10))};
  struct stat status;
  if (file.fd < 0 || fstat(file.fd, &status) != 0) Fail(argv[3]);
  file.length = static_cast<size_t>(status.st_size);

  const Task task = TaskNamed(argv[1], strtoul(argv[2], nullptr, 10), file);
  const int32_t answer = static_cast<int32_t>(task.answer());
  uint32_t sink = 0;
  const std::vector<double> rounds = seconds > 0 ? Timed(task, seconds, &sink) : std::vector<double>();
  printf("{\"answer\":%d,\"rounds\":[", answer);
  for (size_t i = 0; i < rounds.size(); ++i) printf(i == 0 ? "%.3f" : ",%.3f", rounds[i]);
  printf("],\"sink\":%u}", sink);
}
