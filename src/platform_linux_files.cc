// Linux: files. Man pages: fallocate(2), ftruncate(2), statfs(2), cachestat(2),
// and fcntl(2) on open file description locks.

#include "platform.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace mmap_io::platform {

namespace {

constexpr long kSysCachestat = 451;  // older headers do not name it

int Result(int status) { return status == 0 ? 0 : errno; }

int Fallocate(int fd, int mode, uint64_t offset, uint64_t length) {
  int status;
  do {
    status = fallocate(fd, mode, static_cast<off_t>(offset), static_cast<off_t>(length));
  } while (status != 0 && errno == EINTR);
  return Result(status);
}

// For file systems without fallocate: zeros, always from the present end on.
int WriteZeros(int fd, uint64_t size) {
  static const char zeros[64 << 10] = {};
  for (;;) {
    uint64_t end;
    if (const int error = FileSize(fd, &end)) return error;
    if (end >= size) return 0;
    const size_t part = static_cast<size_t>(std::min<uint64_t>(sizeof zeros, size - end));
    if (pwrite(fd, zeros, part, static_cast<off_t>(end)) < 0 && errno != EINTR) return errno;
  }
}

// Blocks first, behind the end, where nobody sees them; then the size.
int ExtendWithBlocks(int fd, uint64_t end, uint64_t size) {
  int error = Fallocate(fd, FALLOC_FL_KEEP_SIZE, end, size - end);
  if (error == 0) error = Fallocate(fd, 0, end, size - end);
  if (error == EOPNOTSUPP) return WriteZeros(fd, size);
  if (error != 0 && FileSize(fd, &end) == 0) Truncate(fd, end);  // the blocks go back
  return error;
}

struct flock LockOf(uint64_t byte, ByteLock kind) {
  struct flock lock = {};
  lock.l_type = kind == ByteLock::kNone ? F_UNLCK : kind == ByteLock::kShared ? F_RDLCK : F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte);
  lock.l_len = 1;
  return lock;
}

}  // namespace

int DuplicateFile(int fd, int* out) {
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return errno;
  *out = copy;
  return 0;
}

// Linux closes the descriptor whatever close(2) returns; an error here tells of
// writes that fsync(2) reports, and this package writes through mappings.
void CloseFile(int fd) { close(fd); }

int FileSize(int fd, uint64_t* out) {
  struct stat status;
  if (fstat(fd, &status) != 0) return errno;
  *out = static_cast<uint64_t>(status.st_size);
  return 0;
}

int Truncate(int fd, uint64_t size) {
  if (size > INT64_MAX) return EFBIG;
  int status;
  do {
    status = ftruncate(fd, static_cast<off_t>(size));
  } while (status != 0 && errno == EINTR);
  return Result(status);
}

int Extend(int fd, uint64_t size, bool sparse) {
  if (size > INT64_MAX) return EFBIG;
  uint64_t end;
  if (const int error = FileSize(fd, &end)) return error;
  if (end >= size) return 0;
  if (!sparse) return ExtendWithBlocks(fd, end, size);
  const int error = Fallocate(fd, 0, size - 1, 1);
  return error == EOPNOTSUPP ? Truncate(fd, size) : error;
}

int CacheStat(int fd, uint64_t offset, uint64_t length, CacheStatistics* out) {
  struct { uint64_t offset, length; } range = {offset, length};
  return Result(static_cast<int>(syscall(kSysCachestat, fd, &range, out, 0)));
}

int Allocate(int fd, uint64_t offset, uint64_t length) {
  const int error = Fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, length);
  return error == EOPNOTSUPP ? 0 : error;  // where blocks cannot be given back, none are missing
}

int PunchHole(int fd, uint64_t offset, uint64_t length) {
  return Fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
}

int FileSystemType(int fd, uint64_t* out) {
  struct statfs file_system;
  if (fstatfs(fd, &file_system) != 0) return errno;
  *out = static_cast<uint32_t>(file_system.f_type);
  return 0;
}

int LockByte(int fd, uint64_t byte, ByteLock kind) {
  struct flock lock = LockOf(byte, kind);
  if (fcntl(fd, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES ? EAGAIN : errno;
}

int TestByte(int fd, uint64_t byte, ByteLock kind, bool* refused) {
  struct flock lock = LockOf(byte, kind);
  if (fcntl(fd, F_OFD_GETLK, &lock) != 0) return errno;
  *refused = lock.l_type != F_UNLCK;
  return 0;
}

int UnlockAllBytes(int fd) {
  struct flock lock = LockOf(0, ByteLock::kNone);
  lock.l_len = 0;  // to the end
  return Result(fcntl(fd, F_OFD_SETLK, &lock));
}

}  // namespace mmap_io::platform
