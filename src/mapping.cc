#include "mapping.h"

#include <mutex>
#include <new>
#include <vector>

namespace mmap_io {

namespace {

constexpr uint32_t kSlotsPerChunk = 512;
constexpr uint32_t kMaxChunks = 512;  // 262,144 mappings; Linux's own limit is 65,530
constexpr uint32_t kSlotBits = 18;
constexpr uint64_t kSlotMask = (uint64_t{1} << kSlotBits) - 1;
static_assert(uint64_t{kSlotsPerChunk} * kMaxChunks <= kSlotMask + 1, "a slot number fits its bits");

struct Chunk {
  Mapping slots[kSlotsPerChunk];
};

// Grows by chunks, shrinks never: what a signal handler finds stays readable.
std::atomic<Chunk*> g_chunks[kMaxChunks];
std::atomic<uint32_t> g_used_slots{0};

// A static that is never destroyed: finalizers may run while the process exits.
struct Bookkeeping {
  std::mutex mutex;
  std::vector<uint32_t> free_slots;
  uint64_t next_generation = 1;
  size_t mapped = 0;
};

Bookkeeping& Books() {
  static Bookkeeping* books = new Bookkeeping;
  return *books;
}

Mapping& SlotAt(uint32_t slot) { return g_chunks[slot / kSlotsPerChunk].load(std::memory_order_acquire)->slots[slot % kSlotsPerChunk]; }

uint32_t SlotOf(MappingId id) { return static_cast<uint32_t>(id & kSlotMask); }

Mapping* MappingOf(MappingId id) {
  const uint32_t slot = SlotOf(id);
  if (id == kNoMapping || slot >= g_used_slots.load(std::memory_order_acquire)) return nullptr;
  Mapping& mapping = SlotAt(slot);
  return mapping.id() == id ? &mapping : nullptr;
}

}  // namespace

// The changes that need the bookkeeping's mutex held by the caller.
class MappingTable {
 public:
  static bool TakeSlot(Bookkeeping& books, uint32_t* slot) {
    if (!books.free_slots.empty()) {
      *slot = books.free_slots.back();
      books.free_slots.pop_back();
      return true;
    }
    const uint32_t next = g_used_slots.load(std::memory_order_relaxed);
    if (next == kSlotsPerChunk * kMaxChunks) return false;
    if (next % kSlotsPerChunk == 0) {
      Chunk* chunk = new (std::nothrow) Chunk;
      if (chunk == nullptr) return false;
      g_chunks[next / kSlotsPerChunk].store(chunk, std::memory_order_release);
    }
    g_used_slots.store(next + 1, std::memory_order_release);
    *slot = next;
    return true;
  }

  // What is to be done after the mutex was left.
  struct Leftover {
    platform::Span unmap;
    int fd = -1;

    void Finish() const {
      if (unmap.base != nullptr) platform::Unmap(unmap);
      if (fd >= 0) platform::CloseFile(fd);
    }
  };

