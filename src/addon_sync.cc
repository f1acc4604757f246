// Locks on bytes, words to sleep on, and who is alive.

#include "addon.h"
#include "lock_table.h"
#include "word_watch.h"

namespace mmap_io {

namespace {

using platform::ByteLock;

constexpr int kRefused = 11;  // EAGAIN
constexpr double kNanosecondsPerMillisecond = 1e6;

ByteLock Kind(const Napi::CallbackInfo& info, size_t index) { return static_cast<ByteLock>(Int(info, index)); }

uint64_t Nanoseconds(const Napi::CallbackInfo& info, size_t index) {
  return static_cast<uint64_t>(info[index].As<Napi::Number>().DoubleValue() * kNanosecondsPerMillisecond);
}

// A word of an Int32Array: (array, index).
uint32_t* Word(const Napi::CallbackInfo& info, size_t index) {
  return reinterpret_cast<uint32_t*>(Bytes(info, index).base) + Offset(info, index + 1);
}

uint32_t Unsigned(const Napi::CallbackInfo& info, size_t index) { return static_cast<uint32_t>(Int(info, index)); }

// ---- locks ---------------------------------------------------------------------------

// lockByte(id, byte, kind): -EAGAIN when another one's lock conflicts
Napi::Value LockByte(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  return Error(info, platform::LockByte(mapping->fd(), Offset(info, 1), Kind(info, 2)));
}

// testByte(id, byte, kind): as lockByte, without locking
Napi::Value TestByte(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  bool refused = false;
  if (const int error = platform::TestByte(mapping->fd(), Offset(info, 1), Kind(info, 2), &refused)) return Error(info, error);
  return Error(info, refused ? kRefused : 0);
}

// unlockAllBytes(id)
Napi::Value UnlockAllBytes(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0), MappingPin::Accept::kBroken);
  if (!mapping) return Refusal(info, mapping.refused());
  return Error(info, platform::UnlockAllBytes(mapping->fd()));
}

// joinTable(bytes): a member of the locks on the memory that begins there
Napi::Value JoinTable(const Napi::CallbackInfo& info) {
  const MemberId member = JoinLockTable(Bytes(info, 0).base, static_cast<napi_env>(info.Env()));
  return Napi::Number::New(info.Env(), static_cast<double>(member));
}

// leaveTable(member)
void LeaveTable(const Napi::CallbackInfo& info) { LeaveLockTable(Offset(info, 0)); }

// lockTableByte(member, byte, kind), testTableByte(member, byte, kind): as lockByte and testByte
Napi::Value LockTableByteCall(const Napi::CallbackInfo& info) {
  return Error(info, LockTableByte(Offset(info, 0), Offset(info, 1), Kind(info, 2)));
}

Napi::Value TestTableByteCall(const Napi::CallbackInfo& info) {
  bool refused = false;
  if (const int error = TestTableByte(Offset(info, 0), Offset(info, 1), Kind(info, 2), &refused)) return Error(info, error);
  return Error(info, refused ? kRefused : 0);
}

// ---- sleeping --------------------------------------------------------------------------

// waitOnWord(words, index, expected, milliseconds): blocks
Napi::Value WaitOnWord(const Napi::CallbackInfo& info) {
  return Error(info, platform::WaitOnWord(Word(info, 0), Unsigned(info, 2), Nanoseconds(info, 3)));
}

// wakeWord(words, index, count): how many were woken, or -errno
Napi::Value WakeWord(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), platform::WakeWord(Word(info, 0), Int(info, 2)));
}

// sleep(milliseconds): blocks
void Sleep(const Napi::CallbackInfo& info) { platform::Sleep(Nanoseconds(info, 0)); }

// onChange((token) => …): a listener, or 0
Napi::Value OnChange(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(ListenForChanges(info.Env(), info[0])));
}

// watchWord(listener, token, words, index, memory, expected, announced): the caller keeps the memory until the change is told or the watch removed
Napi::Value WatchWord(const Napi::CallbackInfo& info) {
  const double token = info[1].As<Napi::Number>().DoubleValue();
  const WatchedWord word{Word(info, 2), info[4].As<Napi::Number>().DoubleValue()};
  const Wakes wakes = info[6].As<Napi::Boolean>().Value() ? Wakes::kAnnounced : Wakes::kUnannounced;
  return Error(info, Watch(Offset(info, 0), token, word, Unsigned(info, 5), wakes));
}

// unwatchWord(listener, token): whether the change had not been told yet
Napi::Value UnwatchWord(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Unwatch(Offset(info, 0), info[1].As<Napi::Number>().DoubleValue()));
}

// keepLoopAlive(listener, keep)
void KeepLoop(const Napi::CallbackInfo& info) { KeepLoopAlive(Offset(info, 0), info[1].As<Napi::Boolean>().Value()); }

// ---- who is alive ------------------------------------------------------------------------

// thisThread(identity): pid, tid, start, pid namespace
Napi::Value ThisThread(const Napi::CallbackInfo& info) {
  platform::ThreadIdentity identity{};
  if (const int error = platform::ThisThread(&identity)) return Error(info, error);
  Napi::Float64Array out = info[0].As<Napi::Float64Array>();
  out[0] = identity.pid;
  out[1] = identity.tid;
  out[2] = static_cast<double>(identity.start);
  out[3] = identity.pid_namespace;
  return Error(info, 0);
}

// isEnding(pid, tid, start, pidNamespace)
Napi::Value IsEnding(const Napi::CallbackInfo& info) {
  const platform::ThreadIdentity thread{static_cast<uint32_t>(Offset(info, 0)), static_cast<uint32_t>(Offset(info, 1)), Offset(info, 2),
                                        static_cast<uint32_t>(Offset(info, 3))};
  return Napi::Boolean::New(info.Env(), platform::IsEnding(thread));
}

}  // namespace

void DefineSyncCalls(Napi::Object exports) {
  Napi::Env env = exports.Env();
  exports.Set("lockByte", Napi::Function::New(env, LockByte, "lockByte"));
  exports.Set("testByte", Napi::Function::New(env, TestByte, "testByte"));
  exports.Set("unlockAllBytes", Napi::Function::New(env, UnlockAllBytes, "unlockAllBytes"));
  exports.Set("joinTable", Napi::Function::New(env, JoinTable, "joinTable"));
  exports.Set("leaveTable", Napi::Function::New(env, LeaveTable, "leaveTable"));
  exports.Set("lockTableByte", Napi::Function::New(env, LockTableByteCall, "lockTableByte"));
  exports.Set("testTableByte", Napi::Function::New(env, TestTableByteCall, "testTableByte"));
  exports.Set("waitOnWord", Napi::Function::New(env, WaitOnWord, "waitOnWord"));
  exports.Set("wakeWord", Napi::Function::New(env, WakeWord, "wakeWord"));
  exports.Set("sleep", Napi::Function::New(env, Sleep, "sleep"));
  exports.Set("onChange", Napi::Function::New(env, OnChange, "onChange"));
  exports.Set("watchWord", Napi::Function::New(env, WatchWord, "watchWord"));
  exports.Set("unwatchWord", Napi::Function::New(env, UnwatchWord, "unwatchWord"));
  exports.Set("keepLoopAlive", Napi::Function::New(env, KeepLoop, "keepLoopAlive"));
  exports.Set("thisThread", Napi::Function::New(env, ThisThread, "thisThread"));
  exports.Set("isEnding", Napi::Function::New(env, IsEnding, "isEnding"));
}

}  // namespace mmap_io
