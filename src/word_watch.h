// Event loops that sleep until a word of shared memory changes.
//
// A thread of ours sleeps on the words for all environments of the process, up
// to 127 a thread, and wakes the loop whose word changed.
//
// (1) A watched word is read under the mutex only. Whoever removes a watch may
//     therefore unmap its memory as soon as the call returns: at most the
//     kernel looks at the address some more times, and finds nothing or a stranger.
// (2) A change is told once: the watch is gone with it.
// (3) All words are looked at every 150 ms, by one of the threads, so a writer
//     that died between its store and its wake delays, and loses, nothing. After
//     some seconds without any change the looks come more rarely, every 2 s at last.
// (4) Writers that cannot know of us, because we may not write, wake nobody: such
//     words are looked at in growing intervals, of 20 ms at last.
// (5) An environment that ends takes its watches with it.

#ifndef MMAP_IO_WORD_WATCH_H_
#define MMAP_IO_WORD_WATCH_H_

#include <node_api.h>

#include <cstdint>

namespace mmap_io {

// Somebody in an environment who hears of changes: there may be several copies of this package.
using ListenerId = uint64_t;
constexpr ListenerId kNoListener = 0;

// Makes `callback(token)` hear of changes, until its environment ends. kNoListener when that is not possible.
ListenerId ListenForChanges(napi_env env, napi_value callback);

// Whether whoever changes the word also wakes those who sleep on it.
enum class Wakes { kAnnounced, kUnannounced };

struct WatchedWord {
  uint32_t* address;
  double memory;  // names what is mapped there: memory that is mapped later has another number, in each listener
};

// Tells once, soon or at once, that `word` holds something else than `expected`.
// `token` is unique to its listener. 0 or an errno value.
int Watch(ListenerId listener, double token, WatchedWord word, uint32_t expected, Wakes wakes);
// False when there is no such watch: it was told, or never made.
bool Unwatch(ListenerId listener, double token);

// Whether the event loop stays alive for the sake of the listener's watches. On the loop's thread.
void KeepLoopAlive(ListenerId listener, bool keep);

}  // namespace mmap_io

#endif  // MMAP_IO_WORD_WATCH_H_
