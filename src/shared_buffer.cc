#include "shared_buffer.h"

#include "platform.h"

namespace mmap_io {

// Declared by <node_api.h> only under NAPI_EXPERIMENTAL, which would change the
// rules for finalizers of the whole addon; so it is looked up by name.
bool CreateSharedBufferByNodeApi(napi_env env, void* data, size_t length, SharedBufferFinalizer finalizer, void* hint, napi_value* out) {
  using Create = napi_status (*)(napi_env, void*, size_t, SharedBufferFinalizer, void*, napi_value*);
  static const Create create = reinterpret_cast<Create>(platform::RuntimeSymbol("node_api_create_external_sharedarraybuffer"));
  return create != nullptr && create(env, data, length, finalizer, hint, out) == napi_ok;
}

}  // namespace mmap_io
