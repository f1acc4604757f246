// The Node-API module. It keeps no state of its own, so that every thread may load it.

#include "addon.h"

#include "fault_guard.h"
#include "lock_table.h"
#include "mapping.h"
#include "platform.h"

namespace mmap_io {

namespace {

Napi::Object NewConstants(Napi::Env env) {
  Napi::Object constants = Napi::Object::New(env);
  for (const platform::Constant* constant = platform::Constants(); constant->name != nullptr; ++constant) {
    constants.Set(constant->name, Napi::Number::New(env, static_cast<double>(constant->value)));
  }
  return constants;
}

// onFault((id, condition, offset) => …)
Napi::Value OnFault(const Napi::CallbackInfo& info) {
  const napi_status status = ListenForFaults(info.Env(), info[0]);
  return Napi::Boolean::New(info.Env(), status == napi_ok);
}

// Not every runtime finalizes the objects of a worker thread that ends.
void EndOwnership(void* environment) {
  Mapping::ReleaseOwnedBy(environment);
  LeaveAllLockTables(environment);
}

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("version", Napi::String::New(env, MMAP_IO_VERSION));
  exports.Set("constants", NewConstants(env));
  exports.Set("pageSize", Napi::Number::New(env, static_cast<double>(platform::PageSize())));
  exports.Set("onFault", Napi::Function::New(env, OnFault, "onFault"));
  DefineMappingCalls(exports);
  DefinePageCalls(exports);
  DefineAsyncCalls(exports);
  DefineSystemCalls(exports);
  DefineSyncCalls(exports);
  napi_add_env_cleanup_hook(env, EndOwnership, static_cast<napi_env>(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(mmap_io, Initialize)

}  // namespace mmap_io
