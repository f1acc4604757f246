// What the addon's source files share: how calls from JavaScript pass numbers.
//
// JavaScript is this package's own (ts/native/binding.ts declares every call):
// it has checked types and bounds. A call answers with a number: 0, or a
// negated errno value, or the Condition (mapping.h) that refused it.

#ifndef MMAP_IO_ADDON_H_
#define MMAP_IO_ADDON_H_

#include <napi.h>

#include "mapping.h"

namespace mmap_io {

inline int64_t Integer(const Napi::CallbackInfo& info, size_t index) { return info[index].As<Napi::Number>().Int64Value(); }
inline uint64_t Offset(const Napi::CallbackInfo& info, size_t index) { return static_cast<uint64_t>(Integer(info, index)); }
inline int Int(const Napi::CallbackInfo& info, size_t index) { return info[index].As<Napi::Number>().Int32Value(); }
inline MappingId Id(const Napi::CallbackInfo& info, size_t index) { return static_cast<MappingId>(Integer(info, index)); }

// The bytes of a Uint8Array over any kind of buffer.
inline platform::Span Bytes(const Napi::CallbackInfo& info, size_t index) {
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(info.Env(), info[index], nullptr, &length, &data, nullptr, nullptr) != napi_ok) return {};
  return {static_cast<uint8_t*>(data), length};
}

inline Napi::Value Error(const Napi::CallbackInfo& info, int error) { return Napi::Number::New(info.Env(), -error); }
inline Napi::Value Refusal(const Napi::CallbackInfo& info, Condition condition) {
  return Napi::Number::New(info.Env(), static_cast<double>(condition));
}
inline Napi::Value Identity(const Napi::CallbackInfo& info, MappingId id) {
  return Napi::Number::New(info.Env(), static_cast<double>(id));
}

// One for each addon_*.cc: adds its calls to `exports`.
void DefineMappingCalls(Napi::Object exports);
void DefinePageCalls(Napi::Object exports);
void DefineAsyncCalls(Napi::Object exports);
void DefineSystemCalls(Napi::Object exports);
void DefineSyncCalls(Napi::Object exports);

}  // namespace mmap_io

#endif  // MMAP_IO_ADDON_H_
