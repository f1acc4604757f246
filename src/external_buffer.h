// Buffers over memory that the runtime does not own.
//
// A buffer may be transferred to another thread, and its own thread may end. So
// the finalizer must belong to the memory, and not to the thread that made the
// buffer: V8's own functions do that, and Node-API's for shared buffers.
// Node-API's for plain ones does not, and is for runtimes without V8.

#ifndef MMAP_IO_EXTERNAL_BUFFER_H_
#define MMAP_IO_EXTERNAL_BUFFER_H_

#include <node_api.h>

#include <cstddef>

namespace mmap_io {

// Runs when nothing reaches the memory any more, on any thread.
using MemoryFinalizer = void (*)(void* data, void* hint);

enum class BufferKind { kPlain, kShared };

// False, and nothing was taken over, where the runtime offers no way.
bool CreateExternalBuffer(napi_env env, BufferKind kind, void* data, size_t length, MemoryFinalizer finalizer, void* hint, napi_value* out);

// Electron's memory cage ends the process when V8 is handed memory from outside.
void ForbidV8();

// V8's C++ interface, found by name.
bool CreateBufferByV8(BufferKind kind, void* data, size_t length, MemoryFinalizer finalizer, void* hint, napi_value* out);

}  // namespace mmap_io

#endif  // MMAP_IO_EXTERNAL_BUFFER_H_
