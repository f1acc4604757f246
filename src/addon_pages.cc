// What can be asked of the pages of a mapping. Each call pins the mapping, so
// that another thread's close() cannot pull it away under the system call.

#include "addon.h"

#include <cstring>

namespace mmap_io {

namespace {

// Runs `call(part)` on the part (id, at, length) named by the first three arguments.
template <typename Call>
Napi::Value OnPart(const Napi::CallbackInfo& info, Call call) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  return Error(info, call(*mapping, mapping.Part(Offset(info, 1), Offset(info, 2))));
}

// advise(id, at, length, advice)
Napi::Value Advise(const Napi::CallbackInfo& info) {
  return OnPart(info, [&](Mapping&, platform::Span part) { return platform::Advise(part, Int(info, 3)); });
}

// sync(id, at, length, flags)
Napi::Value Sync(const Napi::CallbackInfo& info) {
  return OnPart(info, [&](Mapping&, platform::Span part) { return platform::Sync(part, Int(info, 3)); });
}

// residency(id, at, length, pages)
Napi::Value Residency(const Napi::CallbackInfo& info) {
  return OnPart(info, [&](Mapping&, platform::Span part) { return platform::Residency(part, Bytes(info, 3).base); });
}

// protect(id, at, length, protection)
Napi::Value Protect(const Napi::CallbackInfo& info) {
  return OnPart(info, [&](Mapping& mapping, platform::Span part) {
    mapping.MarkMixedProtection();
    return platform::Protect(part, Int(info, 3));
  });
}

// lock(id, at, length, onFault)
Napi::Value Lock(const Napi::CallbackInfo& info) {
  return OnPart(info, [&](Mapping&, platform::Span part) { return platform::Lock(part, info[3].As<Napi::Boolean>().Value()); });
}

// unlock(id, at, length)
Napi::Value Unlock(const Napi::CallbackInfo& info) {
  return OnPart(info, [&](Mapping&, platform::Span part) { return platform::Unlock(part); });
}

// Copies between a part of the mapping and `bytes`. A fault on the way is
// repaired by the guard and then found here.
template <typename Copy>
Napi::Value CopyPart(const Napi::CallbackInfo& info, Copy copy) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  const platform::Span bytes = Bytes(info, 2);
  const platform::Span part = mapping.Part(Offset(info, 1), bytes.length);
  if (part.length > 0) copy(part, bytes);
  return Refusal(info, mapping->condition());
}

// read(id, at, bytes)
Napi::Value Read(const Napi::CallbackInfo& info) {
  return CopyPart(info, [](platform::Span part, platform::Span bytes) { memmove(bytes.base, part.base, part.length); });
}

// write(id, at, bytes)
Napi::Value Write(const Napi::CallbackInfo& info) {
  return CopyPart(info, [](platform::Span part, platform::Span bytes) { memmove(part.base, bytes.base, part.length); });
}

}  // namespace

void DefinePageCalls(Napi::Object exports) {
  Napi::Env env = exports.Env();
  exports.Set("advise", Napi::Function::New(env, Advise, "advise"));
  exports.Set("sync", Napi::Function::New(env, Sync, "sync"));
  exports.Set("residency", Napi::Function::New(env, Residency, "residency"));
  exports.Set("protect", Napi::Function::New(env, Protect, "protect"));
  exports.Set("lock", Napi::Function::New(env, Lock, "lock"));
  exports.Set("unlock", Napi::Function::New(env, Unlock, "unlock"));
  exports.Set("read", Napi::Function::New(env, Read, "read"));
  exports.Set("write", Napi::Function::New(env, Write, "write"));
}

}  // namespace mmap_io
