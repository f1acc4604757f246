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
constexpr uint64_t kLongestSleep = 100'000'000;
constexpr uint64_t kShortestLook = 500'000;
constexpr uint64_t kLongestLook = 20'000'000;
constexpr uint64_t kIdleSleep = 3'600'000'000'000;  // with nothing to watch, only a new watch wakes
constexpr uint64_t kPauseAfterError = 1'000'000;
constexpr int kFault = 14;     // EFAULT: a word was unmapped between Collect and the sleep
constexpr int kTimedOut = 110;  // ETIMEDOUT
constexpr int kUnsupported = 38;  // ENOSYS: then all words are looked at, as those that nobody announces
constexpr size_t kWordsPerThread = platform::kMaxWordsPerWait - 1;
constexpr int kNotFound = 2;  // ENOENT

// One environment that watches.
struct Listener {
  ListenerId id;
  napi_env env;
  napi_threadsafe_function callback;
  std::vector<double> changed;  // tokens that the loop has not heard of yet
};

struct Watched {
  Listener* listener;
  double token;
  uint32_t* word;
  uint32_t expected;
  Wakes wakes;
};

// One thread of ours, and what it sleeps on. Never destroyed, nor is the thread.
struct Sleeper {
  uint32_t control = 0;  // changes when `watches` got longer
  std::vector<Watched> watches;
};

struct State {
  std::mutex mutex;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<Sleeper*> sleepers;
  ListenerId last_id = kNoListener;
};

// Never destroyed: our threads outlive static destruction.
State& Global() {
  static State* state = new State;
  return *state;
}

bool HasChanged(const Watched& watched) { return __atomic_load_n(watched.word, __ATOMIC_ACQUIRE) != watched.expected; }

// The mutex is held.
void Tell(Listener& listener, double token) {
  const bool first = listener.changed.empty();
  listener.changed.push_back(token);
  if (first) napi_call_threadsafe_function(listener.callback, nullptr, napi_tsfn_nonblocking);
}

// Tells of what changed, and writes down what is left. Returns its number.
size_t Collect(Sleeper& sleeper, platform::WordWait* waits, bool* unannounced) {
  Lock lock(Global().mutex);
  waits[0] = {&sleeper.control, __atomic_load_n(&sleeper.control, __ATOMIC_RELAXED)};
  size_t count = 1;
  auto& watches = sleeper.watches;
  for (size_t i = 0; i < watches.size();) {
    if (HasChanged(watches[i])) {
      Tell(*watches[i].listener, watches[i].token);
      watches[i] = watches.back();
      watches.pop_back();
    } else {
      waits[count++] = {watches[i].word, watches[i].expected};
      if (watches[i].wakes == Wakes::kUnannounced) *unannounced = true;
      ++i;
    }
  }
  return count;
}

[[noreturn]] void* Run(void* argument) {
  Sleeper& sleeper = *static_cast<Sleeper*>(argument);
  platform::WordWait waits[platform::kMaxWordsPerWait];
  uint64_t look = kShortestLook;
  for (;;) {
    bool unannounced = false;
    const size_t count = Collect(sleeper, waits, &unannounced);
    const uint64_t longest = count == 1 ? kIdleSleep : unannounced ? look : kLongestSleep;
    int outcome = platform::WaitOnAnyWord(waits, count, longest);
    if (outcome == kUnsupported) outcome = platform::WaitOnWord(waits[0].word, waits[0].expected, std::min(longest, look));
    look = outcome == kTimedOut ? std::min(look * 2, kLongestLook) : kShortestLook;
    if (outcome == kFault) platform::Sleep(kPauseAfterError);
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

void StopListening(void* data) {
  State& state = Global();
  Lock lock(state.mutex);
  Listener* listener = Find(reinterpret_cast<uintptr_t>(data));
  if (listener == nullptr) return;
  for (Sleeper* sleeper : state.sleepers) {
    auto& watches = sleeper->watches;
    const auto ours = [listener](const Watched& watched) { return watched.listener == listener; };
    watches.erase(std::remove_if(watches.begin(), watches.end(), ours), watches.end());
  }
  napi_release_threadsafe_function(listener->callback, napi_tsfn_abort);
  const auto is = [listener](const std::unique_ptr<Listener>& one) { return one.get() == listener; };
  state.listeners.erase(std::remove_if(state.listeners.begin(), state.listeners.end(), is), state.listeners.end());
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
    state.listeners.push_back(std::unique_ptr<Listener>(new Listener{id, env, function, {}}));
  }
  // Added after the function's own hook, so it runs before it.
  napi_add_env_cleanup_hook(env, StopListening, context);
  return id;
}

int Watch(ListenerId id, double token, uint32_t* word, uint32_t expected, Wakes wakes) {
  State& state = Global();
  Sleeper* sleeper;
  {
    Lock lock(state.mutex);
    Listener* listener = Find(id);
    if (listener == nullptr) return kNotFound;
    const Watched watched{listener, token, word, expected, wakes};
    if (HasChanged(watched)) {
      Tell(*listener, token);
      return 0;
    }
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
    for (Watched& watched : sleeper->watches) {
      if (watched.listener != listener || watched.token != token) continue;
      watched = sleeper->watches.back();
      sleeper->watches.pop_back();
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