  // Ends what nobody needs any more: the span, then the slot.
  static Leftover Settle(Bookkeeping& books, Mapping& mapping) {
    Leftover left;
    if (mapping.Reachable()) return left;
    const bool closed = mapping.closed_.load(std::memory_order_relaxed);
    if (mapping.mapped_ && (closed || mapping.owners_ == 0)) {
      if (mapping.span_owner_ == Mapping::SpanOwner::kUs) left.unmap = mapping.span();
      left.fd = mapping.fd_;
      mapping.fd_ = -1;
      mapping.mapped_ = false;
      --books.mapped;
      mapping.version_.fetch_add(1, std::memory_order_release);  // odd: out of the table
    }
    if (!mapping.mapped_ && mapping.owners_ == 0 && mapping.detaching_ == 0) {
      books.free_slots.push_back(SlotOf(mapping.id()));
      mapping.id_ = kNoMapping;
    }
    return left;
  }
};

MappingId Mapping::Register(platform::Span span, size_t reach, size_t granule, int protection, int fd, SpanOwner owner) {
  constexpr int kWritable = 2;  // PROT_WRITE, on every system that has the word
  Bookkeeping& books = Books();
  std::lock_guard<std::mutex> lock(books.mutex);
  uint32_t slot;
  if (!MappingTable::TakeSlot(books, &slot)) return kNoMapping;
  Mapping& mapping = SlotAt(slot);
  mapping.granule_ = granule;
  mapping.fd_ = fd;
  mapping.span_owner_ = owner;
  mapping.id_ = (books.next_generation++ << kSlotBits) | slot;
  mapping.mapped_ = true;
  mapping.owners_ = 1;
  mapping.base_.store(span.base, std::memory_order_relaxed);
  mapping.length_.store(span.length, std::memory_order_relaxed);
  mapping.reach_.store(reach, std::memory_order_relaxed);
  mapping.closed_.store(false, std::memory_order_relaxed);
  mapping.read_only_.store((protection & kWritable) == 0, std::memory_order_relaxed);
  mapping.uniform_protection_.store(true, std::memory_order_relaxed);
  mapping.repairs_.store(0, std::memory_order_relaxed);
  mapping.fault_.store(Condition::kOpen, std::memory_order_relaxed);
  mapping.fault_unreported_.store(false, std::memory_order_relaxed);
  mapping.version_.fetch_add(1, std::memory_order_release);  // even: in the table
  ++books.mapped;
  return mapping.id();
}

Mapping* Mapping::Get(MappingId id) { return MappingOf(id); }

MappingId Mapping::Find(const uint8_t* address) {
  std::lock_guard<std::mutex> lock(Books().mutex);
  const uint32_t used = g_used_slots.load(std::memory_order_acquire);
  for (uint32_t slot = 0; slot < used; ++slot) {
    Mapping& mapping = SlotAt(slot);
    if (mapping.mapped_ && mapping.Contains(address)) return mapping.id();
  }
  return kNoMapping;
}

size_t Mapping::Count() {
  std::lock_guard<std::mutex> lock(Books().mutex);
  return Books().mapped;
}

void Mapping::ReleaseOwner(MappingId id) {
  MappingTable::Leftover left;
  {
    std::lock_guard<std::mutex> lock(Books().mutex);
    Mapping* mapping = MappingOf(id);
    if (mapping == nullptr || mapping->owners_ == 0) return;
    --mapping->owners_;
    left = MappingTable::Settle(Books(), *mapping);
  }
  left.Finish();
}

void Mapping::Close(MappingId id) {
  MappingTable::Leftover left;
  {
    std::lock_guard<std::mutex> lock(Books().mutex);
    Mapping* mapping = MappingOf(id);
    if (mapping == nullptr || mapping->closed_.load(std::memory_order_relaxed)) return;
    mapping->closed_.store(true, std::memory_order_release);
    left = MappingTable::Settle(Books(), *mapping);
    // Somebody still reaches it. Covered under the mutex, lest the last of them unmap it first.
    if (mapping->mapped_) platform::CoverWithNothing(mapping->span());
  }
  left.Finish();
}

Condition Mapping::condition() const {
  if (closed_.load(std::memory_order_acquire)) return Condition::kClosed;
  return fault_.load(std::memory_order_acquire);
}

void Mapping::Attach() {
  std::lock_guard<std::mutex> lock(Books().mutex);
  ++attached_;
}

void Mapping::BeginDetach() {
  std::lock_guard<std::mutex> lock(Books().mutex);
  --attached_;
  ++detaching_;
}

void Mapping::CancelDetach() {
  std::lock_guard<std::mutex> lock(Books().mutex);
  ++attached_;
  --detaching_;
}

// Any buffer may stand for any other here: what counts is how many are left.
void Mapping::Finalized(Mapping* mapping) {
  MappingTable::Leftover left;
  {
    std::lock_guard<std::mutex> lock(Books().mutex);
    if (mapping->detaching_ > 0) {
      --mapping->detaching_;
    } else {
      --mapping->attached_;
    }
    left = MappingTable::Settle(Books(), *mapping);
  }
  left.Finish();
}

MappingPin::MappingPin(MappingId id, Accept accept) {
  std::lock_guard<std::mutex> lock(Books().mutex);
  Mapping* mapping = MappingOf(id);
  if (mapping == nullptr || !mapping->mapped_) return;
  refused_ = mapping->condition();
  if (refused_ == Condition::kClosed || (refused_ != Condition::kOpen && accept == Accept::kOpenOnly)) return;
  ++mapping->pins_;
  mapping_ = mapping;
}

MappingPin::~MappingPin() {
  if (mapping_ == nullptr) return;
  MappingTable::Leftover left;
  {
    std::lock_guard<std::mutex> lock(Books().mutex);
    --mapping_->pins_;
    left = MappingTable::Settle(Books(), *mapping_);
  }
  left.Finish();
}

platform::Span MappingPin::Part(uint64_t at, uint64_t length) const {
  const platform::Span span = mapping_->span();
  if (at > span.length || length > span.length - at) return {};
  return {span.base + at, static_cast<size_t>(length)};
}

bool Mapping::Contains(const uint8_t* address) const {
  const uint32_t version = version_.load(std::memory_order_acquire);
  if ((version & 1) != 0) return false;
  const platform::Span held = span();
  std::atomic_thread_fence(std::memory_order_acquire);
  if (version_.load(std::memory_order_relaxed) != version) return false;
  return address >= held.base && address < held.end();
}

Mapping* Mapping::FindInHandler(const uint8_t* address) {
  const uint32_t used = g_used_slots.load(std::memory_order_acquire);
  for (uint32_t slot = 0; slot < used; ++slot) {
    Mapping& mapping = SlotAt(slot);
    if (mapping.Contains(address)) return &mapping;
  }
  return nullptr;
}

bool Mapping::MarkFault(const uint8_t* address, Condition kind) {
  Condition expected = Condition::kOpen;
  if (fault_.load(std::memory_order_relaxed) == expected) {
    fault_offset_.store(static_cast<uint64_t>(address - span().base), std::memory_order_relaxed);
  }
  if (!fault_.compare_exchange_strong(expected, kind, std::memory_order_release)) return false;
  fault_unreported_.store(true, std::memory_order_release);
  return true;
}

bool Mapping::UniformlyReadOnly() const {
  return read_only_.load(std::memory_order_relaxed) && uniform_protection_.load(std::memory_order_relaxed);
}

void Mapping::TakeFaults(void (*visit)(MappingId id, Condition kind, uint64_t offset)) {
  const uint32_t used = g_used_slots.load(std::memory_order_acquire);
  for (uint32_t slot = 0; slot < used; ++slot) {
    Mapping& mapping = SlotAt(slot);
    if (!mapping.fault_unreported_.exchange(false, std::memory_order_acquire)) continue;
    visit(mapping.id(), mapping.fault_.load(std::memory_order_relaxed), mapping.fault_offset());
  }
}

}  // namespace mmap_io
