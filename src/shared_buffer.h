// A SharedArrayBuffer over memory that the runtime does not own.

#ifndef MMAP_IO_SHARED_BUFFER_H_
#define MMAP_IO_SHARED_BUFFER_H_

#include <node_api.h>

#include <cstddef>

namespace mmap_io {

// Runs when the last thread let go of the buffer, on any thread.
using SharedBufferFinalizer = void (*)(void* data, void* hint);

// Node-API's own function, in runtimes that have it (Node 22.23.3, 24.16, 26.1, Bun).
bool CreateSharedBufferByNodeApi(napi_env env, void* data, size_t length, SharedBufferFinalizer finalizer, void* hint, napi_value* out);

// V8's C++ interface, found by name, for older releases of Node.
bool CreateSharedBufferByV8(void* data, size_t length, SharedBufferFinalizer finalizer, void* hint, napi_value* out);

}  // namespace mmap_io

#endif  // MMAP_IO_SHARED_BUFFER_H_
