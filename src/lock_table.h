// Locks on numbered bytes, for memory that no file backs and only the threads
// of this process share. They behave as the kernel's locks on a file's bytes
// do (platform.h): a member does not see its own, and all of them are dropped
// when it leaves, or when its environment ends.

#ifndef MMAP_IO_LOCK_TABLE_H_
#define MMAP_IO_LOCK_TABLE_H_

#include <cstdint>

#include "platform.h"

namespace mmap_io {

using MemberId = uint64_t;

// `memory` and `environment` are only compared.
MemberId JoinLockTable(const void* memory, const void* environment);
void LeaveLockTable(MemberId member);
// Drops the locks of all members of an environment, which ends.
void LeaveAllLockTables(const void* environment);

// As platform::LockByte and platform::TestByte; EBADF when the member has left.
int LockTableByte(MemberId member, uint64_t byte, platform::ByteLock kind);
int TestTableByte(MemberId member, uint64_t byte, platform::ByteLock kind, bool* refused);

}  // namespace mmap_io

#endif  // MMAP_IO_LOCK_TABLE_H_
