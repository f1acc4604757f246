// Linux: mapping and advice. Man pages: mmap(2), mremap(2), madvise(2),
// msync(2), mincore(2), mlock(2).

#include "platform.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace mmap_io::platform {

namespace {

// Kernel numbers that older headers do not name yet; they never change.
constexpr int kMapHugeShift = 26;
constexpr int kMapHugeMask = 0x3f;
constexpr int kMapFixedNoReplace = 0x100000;
constexpr int kMadvPopulateRead = 22;
constexpr int kMadvPopulateWrite = 23;
constexpr unsigned kMlockOnFault = 1;

int Result(int status) { return status == 0 ? 0 : errno; }

size_t RoundUp(size_t length, size_t granule) {
  const size_t rest = length % granule;
  return rest == 0 ? length : length + (granule - rest);
}

// The size in /proc/meminfo's line "Hugepagesize:     2048 kB".
size_t DefaultHugePageSize() {
  size_t kilobytes = 0;
  if (FILE* meminfo = fopen("/proc/meminfo", "re")) {
    char line[128];
    while (kilobytes == 0 && fgets(line, sizeof line, meminfo) != nullptr) {
      if (sscanf(line, "Hugepagesize: %zu kB", &kilobytes) != 1) kilobytes = 0;
    }
    fclose(meminfo);
  }
  return kilobytes == 0 ? size_t{2} << 20 : kilobytes << 10;
}

// Files on hugetlbfs, and of memfd_create(2) with MFD_HUGETLB, have a unit of
// their own, whatever the flags say.
size_t GranuleOf(int flags, int fd) {
  struct statfs file_system;
  if ((flags & MAP_ANONYMOUS) == 0 && fstatfs(fd, &file_system) == 0) {
    return file_system.f_type == HUGETLBFS_MAGIC ? static_cast<size_t>(file_system.f_bsize) : PageSize();
  }
  if ((flags & MAP_HUGETLB) == 0) return PageSize();
  const int log2 = (flags >> kMapHugeShift) & kMapHugeMask;
  return log2 != 0 ? size_t{1} << log2 : DefaultHugePageSize();
}

int CoverWithAnonymous(Span where, int protection) {
  void* at = mmap(where.base, where.length, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? errno : 0;
}

void CopyReadablePages(Span from, uint8_t* to) {
  const size_t page = PageSize();
  for (size_t at = 0; at < from.length; at += page) {
    if (Probe({from.base + at, page}) != Readable::kNo) memcpy(to + at, from.base + at, page);
  }
}

// Reads one byte of every page, for kernels without MADV_POPULATE_*. A page
// that cannot be read is the fault guard's business, as for any other reader.
void TouchEveryPage(Span span) {
  const size_t page = PageSize();
  for (size_t at = 0; at < span.length; at += page) {
    static_cast<void>(*static_cast<volatile uint8_t*>(span.base + at));
  }
}

}  // namespace

size_t PageSize() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

int Map(size_t length, int protection, int flags, int fd, uint64_t offset, Span* out, size_t* granule) {
  // MAP_GROWSDOWN would grow past the span that we know of.
  if ((flags & (MAP_FIXED | kMapFixedNoReplace | MAP_GROWSDOWN)) != 0) return EINVAL;
  if (length > PTRDIFF_MAX) return ENOMEM;
  if (offset > INT64_MAX) return EINVAL;
  *granule = GranuleOf(flags, fd);
  void* base = mmap(nullptr, length, protection, flags, fd, static_cast<off_t>(offset));
  if (base == MAP_FAILED) return errno;
  *out = {static_cast<uint8_t*>(base), RoundUp(length, *granule)};
  return 0;
}

int Reserve(size_t length, Span* out) {
  if (length > PTRDIFF_MAX) return ENOMEM;
  void* base = mmap(nullptr, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return errno;
  *out = {static_cast<uint8_t*>(base), RoundUp(length, PageSize())};
  return 0;
}

int Place(Span where, int protection, int flags, int fd, uint64_t offset) {
  void* at = mmap(where.base, where.length, protection, flags | MAP_FIXED, fd, static_cast<off_t>(offset));
  return at == MAP_FAILED ? errno : 0;
}

int PlacePrivateImage(Span where, int fd, uint64_t offset) {
  struct stat status;
  const uint64_t size = fstat(fd, &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
  const uint64_t there = size > offset ? std::min<uint64_t>(RoundUp(static_cast<size_t>(size - offset), PageSize()), where.length) : 0;
  const Span image{where.base, static_cast<size_t>(there)};
  const Span rest{where.base + there, static_cast<size_t>(where.length - there)};
  if (image.length > 0) {
    if (const int error = Place(image, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, offset)) return error;
  }
  // To be read only, as writable memory counts against limits: who stores there meets the guard again.
  return rest.length > 0 ? CoverWithAnonymous(rest, PROT_READ) : 0;
}

int CoverWithZeros(Span where) { return CoverWithAnonymous(where, PROT_READ | PROT_WRITE); }

int CoverWithReadableZeros(Span where) { return CoverWithAnonymous(where, PROT_READ); }

// Without room for one more piece of address space, what is there can still be closed off.
int CoverWithNothing(Span where) {
  const int error = CoverWithAnonymous(where, PROT_NONE);
  return error == 0 ? 0 : Protect(where, PROT_NONE);
}

int CoverWithCopy(Span where) {
  void* copy = mmap(nullptr, where.length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (copy == MAP_FAILED) return errno;
  // What cannot be read (guard pages, pages past the end) stays zero in the copy.
  if (mprotect(where.base, where.length, PROT_READ) == 0) CopyReadablePages(where, static_cast<uint8_t*>(copy));
  if (mremap(copy, where.length, where.length, MREMAP_MAYMOVE | MREMAP_FIXED, where.base) == MAP_FAILED) {
    const int error = errno;
    munmap(copy, where.length);
    return error;
  }
  return 0;
}

int Unmap(Span span) { return Result(munmap(span.base, span.length)); }

int Protect(Span span, int protection) { return Result(mprotect(span.base, span.length, protection)); }

int Advise(Span span, int advice) { return Result(madvise(span.base, span.length, advice)); }

// madvise(2) checks the advice before it looks at the (here empty) range.
int ProbeAdvice(int advice) {
  alignas(4096) static uint8_t anywhere[1];
  return Result(madvise(reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(anywhere) / PageSize() * PageSize()), 0, advice));
}

int Sync(Span span, int flags) { return Result(msync(span.base, span.length, flags)); }

int Residency(Span span, uint8_t* pages) { return Result(mincore(span.base, span.length, pages)); }

int Lock(Span span, bool on_fault) {
  if (!on_fault) return Result(mlock(span.base, span.length));
  return Result(static_cast<int>(syscall(SYS_mlock2, span.base, span.length, kMlockOnFault)));
}

int Unlock(Span span) { return Result(munlock(span.base, span.length)); }

int Populate(Span span, bool write) {
  const int advice = write ? kMadvPopulateWrite : kMadvPopulateRead;
  int error;
  do {
    error = Advise(span, advice);
  } while (error == EINTR || error == EAGAIN);
  if (error == EINVAL && ProbeAdvice(advice) != 0) {
    TouchEveryPage(span);
    return 0;
  }
  return error;
}

Readable Probe(Span page) {
  if (madvise(page.base, page.length, kMadvPopulateRead) == 0) return Readable::kYes;
  return errno == EFAULT || errno == ENOMEM ? Readable::kNo : Readable::kUnknown;
}

bool AnyResident(Span span) {
  constexpr size_t kPagesPerCall = 1024;
  constexpr size_t kMostCalls = 1024;  // 4 GiB of pages of 4 KiB
  unsigned char pages[kPagesPerCall];
  const size_t step = kPagesPerCall * PageSize();
  for (size_t call = 0, at = 0; call < kMostCalls && at < span.length; ++call, at += step) {
    const size_t length = std::min(step, span.length - at);
    if (mincore(span.base + at, length, pages) != 0) return false;
    for (size_t page = 0; page * PageSize() < length; ++page) {
      if ((pages[page] & 1) != 0) return true;
    }
  }
  return false;
}

bool AddressSpaceIsLimited() {
  struct rlimit limit;
  return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

void* RuntimeSymbol(const char* name) { return dlsym(RTLD_DEFAULT, name); }

// Linked with -z nodelete as well; this one also serves builds that were not.
bool PinLibrary() {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&PinLibrary), &self) == 0) return false;
  return dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
}

}  // namespace mmap_io::platform
