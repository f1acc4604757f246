// The operating system, as this package sees it. One set of platform_<os>*.cc
// files per system defines all of it; no other file includes a system header.
//
// Every function that can fail returns 0 or an errno value of the POSIX
// vocabulary (a port translates its own codes): nothing here throws, logs or
// allocates on behalf of JavaScript. A span handed to one of these functions
// was checked by the caller to lie inside one mapping.

#ifndef MMAP_IO_PLATFORM_H_
#define MMAP_IO_PLATFORM_H_

#include <cstddef>
#include <cstdint>

namespace mmap_io::platform {

struct Span {
  uint8_t* base = nullptr;
  size_t length = 0;  // bytes

  uint8_t* end() const { return base + length; }
};

// ---- sizes and names --------------------------------------------------------

struct Constant {
  const char* name;  // as the system spells it: "MAP_SHARED"
  int64_t value;
};

size_t PageSize();
// The table ends with a null name.
const Constant* Constants();

// ---- mapping ----------------------------------------------------------------

// mmap(2) without an address hint. `granule` receives the unit in which the
// kernel maps, faults and unmaps this span: the page size, or the size of a huge page.
// Flags that place or move a mapping by address (MAP_FIXED and the like) are EINVAL.
int Map(size_t length, int protection, int flags, int fd, uint64_t offset, Span* out, size_t* granule);
// Takes address space without memory behind it; any access faults.
int Reserve(size_t length, Span* out);
// Puts pages of a file over a part of a reserved or mapped span.
int Place(Span where, int protection, int flags, int fd, uint64_t offset);
// Puts a private, writable image of a file over `where`, and zeros to be read
// where the file has ended: no store reaches the file any more. Async-signal-safe.
int PlacePrivateImage(Span where, int fd, uint64_t offset);
// Puts zero-filled private memory over `where`. Async-signal-safe.
int CoverWithZeros(Span where);
// The same, to be read only: it counts against no limit. Async-signal-safe.
int CoverWithReadableZeros(Span where);
// Puts memory over `where` that faults at any access. Async-signal-safe.
int CoverWithNothing(Span where);
// Replaces the pages of `where` by private, writable copies of what they
// hold, in one step for other threads. Async-signal-safe.
int CoverWithCopy(Span where);
int Unmap(Span span);

// ---- what can be asked of mapped pages ---------------------------------------

enum class Readable { kYes, kNo, kUnknown };

int Protect(Span span, int protection);
int Advise(Span span, int advice);
// 0 when the running kernel knows this advice, whatever memory it is given for.
int ProbeAdvice(int advice);
int Sync(Span span, int flags);
// One byte per page; bit 0 says "in memory". ENOSYS where the system cannot tell.
int Residency(Span span, uint8_t* pages);
int Lock(Span span, bool on_fault);
int Unlock(Span span);
// Brings the pages in, for reading or (write) ready to be written. Blocks.
int Populate(Span span, bool write);
// Whether a page can be brought in at all. Async-signal-safe.
Readable Probe(Span page);
// Whether a page of `span` is in memory, as far as that can be found out soon. Async-signal-safe.
bool AnyResident(Span span);

// ---- files -------------------------------------------------------------------

struct CacheStatistics {
  uint64_t cached, dirty, writeback, evicted, recently_evicted;  // pages
};

// The duplicate is closed on exec.
int DuplicateFile(int fd, int* out);
void CloseFile(int fd);
// Bytes.
int FileSize(int fd, uint64_t* out);
// Cuts the file, or extends it by a hole.
int Truncate(int fd, uint64_t size);
// Makes the file at least `size` bytes long: with blocks that really exist, or
// (sparse) with a hole. Never shortens it, nor writes to what it has: other
// processes may be appending.
int Extend(int fd, uint64_t size, bool sparse);
int CacheStat(int fd, uint64_t offset, uint64_t length, CacheStatistics* out);
// Gives blocks to a part of the file that it may lack; the size stays.
int Allocate(int fd, uint64_t offset, uint64_t length);
// Gives the blocks of a part of the file back; it reads as zeros.
int PunchHole(int fd, uint64_t offset, uint64_t length);
// What kind of file system the file is on, as statfs(2) numbers them.
int FileSystemType(int fd, uint64_t* out);

// ---- locks on bytes ------------------------------------------------------------
//
// They belong to an open file description, and the kernel drops them when it
// is closed: at the latest when the process ends, however it ends. One
// description does not see its own locks.

enum class ByteLock { kNone, kShared, kExclusive };

// Never waits: EAGAIN when another description holds a lock that conflicts.
int LockByte(int fd, uint64_t byte, ByteLock kind);
// Whether another description's lock would refuse this one.
int TestByte(int fd, uint64_t byte, ByteLock kind, bool* refused);
// Drops every lock that the description holds. Async-signal-safe.
int UnlockAllBytes(int fd);

// ---- words that threads sleep on ------------------------------------------------
//
// Memory may be shared with other processes, which see it at other addresses.
// A word that is no longer mapped is EFAULT.

// Sleeps until the word is woken or the time is over: 0, ETIMEDOUT, EINTR, or EAGAIN when it does not hold `expected`.
int WaitOnWord(uint32_t* word, uint32_t expected, uint64_t nanoseconds);
// As WaitOnWord, on any of some words, up to kMaxWordsPerWait. ENOSYS where the system cannot (Linux before 5.16).
struct WordWait {
  uint32_t* word;
  uint32_t expected;
};
constexpr size_t kMaxWordsPerWait = 128;
int WaitOnAnyWord(const WordWait* waits, size_t count, uint64_t nanoseconds);
// The number of threads woken, or a negated errno value.
int WakeWord(uint32_t* word, int count);
void Sleep(uint64_t nanoseconds);
// Nanoseconds since some moment; never back.
uint64_t Now();

// ---- who is who --------------------------------------------------------------------

// A thread of this machine. Numbers are those of its pid namespace.
struct ThreadIdentity {
  uint32_t pid, tid;
  uint64_t start;           // clock ticks since boot
  uint32_t pid_namespace;
};

int ThisThread(ThreadIdentity* out);
// Whether that thread is past its last instruction, though the system still works on its end.
// False also where that cannot be known: in another pid namespace, or when it is gone already.
bool IsEnding(const ThreadIdentity& thread);

// ---- the running program -------------------------------------------------------

// Starts a thread that meets none of the process's signals, but for its own faults.
int StartThread(void* (*run)(void*), void* argument);

// Whether address space is rationed (`ulimit -v`), and room to grow is better left to others.
bool AddressSpaceIsLimited();

// Finds a symbol that the runtime exports, or null.
void* RuntimeSymbol(const char* name);
// Runtimes unload an addon when the last thread that loaded it ends, while
// buffers made by it live on in other threads. After this they cannot.
bool PinLibrary();

// ---- memory faults ---------------------------------------------------------------

enum class Access {
  kBeyondFile,  // no page of the file is there: truncated, I/O error, disk full
  kWrite,       // a store that the protection forbids
  kRead,        // a load that the protection forbids
  kHardware,    // the memory itself is broken
};

// Called on the faulting thread, in signal context: async-signal-safe code
// only. True: the access can be retried. False: the fault is not ours and goes
// to whoever handled it before.
using FaultRepair = bool (*)(uint8_t* address, Access access);

// Makes AnnounceFault and WaitForFault usable. Called once.
int PrepareFaultAnnouncements();
// Puts `repair` in front of the process's other handlers, unless it is there.
int PutFaultHandlersInFront(FaultRepair repair);
// Wakes WaitForFault. Async-signal-safe.
void AnnounceFault();
// Sleeps until AnnounceFault.
void WaitForFault();

}  // namespace mmap_io::platform

#endif  // MMAP_IO_PLATFORM_H_
