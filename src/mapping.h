// One mapping: a span of address space, who can still reach it, and what the
// fault guard must know of it.
//
// Mappings live in a table that is never freed, so that a signal handler may
// read it at any moment. Everybody else names a mapping by its id (slot and
// generation in one number), which any thread may hold and post to another: an
// id that outlived its mapping is noticed, never misread.
//
// Lifetime
// (1) The span stays mapped while a handle owns the mapping, a JavaScript
//     buffer can reach it, or a call works on it.
// (2) Close() ends it at once: unmapped if nobody can reach it any more,
//     otherwise covered with memory that faults, until the last one is gone.
// (3) A detached buffer cannot reach the span, but its finalizer is still to
//     come; the slot is reused only after all of them have run.
// (4) The span leaves the table before it is unmapped, so no address is ever in
//     the table twice. Memory that the runtime lent may be gone before we hear
//     of it: then the old mapping leaves the table when another comes to lie there.
// (5) An environment that ends gives up what it owns, whether or not its
//     runtime finalizes its objects then (Bun and Deno do not).

#ifndef MMAP_IO_MAPPING_H_
#define MMAP_IO_MAPPING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "platform.h"

namespace mmap_io {

// What became of a mapping; also the positive results of the addon's calls.
enum class Condition : uint32_t {
  kOpen = 0,
  kClosed = 1,
  kTruncated = 2,
  kReadOnly = 3,  // a store was refused
  kNoAccess = 4,  // a load was refused
  kHardware = 5,
};

using MappingId = uint64_t;
constexpr MappingId kNoMapping = 0;

class Mapping {
 public:
  // Who unmaps the span: we, or the runtime whose memory we were lent.
  enum class SpanOwner { kUs, kRuntime };

  // Takes over `span`, and `fd` if it is not -1. The caller holds the first
  // ownership. kNoMapping when the table is full: nothing was taken over.
  // `reach`: see SetReach().
  static MappingId Register(platform::Span span, size_t reach, size_t granule, int protection, int fd, SpanOwner owner);

  // Null when the id outlived its mapping. Only for who knows that it cannot end meanwhile.
  static Mapping* Get(MappingId id);

  // The mapping that contains an address, or kNoMapping.
  static MappingId Find(const uint8_t* address);

  // The number of spans that are mapped now.
  static size_t Count();

  static void ReleaseOwner(MappingId id);
  // Gives up what an environment owns; `environment` is only compared.
  static void ReleaseOwnedBy(const void* environment);
  static void Close(MappingId id);

  platform::Span span() const { return {base_.load(std::memory_order_relaxed), length_.load(std::memory_order_relaxed)}; }
  size_t granule() const { return granule_; }
  int fd() const { return fd_; }
  MappingId id() const { return id_.load(std::memory_order_relaxed); }
  Condition condition() const;
  // Offset from the start of the span, once a fault was met.
  uint64_t fault_offset() const { return fault_offset_.load(std::memory_order_relaxed); }

  // The part of the span, from its start, that has pages; the rest is room to grow.
  void SetReach(size_t length) { reach_.store(length, std::memory_order_relaxed); }
  platform::Span reach() const { return {base_.load(std::memory_order_relaxed), reach_.load(std::memory_order_relaxed)}; }

  // Its protection was changed in parts: pages of one mapping may differ now.
  void MarkMixedProtection() { uniform_protection_.store(false, std::memory_order_relaxed); }

  // Several processes keep a structure in it: after a fault no store may reach
  // the file any more, and what its descriptor holds locked is let go.
  void MarkStructure() { structure_.store(true, std::memory_order_relaxed); }
  bool is_structure() const { return structure_.load(std::memory_order_relaxed); }

  // Says whose the first ownership is.
  void BelongTo(const void* environment);

  // Buffers that JavaScript reaches the span by.
  void Attach();
  // Announces that a buffer is about to be detached; its Finalized() comes later.
  void BeginDetach();
  void CancelDetach();
  static void Finalized(Mapping* mapping);

  // The runtime took the memory back that it had lent.
  static void Forget(MappingId id);

  // For the fault guard; all but TakeFault are async-signal-safe.

  // The mapping in use that contains an address, or null.
  static Mapping* FindInHandler(const uint8_t* address);
  // True for the first fault: that one is told of, later ones follow from it.
  bool MarkFault(const uint8_t* address, Condition kind);
  // True when every page has the protection that it was mapped with, and that forbids stores.
  bool UniformlyReadOnly() const;
  // True for the first call.
  bool TakeAway() { return !taken_away_.exchange(true, std::memory_order_relaxed); }
  uint32_t CountRepair() { return repairs_.fetch_add(1, std::memory_order_relaxed); }
  // Visits every mapping with a fault that was marked since the last visit.
  static void TakeFaults(void (*visit)(MappingId id, Condition kind, uint64_t offset));

 private:
  friend class MappingPin;
  struct Leftover;

  Leftover Settle();
  static void EndLentUnder(platform::Span span);
  bool Contains(const uint8_t* address) const;
  bool Overlaps(platform::Span other) const { return span().base < other.end() && other.base < span().end(); }

  // Read by signal handlers. `version_` is odd while the span changes hands.
  std::atomic<uint32_t> version_{1};
  std::atomic<uint8_t*> base_{nullptr};
  std::atomic<size_t> length_{0};
  std::atomic<size_t> reach_{0};
  std::atomic<bool> closed_{false};
  std::atomic<bool> read_only_{false};
  std::atomic<bool> uniform_protection_{true};
  std::atomic<bool> structure_{false};
  std::atomic<bool> taken_away_{false};
  std::atomic<uint32_t> repairs_{0};
  std::atomic<Condition> fault_{Condition::kOpen};
  std::atomic<uint64_t> fault_offset_{0};
  std::atomic<bool> fault_unreported_{false};

  // Written when registered, constant until the slot is free again.
  size_t granule_ = 0;
  int fd_ = -1;
  SpanOwner span_owner_ = SpanOwner::kUs;
  std::atomic<MappingId> id_{kNoMapping};

  // Guarded by the table's mutex.
  bool mapped_ = false;                // the span is ours to unmap
  int owners_ = 0;
  const void* environment_ = nullptr;  // the owner's
  int attached_ = 0;                   // buffers that reach the span
  int detaching_ = 0;                  // buffers that no longer do, not yet finalized
  int pins_ = 0;                       // calls at work
};

// Holds a mapping in place for the length of a call.
class MappingPin {
 public:
  enum class Accept { kOpenOnly, kBroken };

  // With kBroken, a mapping that met a fault is accepted as well; a closed one never is.
  explicit MappingPin(MappingId id, Accept accept = Accept::kOpenOnly);
  ~MappingPin() { Release(); }
  MappingPin(const MappingPin&) = delete;
  MappingPin& operator=(const MappingPin&) = delete;

  // Lets the mapping go before the call ends.
  void Release();

  // kOpen when the mapping may be used. A pin that failed has no mapping.
  Condition refused() const { return refused_; }
  explicit operator bool() const { return mapping_ != nullptr; }
  Mapping* operator->() const { return mapping_; }
  Mapping& operator*() const { return *mapping_; }

  // The part [at, at + length) of the span; empty base when it does not fit.
  platform::Span Part(uint64_t at, uint64_t length) const;

 private:
  Mapping* mapping_ = nullptr;
  Condition refused_ = Condition::kClosed;
};

}  // namespace mmap_io

#endif  // MMAP_IO_MAPPING_H_
