// Where mappings live: slots that are taken, given back and taken again, and
// never freed, so that a signal handler may read them at any moment.

#ifndef MMAP_IO_MAPPING_TABLE_H_
#define MMAP_IO_MAPPING_TABLE_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "mapping.h"

namespace mmap_io {

class MappingTable {
 public:
  // Never destroyed: finalizers may run while the process exits.
  static MappingTable& Instance();

  // Guards the bookkeeping here, and in every mapping.
  std::mutex mutex;
  // Spans that are mapped now, and those of them that the runtime lent. Guarded by the mutex.
  size_t mapped = 0;
  size_t lent = 0;

  // A free slot and the id of its next mapping; null when all are taken or memory
  // is short. The mutex is held.
  Mapping* Take(MappingId* id);
  void GiveBack(MappingId id);

  // The slot that an id names, if it still has that id.
  Mapping* Find(MappingId id) const;

  // Every slot that was ever taken, until `visit` returns false. Async-signal-safe.
  template <typename Visit>
  void ForEach(Visit visit) const {
    const uint32_t used = used_slots_.load(std::memory_order_acquire);
    for (uint32_t slot = 0; slot < used; ++slot) {
      if (!visit(At(slot))) return;
    }
  }

 private:
  static constexpr uint32_t kSlotsPerChunk = 512;
  static constexpr uint32_t kMaxChunks = 512;  // 262,144 mappings; Linux's own limit is 65,530

  struct Chunk {
    Mapping slots[kSlotsPerChunk];
  };

  Mapping& At(uint32_t slot) const { return chunks_[slot / kSlotsPerChunk].load(std::memory_order_acquire)->slots[slot % kSlotsPerChunk]; }
  bool AddSlot(uint32_t* slot);

  std::atomic<Chunk*> chunks_[kMaxChunks] = {};
  std::atomic<uint32_t> used_slots_{0};
  std::vector<uint32_t> free_slots_;
  uint64_t next_generation_ = 1;
};

}  // namespace mmap_io

#endif  // MMAP_IO_MAPPING_TABLE_H_
