#include "external_buffer.h"

#include <atomic>
#include <new>

#include "platform.h"

namespace mmap_io {

namespace {

std::atomic<bool> g_v8_forbidden{false};

// Declared by <node_api.h> only under NAPI_EXPERIMENTAL, which would change the
// rules for finalizers of the whole addon; so it is looked up by name. Node
// 22.23.3, 24.16 and 26.1 have it, and Bun.
bool CreateSharedByNodeApi(napi_env env, void* data, size_t length, MemoryFinalizer finalizer, void* hint, napi_value* out) {
  using Create = napi_status (*)(napi_env, void*, size_t, MemoryFinalizer, void*, napi_value*);
  static const Create create = reinterpret_cast<Create>(platform::RuntimeSymbol("node_api_create_external_sharedarraybuffer"));
  return create != nullptr && create(env, data, length, finalizer, hint, out) == napi_ok;
}

struct PlainFinalizer {
  MemoryFinalizer run;
  void* hint;

  static void Run(napi_env, void* data, void* self) {
    PlainFinalizer* finalizer = static_cast<PlainFinalizer*>(self);
    finalizer->run(data, finalizer->hint);
    delete finalizer;
  }
};

bool CreatePlainByNodeApi(napi_env env, void* data, size_t length, MemoryFinalizer finalizer, void* hint, napi_value* out) {
  PlainFinalizer* plain = new (std::nothrow) PlainFinalizer{finalizer, hint};
  if (plain == nullptr) return false;
  if (napi_create_external_arraybuffer(env, data, length, PlainFinalizer::Run, plain, out) == napi_ok) return true;
  delete plain;
  return false;
}

}  // namespace

void ForbidV8() { g_v8_forbidden.store(true, std::memory_order_relaxed); }

bool CreateExternalBuffer(napi_env env, BufferKind kind, void* data, size_t length, MemoryFinalizer finalizer, void* hint, napi_value* out) {
  const bool caged = g_v8_forbidden.load(std::memory_order_relaxed);
  if (kind == BufferKind::kShared) {
    if (caged) return false;
    return CreateSharedByNodeApi(env, data, length, finalizer, hint, out) || CreateBufferByV8(kind, data, length, finalizer, hint, out);
  }
  if (!caged && CreateBufferByV8(kind, data, length, finalizer, hint, out)) return true;
  return CreatePlainByNodeApi(env, data, length, finalizer, hint, out);
}

}  // namespace mmap_io
