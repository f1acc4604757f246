// Calls that concern a file or the system, not a mapping.

#include "addon.h"

namespace mmap_io {

namespace {

// cacheStat(fd, offset, length, pages): five Float64 counts
Napi::Value CacheStat(const Napi::CallbackInfo& info) {
  platform::CacheStatistics statistics{};
  if (const int error = platform::CacheStat(Int(info, 0), Offset(info, 1), Offset(info, 2), &statistics)) return Error(info, error);
  Napi::Float64Array pages = info[3].As<Napi::Float64Array>();
  pages[0] = static_cast<double>(statistics.cached);
  pages[1] = static_cast<double>(statistics.dirty);
  pages[2] = static_cast<double>(statistics.writeback);
  pages[3] = static_cast<double>(statistics.evicted);
  pages[4] = static_cast<double>(statistics.recently_evicted);
  return Error(info, 0);
}

// extend(fd, size, sparse)
Napi::Value Extend(const Napi::CallbackInfo& info) {
  return Error(info, platform::Extend(Int(info, 0), Offset(info, 1), info[2].As<Napi::Boolean>().Value()));
}

// addressSpaceIsLimited()
Napi::Value AddressSpaceIsLimited(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), platform::AddressSpaceIsLimited());
}

// fileSize(fd): bytes
Napi::Value FileSize(const Napi::CallbackInfo& info) {
  uint64_t size = 0;
  if (const int error = platform::FileSize(Int(info, 0), &size)) return Error(info, error);
  return Napi::Number::New(info.Env(), static_cast<double>(size));
}

// truncate(fd, size)
Napi::Value Truncate(const Napi::CallbackInfo& info) { return Error(info, platform::Truncate(Int(info, 0), Offset(info, 1))); }

// allocate(fd, offset, length): gives blocks to a part of the file; its size stays
Napi::Value Allocate(const Napi::CallbackInfo& info) {
  return Error(info, platform::Allocate(Int(info, 0), Offset(info, 1), Offset(info, 2)));
}

// punchHole(fd, offset, length): gives the blocks of a part of the file back
Napi::Value PunchHole(const Napi::CallbackInfo& info) {
  return Error(info, platform::PunchHole(Int(info, 0), Offset(info, 1), Offset(info, 2)));
}

// fileSystemType(fd): as statfs(2) numbers them, or -errno
Napi::Value FileSystemType(const Napi::CallbackInfo& info) {
  uint64_t type = 0;
  if (const int error = platform::FileSystemType(Int(info, 0), &type)) return Error(info, error);
  return Napi::Number::New(info.Env(), static_cast<double>(type));
}

// probeAdvice(advice)
Napi::Value ProbeAdvice(const Napi::CallbackInfo& info) { return Error(info, platform::ProbeAdvice(Int(info, 0))); }

}  // namespace

void DefineSystemCalls(Napi::Object exports) {
  Napi::Env env = exports.Env();
  exports.Set("cacheStat", Napi::Function::New(env, CacheStat, "cacheStat"));
  exports.Set("extend", Napi::Function::New(env, Extend, "extend"));
  exports.Set("addressSpaceIsLimited", Napi::Function::New(env, AddressSpaceIsLimited, "addressSpaceIsLimited"));
  exports.Set("fileSize", Napi::Function::New(env, FileSize, "fileSize"));
  exports.Set("truncate", Napi::Function::New(env, Truncate, "truncate"));
  exports.Set("allocate", Napi::Function::New(env, Allocate, "allocate"));
  exports.Set("punchHole", Napi::Function::New(env, PunchHole, "punchHole"));
  exports.Set("fileSystemType", Napi::Function::New(env, FileSystemType, "fileSystemType"));
  exports.Set("probeAdvice", Napi::Function::New(env, ProbeAdvice, "probeAdvice"));
}

}  // namespace mmap_io
