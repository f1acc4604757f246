#include "word_watch.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "platform.h"

namespace mmap_io {

namespace {

using Lock = std::lock_guard<std::mutex>;

// Nanoseconds.
constexpr uint64_t kLookInterval = 150'000'000;
constexpr uint64_t kLongestInterval = 2'000'000'000;
constexpr int kLooksBeforeQuiet = 32;  // some five seconds
constexpr uint64_t kShortestLook = 500'000;
constexpr uint64_t kLongestLook = 20'000'000;
constexpr uint64_t kIdleSleep = 3'600'000'000'000;  // with nothing to watch, only a new watch wakes
constexpr uint64_t kPauseForCalls = 50'000;
constexpr uint64_t kPauseAfterError = 1'000'000;
constexpr int kNotFound = 2;    // ENOENT
constexpr int kFault = 14;      // EFAULT: a word was unmapped between Collect and the sleep
constexpr int kUnsupported = 38;  // ENOSYS: then all words are looked at, as those that nobody announces
constexpr int kTimedOut = 110;    // ETIMEDOUT
constexpr size_t kWordsPerThread = platform::kMaxWordsPerWait - 1;
constexpr size_t kMostResting = 16;

// One environment that watches.
struct Listener {
  Listener(ListenerId id, napi_env env, napi_threadsafe_function callback) : id(id), env(env), callback(callback) {}

  const ListenerId id;
  const napi_env env;
  const napi_threadsafe_function callback;
  std::vector<double> changed;  // tokens that the loop has not heard of yet
  std::atomic<int> calls{0};    // being made to it by our threads; the listener stays until they are done
};

struct Watched {
  Listener* listener;
  double token;
  WatchedWord word;
  uint32_t expected;
  Wakes wakes;
};

// A word that was watched until a moment ago, and what it held then. Its memory may be gone: only the kernel reads it.
struct Resting {
  Listener* listener;
  WatchedWord word;
  uint32_t value;
};

// One thread of ours, and what it sleeps on. Never destroyed, nor is the thread.
//
// (6) Whatever is in `watches` or `resting` is among the words of the thread's present sleep, or the thread is on its
//     way to Collect. So a word that goes from one to the other needs no new sleep: who sleeps on a word is woken with
//     it, whatever the word held when the sleep began.
struct Sleeper {
  uint32_t control = 0;  // changes when `watches` got a word that it does not sleep on
  std::vector<Watched> watches;
  std::vector<Resting> resting;
};

struct State {
  std::mutex mutex;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<Sleeper*> sleepers;  // the first one also looks after the others: see Look()
  ListenerId last_id = kNoListener;
  uint64_t told = 0;  // changes, in all
};

// Never destroyed: our threads outlive static destruction.
State& Global() {
  static State* state = new State;
  return *state;
}

uint32_t Read(const Watched& watched) { return __atomic_load_n(watched.word.address, __ATOMIC_ACQUIRE); }

// Those whose loops are to be woken. (7) That happens without the mutex: a loop that wakes at once, perhaps in our
// thread's place, would run into it, which costs two switches between threads. The listeners stay until then.
class Calls {
 public:
  Calls() = default;
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  // The mutex is held.
  void Add(Listener& listener) {
    ++listener.calls;
    listeners_.push_back(&listener);
  }
  // The mutex is not held.
  void Make() {
    for (Listener* listener : listeners_) {
      napi_call_threadsafe_function(listener->callback, nullptr, napi_tsfn_nonblocking);
      --listener->calls;
    }
    listeners_.clear();
  }

