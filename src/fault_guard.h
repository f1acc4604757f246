// Keeps a bad access to a mapping from ending the process: the access is given
// private memory and goes on, the mapping is marked as broken, and the next
// call on it throws. Faults outside our mappings go to whoever handled them
// before, unchanged.

#ifndef MMAP_IO_FAULT_GUARD_H_
#define MMAP_IO_FAULT_GUARD_H_

#include <node_api.h>

namespace mmap_io {

// Installs the guard for the whole process; later calls only repeat the result.
// Returns 0 or an errno value. Must precede the first mapping.
int EnableFaultGuard();

// Calls `callback(id, condition, offset)` on this environment's thread after a
// fault, without keeping its event loop alive. One callback an environment.
napi_status ListenForFaults(napi_env env, napi_value callback);

}  // namespace mmap_io

#endif  // MMAP_IO_FAULT_GUARD_H_
