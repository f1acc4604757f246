#include "mapping.h"

#include <mutex>
#include <vector>

#include "mapping_table.h"

namespace mmap_io {

namespace {

using Lock = std::lock_guard<std::mutex>;

constexpr int kNoFile = -1;

MappingTable& Table() { return MappingTable::Instance(); }

}  // namespace

// What is to be done after the mutex was left.
struct Mapping::Leftover {
  platform::Span unmap;
  int fd = kNoFile;

  void Finish() const {
    if (unmap.base != nullptr) platform::Unmap(unmap);
    if (fd != kNoFile) platform::CloseFile(fd);
  }
};

// Ends what nobody needs any more: the span, then the slot. The mutex is held.
Mapping::Leftover Mapping::Settle() {
  Leftover left;
  const bool ended = owners_ == 0 || closed_.load(std::memory_order_relaxed);
  if (mapped_ && ended) {  // nobody is left to resize the file
    left.fd = fd_;
    fd_ = kNoFile;
  }
  if (attached_ > 0 || pins_ > 0) return left;
  if (mapped_ && ended) {
    if (span_owner_ == SpanOwner::kUs) left.unmap = span();
    if (span_owner_ == SpanOwner::kRuntime) --Table().lent;
    mapped_ = false;
    --Table().mapped;
    version_.fetch_add(1, std::memory_order_relaxed);  // odd: out of the table
    // Keeps what the next owner of the slot writes behind the version; pairs with the fence in Contains().
    std::atomic_thread_fence(std::memory_order_release);
  }
  if (!mapped_ && owners_ == 0 && detaching_ == 0) {
    Table().GiveBack(id());
    id_.store(kNoMapping, std::memory_order_relaxed);
  }
  return left;
}

// Whoever had this address space before has it no longer: the runtime took back what it had lent, and the
// thread that was to hear of it has not yet, or has ended.
void Mapping::EndLentUnder(platform::Span span) {
  std::vector<Leftover> left;
  {
    Lock lock(Table().mutex);
    Table().ForEach([&](Mapping& mapping) {
      if (Table().lent == 0) return false;
      if (!mapping.mapped_ || mapping.span_owner_ != SpanOwner::kRuntime || !mapping.Overlaps(span)) return true;
      mapping.closed_.store(true, std::memory_order_release);
      mapping.attached_ = 0;
      left.push_back(mapping.Settle());
      return true;
    });
  }
  for (const Leftover& one : left) one.Finish();
}

MappingId Mapping::Register(platform::Span span, size_t reach, size_t granule, int protection, int fd, SpanOwner owner) {
  constexpr int kWritable = 2;  // PROT_WRITE, on every system that has the word
  EndLentUnder(span);
  Lock lock(Table().mutex);
  MappingId id;
  Mapping* slot = Table().Take(&id);
  if (slot == nullptr) return kNoMapping;
  Mapping& mapping = *slot;
  mapping.granule_ = granule;
  mapping.fd_ = fd;
  mapping.span_owner_ = owner;
  mapping.id_.store(id, std::memory_order_relaxed);
  mapping.mapped_ = true;
  mapping.owners_ = 1;
  mapping.environment_ = nullptr;
  mapping.base_.store(span.base, std::memory_order_relaxed);
  mapping.length_.store(span.length, std::memory_order_relaxed);
  mapping.reach_.store(reach, std::memory_order_relaxed);
  mapping.closed_.store(false, std::memory_order_relaxed);
  mapping.read_only_.store((protection & kWritable) == 0, std::memory_order_relaxed);
  mapping.uniform_protection_.store(true, std::memory_order_relaxed);
  mapping.structure_.store(false, std::memory_order_relaxed);
  mapping.taken_away_.store(false, std::memory_order_relaxed);
  mapping.repairs_.store(0, std::memory_order_relaxed);
  mapping.fault_.store(Condition::kOpen, std::memory_order_relaxed);
  mapping.fault_unreported_.store(false, std::memory_order_relaxed);
  mapping.version_.fetch_add(1, std::memory_order_release);  // even: in the table
  ++Table().mapped;
  if (owner == SpanOwner::kRuntime) ++Table().lent;
  return id;
}

Mapping* Mapping::Get(MappingId id) { return Table().Find(id); }

MappingId Mapping::Find(const uint8_t* address) {
  Lock lock(Table().mutex);
  const Mapping* found = FindInHandler(address);
  return found == nullptr ? kNoMapping : found->id();
}

size_t Mapping::Count() {
  Lock lock(Table().mutex);
  return Table().mapped;
}

void Mapping::ReleaseOwner(MappingId id) {
  Mapping::Leftover left;
  {
    Lock lock(Table().mutex);
    Mapping* mapping = Table().Find(id);
    if (mapping == nullptr || mapping->owners_ == 0) return;
    --mapping->owners_;
    left = mapping->Settle();
  }
  left.Finish();
}

void Mapping::ReleaseOwnedBy(const void* environment) {
  Table().ForEach([&](Mapping& mapping) {
    MappingId id = kNoMapping;
    {
      Lock lock(Table().mutex);
      if (mapping.owners_ > 0 && mapping.environment_ == environment) id = mapping.id();
    }
    ReleaseOwner(id);
    return true;
  });
}

void Mapping::BelongTo(const void* environment) {
  Lock lock(Table().mutex);
  environment_ = environment;
}

void Mapping::Close(MappingId id) {
  Mapping::Leftover left;
  {
    Lock lock(Table().mutex);
    Mapping* mapping = Table().Find(id);
    if (mapping == nullptr || mapping->closed_.load(std::memory_order_relaxed)) return;
    mapping->closed_.store(true, std::memory_order_release);
    left = mapping->Settle();
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
  Lock lock(Table().mutex);
  ++attached_;
}

void Mapping::BeginDetach() {
  Lock lock(Table().mutex);
  --attached_;
  ++detaching_;
}

void Mapping::CancelDetach() {
  Lock lock(Table().mutex);
  ++attached_;
  --detaching_;
}

// Any buffer may stand for any other here: what counts is how many are left.
void Mapping::Finalized(Mapping* mapping) {
  Mapping::Leftover left;
  {
    Lock lock(Table().mutex);
    if (mapping->detaching_ > 0) {
      --mapping->detaching_;
    } else {
      --mapping->attached_;
    }
    left = mapping->Settle();
  }
  left.Finish();
}

void Mapping::Forget(MappingId id) {
  Mapping::Leftover left;
  {
    Lock lock(Table().mutex);
    Mapping* mapping = Table().Find(id);
    if (mapping == nullptr || mapping->attached_ == 0) return;
    --mapping->attached_;
    left = mapping->Settle();
  }
  left.Finish();
}

MappingPin::MappingPin(MappingId id, Accept accept) {
  Lock lock(Table().mutex);
  Mapping* mapping = Table().Find(id);
  if (mapping == nullptr || !mapping->mapped_) return;
  refused_ = mapping->condition();
  if (refused_ == Condition::kClosed || (refused_ != Condition::kOpen && accept == Accept::kOpenOnly)) return;
  ++mapping->pins_;
  mapping_ = mapping;
}

void MappingPin::Release() {
  if (mapping_ == nullptr) return;
  Mapping::Leftover left;
  {
    Lock lock(Table().mutex);
    --mapping_->pins_;
    left = mapping_->Settle();
  }
  left.Finish();
  mapping_ = nullptr;
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
  Mapping* found = nullptr;
  Table().ForEach([&](Mapping& mapping) {
    if (mapping.Contains(address)) found = &mapping;
    return found == nullptr;
  });
  return found;
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
  Lock lock(Table().mutex);
  Table().ForEach([&](Mapping& mapping) {
    if (mapping.fault_unreported_.exchange(false, std::memory_order_acquire) && mapping.mapped_) {
      visit(mapping.id(), mapping.fault_.load(std::memory_order_relaxed), mapping.fault_offset());
    }
    return true;
  });
}

}  // namespace mmap_io