 private:
  std::vector<Listener*> listeners_;
};

// From here on, the mutex is held.

void Tell(Listener& listener, double token, Calls& calls) {
  if (listener.changed.empty()) calls.Add(listener);
  listener.changed.push_back(token);
  ++Global().told;
}

// Ends a watch. Its word may be watched again soon.
void Rest(Sleeper& sleeper, size_t index, uint32_t value) {
  auto& watches = sleeper.watches;
  auto& resting = sleeper.resting;
  if (watches[index].wakes == Wakes::kAnnounced) {
    if (resting.size() == kMostResting) resting.erase(resting.begin());
    resting.push_back({watches[index].listener, watches[index].word, value});
  }
  watches[index] = watches.back();
  watches.pop_back();
}

// Tells of what changed. Whether anything did.
bool TellChanges(Sleeper& sleeper, Calls& calls) {
  bool told = false;
  for (size_t i = 0; i < sleeper.watches.size();) {
    const uint32_t value = Read(sleeper.watches[i]);
    if (value == sleeper.watches[i].expected) {
      ++i;
      continue;
    }
    const Watched watched = sleeper.watches[i];
    Rest(sleeper, i, value);
    Tell(*watched.listener, watched.token, calls);
    told = true;
  }
  return told;
}

// One thread looks at all words where a wake may have been lost: many threads that wake now and then to look
// after themselves would cost as much as a slow poll.
bool Look(State& state, Calls& calls) {
  bool told = false;
  for (Sleeper* sleeper : state.sleepers) told |= TellChanges(*sleeper, calls);
  return told;
}

bool IsIdle(const Sleeper* sleeper) { return sleeper->watches.empty() && sleeper->resting.empty(); }

// The mutex is not held from here on.

// What a thread sleeps on, and how long.
struct Sleep {
  platform::WordWait waits[platform::kMaxWordsPerWait];
  size_t count = 1;
  int outcome = 0;
  uint64_t look = kShortestLook;
  uint64_t longest = 0;
  uint64_t next_look = 0;
  int quiet_looks = 0;
  uint64_t told = 0;
  bool rested = false;  // words of `resting` are among them
};

// Looks cost: where nothing has happened for long, they come more rarely.
uint64_t IntervalAfter(int quiet_looks) {
  const int doublings = std::clamp(quiet_looks - kLooksBeforeQuiet, 0, 8);
  return std::min(kLookInterval << doublings, kLongestInterval);
}

// Tells of what changed, and writes down what is left.
void Collect(Sleeper& sleeper, Sleep& sleep, Calls& calls) {
  State& state = Global();
  Lock lock(state.mutex);
  const bool looksAfterAll = state.sleepers.front() == &sleeper;
  const bool timedOut = sleep.outcome == kTimedOut;
  const uint64_t now = platform::Now();
  const bool looks = looksAfterAll && now >= sleep.next_look;
  const uint32_t control = __atomic_load_n(&sleeper.control, __ATOMIC_RELAXED);
  const bool told = looks ? Look(state, calls) : TellChanges(sleeper, calls);
  const bool news = told || control != sleep.waits[0].expected;
  if (news || state.told != sleep.told) sleep.quiet_looks = 0;
  sleep.told = state.told;
  if (looks) sleep.next_look = now + IntervalAfter(++sleep.quiet_looks);
  if (news) sleep.next_look = std::min(sleep.next_look, now + kLookInterval);
  if (!news || sleep.outcome == kFault) sleeper.resting.clear();
  sleep.look = news || !timedOut ? kShortestLook : std::min(sleep.look * 2, kLongestLook);

  bool unannounced = false;
  sleep.count = 0;
  sleep.waits[sleep.count++] = {&sleeper.control, control};
  for (const Watched& watched : sleeper.watches) {
    sleep.waits[sleep.count++] = {watched.word.address, watched.expected};
    unannounced |= watched.wakes == Wakes::kUnannounced;
  }
  const size_t room = platform::kMaxWordsPerWait - sleep.count;
  if (sleeper.resting.size() > room) sleeper.resting.resize(room);
  sleep.rested = !sleeper.resting.empty();
  for (const Resting& resting : sleeper.resting) sleep.waits[sleep.count++] = {resting.word.address, resting.value};
  const bool idle = !looksAfterAll || std::all_of(state.sleepers.begin(), state.sleepers.end(), IsIdle);
  sleep.longest = unannounced ? sleep.look : idle ? kIdleSleep : sleep.next_look - now;
}

[[noreturn]] void* Run(void* argument) {
  Sleeper& sleeper = *static_cast<Sleeper*>(argument);
  Calls calls;
  Sleep sleep;
  sleep.waits[0] = {&sleeper.control, 0};
  for (;;) {
    Collect(sleeper, sleep, calls);
    calls.Make();
    sleep.outcome = platform::WaitOnAnyWord(sleep.waits, sleep.count, sleep.longest);
    if (sleep.outcome == kUnsupported)
      sleep.outcome = platform::WaitOnWord(sleep.waits[0].word, sleep.waits[0].expected, std::min(sleep.longest, sleep.look));
    if (sleep.outcome == kFault && !sleep.rested) platform::Sleep(kPauseAfterError);
  }
}

// One with room; the mutex is held. Null when no thread can be had.
Sleeper* SleeperWithRoom(int* error) {
  for (Sleeper* sleeper : Global().sleepers) {
    if (sleeper->watches.size() < kWordsPerThread) return sleeper;
  }
  Sleeper* sleeper = new Sleeper;
  *error = platform::StartThread(Run, sleeper);
  if (*error != 0) {
    delete sleeper;
    return nullptr;
  }
  sleeper->watches.reserve(kWordsPerThread);
  Global().sleepers.push_back(sleeper);
  return sleeper;
}

// Makes a resting word a watched one, by (6) without waking its thread. False when it does not rest. The mutex is held.
bool WatchAgain(State& state, const Watched& watched) {
  const auto isIt = [&watched](const Resting& resting) {
    return resting.listener == watched.listener && resting.word.address == watched.word.address && resting.word.memory == watched.word.memory;
  };
  for (Sleeper* sleeper : state.sleepers) {
    const auto resting = std::find_if(sleeper->resting.begin(), sleeper->resting.end(), isIt);
    if (resting == sleeper->resting.end() || sleeper->watches.size() == kWordsPerThread) continue;
    sleeper->resting.erase(resting);
    sleeper->watches.push_back(watched);
    return true;
  }
  return false;
}

// The mutex is held.
Listener* Find(ListenerId id) {
  for (const auto& listener : Global().listeners) {
    if (listener->id == id) return listener.get();
  }
  return nullptr;
}

std::vector<double> TakeChanged(ListenerId id) {
  Lock lock(Global().mutex);
  std::vector<double> changed;
  Listener* listener = Find(id);
  if (listener != nullptr) changed.swap(listener->changed);
  return changed;
}

// On the loop's thread. A failing call has an exception that the runtime reports.
void CallListener(napi_env env, napi_value callback, void* context, void*) {
  if (env == nullptr) return;  // being torn down
  napi_value receiver;
  napi_value token;
  if (napi_get_undefined(env, &receiver) != napi_ok) return;
  for (const double changed : TakeChanged(reinterpret_cast<uintptr_t>(context))) {
    if (napi_create_double(env, changed, &token) == napi_ok) napi_call_function(env, receiver, callback, 1, &token, nullptr);
  }
}

// Takes an environment out of everything; nobody begins to call it from now on.
std::unique_ptr<Listener> Forget(State& state, ListenerId id) {
  Lock lock(state.mutex);
  const auto is = [id](const std::unique_ptr<Listener>& one) { return one->id == id; };
  const auto found = std::find_if(state.listeners.begin(), state.listeners.end(), is);
  if (found == state.listeners.end()) return nullptr;
  std::unique_ptr<Listener> listener = std::move(*found);
  state.listeners.erase(found);
  const auto ours = [&listener](const Watched& watched) { return watched.listener == listener.get(); };
  for (Sleeper* sleeper : state.sleepers) {
    auto& watches = sleeper->watches;
    watches.erase(std::remove_if(watches.begin(), watches.end(), ours), watches.end());
    sleeper->resting.clear();
  }
  return listener;
}

void StopListening(void* data) {
  State& state = Global();
  std::unique_ptr<Listener> listener = Forget(state, reinterpret_cast<uintptr_t>(data));
  if (listener == nullptr) return;
  while (listener->calls != 0) platform::Sleep(kPauseForCalls);
  napi_release_threadsafe_function(listener->callback, napi_tsfn_abort);
}

}  // namespace

ListenerId ListenForChanges(napi_env env, napi_value callback) {
  State& state = Global();
  ListenerId id;
  {
    Lock lock(state.mutex);
    id = ++state.last_id;
  }
  void* context = reinterpret_cast<void*>(static_cast<uintptr_t>(id));
  napi_value name;
  napi_threadsafe_function function;
  if (napi_create_string_utf8(env, "mmap-io watch", NAPI_AUTO_LENGTH, &name) != napi_ok) return kNoListener;
  if (napi_create_threadsafe_function(env, callback, nullptr, name, 0, 1, nullptr, nullptr, context, CallListener, &function) != napi_ok) {
    return kNoListener;
  }
  napi_unref_threadsafe_function(env, function);
  {
    Lock lock(state.mutex);
    state.listeners.push_back(std::unique_ptr<Listener>(new Listener(id, env, function)));
  }
  // Added after the function's own hook, so it runs before it.
  napi_add_env_cleanup_hook(env, StopListening, context);
  return id;
}

int Watch(ListenerId id, double token, WatchedWord word, uint32_t expected, Wakes wakes) {
  State& state = Global();
  Sleeper* sleeper;
  {
    std::unique_lock<std::mutex> lock(state.mutex);
    Listener* listener = Find(id);
    if (listener == nullptr) return kNotFound;
    const Watched watched{listener, token, word, expected, wakes};
    if (Read(watched) != expected) {
      Calls calls;
      Tell(*listener, token, calls);
      lock.unlock();
      calls.Make();
      return 0;
    }
    if (wakes == Wakes::kAnnounced && WatchAgain(state, watched)) return 0;
    int error = 0;
    sleeper = SleeperWithRoom(&error);
    if (sleeper == nullptr) return error;
    sleeper->watches.push_back(watched);
    __atomic_fetch_add(&sleeper->control, 1, __ATOMIC_RELEASE);
  }
  platform::WakeWord(&sleeper->control, 1);
  return 0;
}

bool Unwatch(ListenerId id, double token) {
  State& state = Global();
  Lock lock(state.mutex);
  Listener* listener = Find(id);
  for (Sleeper* sleeper : state.sleepers) {
    for (size_t i = 0; i < sleeper->watches.size(); ++i) {
      const Watched& watched = sleeper->watches[i];
      if (watched.listener != listener || watched.token != token) continue;
      Rest(*sleeper, i, watched.expected);
      return true;
    }
  }
  return false;
}

void KeepLoopAlive(ListenerId id, bool keep) {
  Lock lock(Global().mutex);
  Listener* listener = Find(id);
  if (listener == nullptr) return;
  if (keep) {
    napi_ref_threadsafe_function(listener->env, listener->callback);
  } else {
    napi_unref_threadsafe_function(listener->env, listener->callback);
  }
}

}  // namespace mmap_io
