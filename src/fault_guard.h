// Keeps a bad access to a mapping from ending the process: the access is given
// private memory and goes on, the mapping is marked as broken, and the next
// call on it throws. Faults outside our mappings go to whoever handled them
// before, unchanged.

#ifndef MMAP_IO_FAULT_GUARD_H_
#define MMAP_IO_FAULT_GUARD_H_

#include <node_api.h>

namespace mmap_io {

// Installs the guard for the whole process, and puts it in front again where
// somebody replaced it. Returns 0 or an errno value. Precedes every mapping.
int EnableFaultGuard();

// Calls `callback(id, condition, offset)` on this environment's thread after a
// fault, without keeping its event loop alive. One callback an environment.
napi_status ListenForFaults(napi_env env, napi_value callback);

}  // namespace mmap_io

#endif  // MMAP_IO_FAULT_GUARD_H_
