#include "mapping_table.h"

#include <new>

namespace mmap_io {

namespace {

// An id is a generation and a slot, and small enough for a JavaScript number.
constexpr uint32_t kSlotBits = 18;
constexpr uint64_t kSlotMask = (uint64_t{1} << kSlotBits) - 1;

uint32_t SlotOf(MappingId id) { return static_cast<uint32_t>(id & kSlotMask); }

}  // namespace

MappingTable& MappingTable::Instance() {
  static MappingTable* table = new MappingTable;
  return *table;
}

Mapping* MappingTable::Take(MappingId* id) {
  static_assert(uint64_t{kSlotsPerChunk} * kMaxChunks <= kSlotMask + 1, "a slot number fits its bits");
  uint32_t slot;
  if (!free_slots_.empty()) {
    slot = free_slots_.back();
    free_slots_.pop_back();
  } else if (!AddSlot(&slot)) {
    return nullptr;
  }
  *id = (next_generation_++ << kSlotBits) | slot;
  return &At(slot);
}

bool MappingTable::AddSlot(uint32_t* slot) {
  const uint32_t next = used_slots_.load(std::memory_order_relaxed);
  if (next == kSlotsPerChunk * kMaxChunks) return false;
  if (next % kSlotsPerChunk == 0) {
    Chunk* chunk = new (std::nothrow) Chunk;
    if (chunk == nullptr) return false;
    chunks_[next / kSlotsPerChunk].store(chunk, std::memory_order_release);
  }
  used_slots_.store(next + 1, std::memory_order_release);
  *slot = next;
  return true;
}

void MappingTable::GiveBack(MappingId id) { free_slots_.push_back(SlotOf(id)); }

Mapping* MappingTable::Find(MappingId id) const {
  const uint32_t slot = SlotOf(id);
  if (id == kNoMapping || slot >= used_slots_.load(std::memory_order_acquire)) return nullptr;
  Mapping& mapping = At(slot);
  return mapping.id() == id ? &mapping : nullptr;
}

}  // namespace mmap_io
