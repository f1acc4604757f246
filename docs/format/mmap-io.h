/* Formats of mmap-io, for C11 and C++17. Generated from the same layouts as the package itself: do not edit.
 *
 * All numbers are little-endian. Sizes and offsets are in bytes. A program that finds another fingerprint in a file
 * than the one here must leave that file alone.
 */
#ifndef MMAP_IO_H
#define MMAP_IO_H

#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "mmap-io shares memory between little-endian programs only"
#endif

#ifdef __cplusplus
#define MMAP_IO_ASSERT(condition) static_assert(condition, #condition)
#else
#define MMAP_IO_ASSERT(condition) _Static_assert(condition, #condition)
#endif

/* ---- Superblock ------------------------------------------------------------------------------------------ */

#define MMAP_IO_SUPERBLOCK_FINGERPRINT UINT32_C(0x7e29e1c5)
#define MMAP_IO_SUPERBLOCK_LENGTH 256

#define MMAP_IO_SUPERBLOCK_MAGIC_OFFSET 0
#define MMAP_IO_SUPERBLOCK_BYTE_ORDER_OFFSET 4
#define MMAP_IO_SUPERBLOCK_FORMAT_OFFSET 8
#define MMAP_IO_SUPERBLOCK_KIND_OFFSET 12
#define MMAP_IO_SUPERBLOCK_STRUCTURE_OFFSET 28
#define MMAP_IO_SUPERBLOCK_CREATION_OFFSET 32
#define MMAP_IO_SUPERBLOCK_SLOTS_OFFSET 40
#define MMAP_IO_SUPERBLOCK_MOST_PAGES_OFFSET 44
#define MMAP_IO_SUPERBLOCK_GEOMETRY_OFFSET 48
#define MMAP_IO_SUPERBLOCK_STATE_OFFSET 52
#define MMAP_IO_SUPERBLOCK_BOOT_OFFSET 56
#define MMAP_IO_SUPERBLOCK_BOOT_COUNT 4
#define MMAP_IO_SUPERBLOCK_REST_OFFSET 72
#define MMAP_IO_SUPERBLOCK_GROWTH_OFFSET 128
#define MMAP_IO_SUPERBLOCK_GROWTH_WAITERS_SHIFT 0
#define MMAP_IO_SUPERBLOCK_GROWTH_WAITERS_MASK UINT32_C(0x1)
#define MMAP_IO_SUPERBLOCK_GROWTH_DIRTY_SHIFT 1
#define MMAP_IO_SUPERBLOCK_GROWTH_DIRTY_MASK UINT32_C(0x2)
#define MMAP_IO_SUPERBLOCK_GROWTH_SLOT_SHIFT 2
#define MMAP_IO_SUPERBLOCK_GROWTH_SLOT_MASK UINT32_C(0xffc)
#define MMAP_IO_SUPERBLOCK_GROWTH_GENERATION_SHIFT 12
#define MMAP_IO_SUPERBLOCK_GROWTH_GENERATION_MASK UINT32_C(0xfffff000)
#define MMAP_IO_SUPERBLOCK_PAGES_OFFSET 192

struct mmap_io_superblock {
  uint32_t magic; /* 0x6f696d6d: "mmio" */
  uint32_t byte_order; /* 0x01020304 to whoever reads it as it was written */
  uint32_t format; /* fingerprint of this layout */
  uint8_t kind[16]; /* name of the structure, padded with zeros */
  uint32_t structure; /* fingerprint of the layouts of the structure */
  uint64_t creation; /* random: names this region among all others */
  uint32_t slots; /* openers that can be there at once */
  uint32_t most_pages; /* pages of 4 KiB that the region may grow to */
  uint32_t geometry; /* FNV-1a of the words from kind to mostPages */
  uint32_t state; /* PUBLISH: "make", "live" or "dead", as the bytes of the word */
  uint32_t boot[4]; /* boot id of the system that changed it last */
  uint32_t rest; /* 0 = open, or was when its last opener died; 1 = closed by its last opener, with all on the disk; 2 = the power failed while it was 0 */
  uint8_t unused_76[52];
  uint32_t growth; /* mutex of growth */
  uint8_t unused_132[60];
  uint32_t pages; /* PUBLISH: pages that exist */
  uint8_t unused_196[60];
};

MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, magic) == MMAP_IO_SUPERBLOCK_MAGIC_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, byte_order) == MMAP_IO_SUPERBLOCK_BYTE_ORDER_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, format) == MMAP_IO_SUPERBLOCK_FORMAT_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, kind) == MMAP_IO_SUPERBLOCK_KIND_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, structure) == MMAP_IO_SUPERBLOCK_STRUCTURE_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, creation) == MMAP_IO_SUPERBLOCK_CREATION_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, slots) == MMAP_IO_SUPERBLOCK_SLOTS_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, most_pages) == MMAP_IO_SUPERBLOCK_MOST_PAGES_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, geometry) == MMAP_IO_SUPERBLOCK_GEOMETRY_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, state) == MMAP_IO_SUPERBLOCK_STATE_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, boot) == MMAP_IO_SUPERBLOCK_BOOT_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, rest) == MMAP_IO_SUPERBLOCK_REST_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, growth) == MMAP_IO_SUPERBLOCK_GROWTH_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_superblock, pages) == MMAP_IO_SUPERBLOCK_PAGES_OFFSET);
MMAP_IO_ASSERT(sizeof(struct mmap_io_superblock) == MMAP_IO_SUPERBLOCK_LENGTH);

/* ---- LeaseSlot ------------------------------------------------------------------------------------------- */

#define MMAP_IO_LEASE_SLOT_FINGERPRINT UINT32_C(0xff606205)
#define MMAP_IO_LEASE_SLOT_LENGTH 56

#define MMAP_IO_LEASE_SLOT_STATE_OFFSET 0
#define MMAP_IO_LEASE_SLOT_STATE_LIVE_SHIFT 0
#define MMAP_IO_LEASE_SLOT_STATE_LIVE_MASK UINT32_C(0x1)
#define MMAP_IO_LEASE_SLOT_STATE_GENERATION_SHIFT 1
#define MMAP_IO_LEASE_SLOT_STATE_GENERATION_MASK UINT32_C(0x1ffffe)
#define MMAP_IO_LEASE_SLOT_PID_OFFSET 4
#define MMAP_IO_LEASE_SLOT_TID_OFFSET 8
#define MMAP_IO_LEASE_SLOT_PID_NAMESPACE_OFFSET 12
#define MMAP_IO_LEASE_SLOT_START_OFFSET 16
#define MMAP_IO_LEASE_SLOT_ROLE_OFFSET 24
#define MMAP_IO_LEASE_SLOT_ATTENTION_OFFSET 28
#define MMAP_IO_LEASE_SLOT_HELD_OFFSET 32
#define MMAP_IO_LEASE_SLOT_HELD_COUNT 5
#define MMAP_IO_LEASE_SLOT_BURYING_OFFSET 52

struct mmap_io_lease_slot {
  uint32_t state; /* PUBLISH: the rest of the slot is valid while live */
  uint32_t pid; /* process of the opener, in its pid namespace */
  uint32_t tid; /* thread of the opener */
  uint32_t pid_namespace; /* inode of the pid namespace; 0 = unknown */
  uint64_t start; /* start of the thread, in clock ticks since boot; 0 = unknown */
  uint32_t role; /* what the opener does, as its structure counts */
  uint32_t attention; /* changed, and woken, by whoever waits for a mutex of this opener */
  uint32_t held[5]; /* granule of each mutex that the opener holds or is taking, by level; 0 = none */
  uint32_t burying; /* slot plus 1 that this opener buries; 0 = none */
};

MMAP_IO_ASSERT(offsetof(struct mmap_io_lease_slot, state) == MMAP_IO_LEASE_SLOT_STATE_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_lease_slot, pid) == MMAP_IO_LEASE_SLOT_PID_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_lease_slot, tid) == MMAP_IO_LEASE_SLOT_TID_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_lease_slot, pid_namespace) == MMAP_IO_LEASE_SLOT_PID_NAMESPACE_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_lease_slot, start) == MMAP_IO_LEASE_SLOT_START_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_lease_slot, role) == MMAP_IO_LEASE_SLOT_ROLE_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_lease_slot, attention) == MMAP_IO_LEASE_SLOT_ATTENTION_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_lease_slot, held) == MMAP_IO_LEASE_SLOT_HELD_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_lease_slot, burying) == MMAP_IO_LEASE_SLOT_BURYING_OFFSET);
MMAP_IO_ASSERT(sizeof(struct mmap_io_lease_slot) == MMAP_IO_LEASE_SLOT_LENGTH);

/* ---- Intent ---------------------------------------------------------------------------------------------- */

#define MMAP_IO_INTENT_FINGERPRINT UINT32_C(0x2f520e88)
#define MMAP_IO_INTENT_LENGTH 28

#define MMAP_IO_INTENT_STATE_OFFSET 0
#define MMAP_IO_INTENT_BLOCK_OFFSET 4
#define MMAP_IO_INTENT_AT_OFFSET 8
#define MMAP_IO_INTENT_HALF_OFFSET 12
#define MMAP_IO_INTENT_VALUE_OFFSET 16
#define MMAP_IO_INTENT_OLD_OFFSET 20
#define MMAP_IO_INTENT_DEBT_OFFSET 24

struct mmap_io_intent {
  uint32_t state; /* 1 = allocated, 2 = publishing, 3 = freeing; 0 = none */
  uint32_t block; /* granule of a block that is not published yet */
  uint32_t at; /* granule of the word that publishes it */
  uint32_t half; /* which of the two words of that granule */
  uint32_t value; /* what that word becomes */
  uint32_t old; /* granule of a block that is not published any more; 0 = none */
  uint32_t debt; /* granule of the first large block that the slot has still to give back; each begins with the granule of the next; 0 = none */
};

MMAP_IO_ASSERT(offsetof(struct mmap_io_intent, state) == MMAP_IO_INTENT_STATE_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_intent, block) == MMAP_IO_INTENT_BLOCK_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_intent, at) == MMAP_IO_INTENT_AT_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_intent, half) == MMAP_IO_INTENT_HALF_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_intent, value) == MMAP_IO_INTENT_VALUE_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_intent, old) == MMAP_IO_INTENT_OLD_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_intent, debt) == MMAP_IO_INTENT_DEBT_OFFSET);
MMAP_IO_ASSERT(sizeof(struct mmap_io_intent) == MMAP_IO_INTENT_LENGTH);

/* ---- JournalRecord --------------------------------------------------------------------------------------- */

#define MMAP_IO_JOURNAL_RECORD_FINGERPRINT UINT32_C(0x5ec08a71)
#define MMAP_IO_JOURNAL_RECORD_LENGTH 724

#define MMAP_IO_JOURNAL_RECORD_COUNT_OFFSET 0
#define MMAP_IO_JOURNAL_RECORD_ENTRIES_OFFSET 4
#define MMAP_IO_JOURNAL_RECORD_ENTRIES_COUNT 180

struct mmap_io_journal_record {
  uint32_t count; /* PUBLISH: entries that are to be applied; 0 = none */
  uint32_t entries[180]; /* of 3 words: granule, which of its two words (0 or 1), and the value it gets */
};

MMAP_IO_ASSERT(offsetof(struct mmap_io_journal_record, count) == MMAP_IO_JOURNAL_RECORD_COUNT_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_journal_record, entries) == MMAP_IO_JOURNAL_RECORD_ENTRIES_OFFSET);
MMAP_IO_ASSERT(sizeof(struct mmap_io_journal_record) == MMAP_IO_JOURNAL_RECORD_LENGTH);

/* ---- Magazine -------------------------------------------------------------------------------------------- */

#define MMAP_IO_MAGAZINE_FINGERPRINT UINT32_C(0x28f203b0)
#define MMAP_IO_MAGAZINE_LENGTH 8

#define MMAP_IO_MAGAZINE_LOADED_OFFSET 0
#define MMAP_IO_MAGAZINE_SPARE_OFFSET 4

struct mmap_io_magazine {
  uint32_t loaded; /* granule of the top block; 0 = empty */
  uint32_t spare; /* granule of the top block of a stack that is full, or on its way; 0 = empty */
};

MMAP_IO_ASSERT(offsetof(struct mmap_io_magazine, loaded) == MMAP_IO_MAGAZINE_LOADED_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_magazine, spare) == MMAP_IO_MAGAZINE_SPARE_OFFSET);
MMAP_IO_ASSERT(sizeof(struct mmap_io_magazine) == MMAP_IO_MAGAZINE_LENGTH);

/* ---- OpenerSlot ------------------------------------------------------------------------------------------ */

#define MMAP_IO_OPENER_SLOT_FINGERPRINT UINT32_C(0x43572e81)
#define MMAP_IO_OPENER_SLOT_LENGTH 1536

#define MMAP_IO_OPENER_SLOT_LEASE_OFFSET 0
#define MMAP_IO_OPENER_SLOT_INTENT_OFFSET 64
#define MMAP_IO_OPENER_SLOT_OWN_OFFSET 128
#define MMAP_IO_OPENER_SLOT_OWN_COUNT 16
#define MMAP_IO_OPENER_SLOT_JOURNAL_OFFSET 192
#define MMAP_IO_OPENER_SLOT_MAGAZINES_OFFSET 960
#define MMAP_IO_OPENER_SLOT_MAGAZINES_COUNT 72

struct mmap_io_opener_slot {
  struct mmap_io_lease_slot lease;
  uint8_t unused_56[8];
  struct mmap_io_intent intent;
  uint8_t unused_92[36];
  uint32_t own[16]; /* the structure's own: what it has begun */
  struct mmap_io_journal_record journal;
  uint8_t unused_916[44];
  struct mmap_io_magazine magazines[72]; /* by size class */
};

MMAP_IO_ASSERT(offsetof(struct mmap_io_opener_slot, lease) == MMAP_IO_OPENER_SLOT_LEASE_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_opener_slot, intent) == MMAP_IO_OPENER_SLOT_INTENT_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_opener_slot, own) == MMAP_IO_OPENER_SLOT_OWN_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_opener_slot, journal) == MMAP_IO_OPENER_SLOT_JOURNAL_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_opener_slot, magazines) == MMAP_IO_OPENER_SLOT_MAGAZINES_OFFSET);
MMAP_IO_ASSERT(sizeof(struct mmap_io_opener_slot) == MMAP_IO_OPENER_SLOT_LENGTH);

/* ---- ClassHeader ----------------------------------------------------------------------------------------- */

#define MMAP_IO_CLASS_HEADER_FINGERPRINT UINT32_C(0xb9235642)
#define MMAP_IO_CLASS_HEADER_LENGTH 128

#define MMAP_IO_CLASS_HEADER_LOCK_OFFSET 0
#define MMAP_IO_CLASS_HEADER_LOCK_WAITERS_SHIFT 0
#define MMAP_IO_CLASS_HEADER_LOCK_WAITERS_MASK UINT32_C(0x1)
#define MMAP_IO_CLASS_HEADER_LOCK_DIRTY_SHIFT 1
#define MMAP_IO_CLASS_HEADER_LOCK_DIRTY_MASK UINT32_C(0x2)
#define MMAP_IO_CLASS_HEADER_LOCK_SLOT_SHIFT 2
#define MMAP_IO_CLASS_HEADER_LOCK_SLOT_MASK UINT32_C(0xffc)
#define MMAP_IO_CLASS_HEADER_LOCK_GENERATION_SHIFT 12
#define MMAP_IO_CLASS_HEADER_LOCK_GENERATION_MASK UINT32_C(0xfffff000)
#define MMAP_IO_CLASS_HEADER_HEAD_OFFSET 64
#define MMAP_IO_CLASS_HEADER_FRESH_OFFSET 68
#define MMAP_IO_CLASS_HEADER_FRESH_END_OFFSET 72

struct mmap_io_class_header {
  uint32_t lock; /* mutex of the class */
  uint8_t unused_4[60];
  uint32_t head; /* granule of the first free block that no opener has; each block begins with the granule of the next */
  uint32_t fresh; /* granule of the first block of the newest run that was never used */
  uint32_t fresh_end; /* granule behind the last */
  uint8_t unused_76[52];
};

MMAP_IO_ASSERT(offsetof(struct mmap_io_class_header, lock) == MMAP_IO_CLASS_HEADER_LOCK_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_class_header, head) == MMAP_IO_CLASS_HEADER_HEAD_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_class_header, fresh) == MMAP_IO_CLASS_HEADER_FRESH_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_class_header, fresh_end) == MMAP_IO_CLASS_HEADER_FRESH_END_OFFSET);
MMAP_IO_ASSERT(sizeof(struct mmap_io_class_header) == MMAP_IO_CLASS_HEADER_LENGTH);

/* ---- ArenaHeader ----------------------------------------------------------------------------------------- */

#define MMAP_IO_ARENA_HEADER_FINGERPRINT UINT32_C(0xb37cf1a3)
#define MMAP_IO_ARENA_HEADER_LENGTH 9664

#define MMAP_IO_ARENA_HEADER_LOCK_OFFSET 0
#define MMAP_IO_ARENA_HEADER_LOCK_WAITERS_SHIFT 0
#define MMAP_IO_ARENA_HEADER_LOCK_WAITERS_MASK UINT32_C(0x1)
#define MMAP_IO_ARENA_HEADER_LOCK_DIRTY_SHIFT 1
#define MMAP_IO_ARENA_HEADER_LOCK_DIRTY_MASK UINT32_C(0x2)
#define MMAP_IO_ARENA_HEADER_LOCK_SLOT_SHIFT 2
#define MMAP_IO_ARENA_HEADER_LOCK_SLOT_MASK UINT32_C(0xffc)
#define MMAP_IO_ARENA_HEADER_LOCK_GENERATION_SHIFT 12
#define MMAP_IO_ARENA_HEADER_LOCK_GENERATION_MASK UINT32_C(0xfffff000)
#define MMAP_IO_ARENA_HEADER_END_OFFSET 64
#define MMAP_IO_ARENA_HEADER_BINS_OFFSET 128
#define MMAP_IO_ARENA_HEADER_BINS_COUNT 72
#define MMAP_IO_ARENA_HEADER_CLASSES_OFFSET 448
#define MMAP_IO_ARENA_HEADER_CLASSES_COUNT 72

struct mmap_io_arena_header {
  uint32_t lock; /* mutex of the runs of pages */
  uint8_t unused_4[60];
  uint32_t end; /* pages that belong to runs: from the first page of the arena up to here */
  uint8_t unused_68[60];
  uint32_t bins[72]; /* first page of a free run of each bin; a free run begins with the pages of the next and the one before; 0 = none */
  uint8_t unused_416[32];
  struct mmap_io_class_header classes[72]; /* by size class */
};

MMAP_IO_ASSERT(offsetof(struct mmap_io_arena_header, lock) == MMAP_IO_ARENA_HEADER_LOCK_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_arena_header, end) == MMAP_IO_ARENA_HEADER_END_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_arena_header, bins) == MMAP_IO_ARENA_HEADER_BINS_OFFSET);
MMAP_IO_ASSERT(offsetof(struct mmap_io_arena_header, classes) == MMAP_IO_ARENA_HEADER_CLASSES_OFFSET);
MMAP_IO_ASSERT(sizeof(struct mmap_io_arena_header) == MMAP_IO_ARENA_HEADER_LENGTH);

/* ---- PageTableEntry -------------------------------------------------------------------------------------- */

#define MMAP_IO_PAGE_TABLE_ENTRY_FINGERPRINT UINT32_C(0xb190e570)
#define MMAP_IO_PAGE_TABLE_ENTRY_LENGTH 4

#define MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_OFFSET 0
#define MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_KIND_SHIFT 0
#define MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_KIND_MASK UINT32_C(0x3)
#define MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_HOLE_SHIFT 2
#define MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_HOLE_MASK UINT32_C(0x4)
#define MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_SIZE_CLASS_SHIFT 4
#define MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_SIZE_CLASS_MASK UINT32_C(0x7f0)
#define MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_PLACE_SHIFT 11
#define MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_PLACE_MASK UINT32_C(0x3f800)

struct mmap_io_page_table_entry {
  uint32_t entry;
};

MMAP_IO_ASSERT(offsetof(struct mmap_io_page_table_entry, entry) == MMAP_IO_PAGE_TABLE_ENTRY_ENTRY_OFFSET);
MMAP_IO_ASSERT(sizeof(struct mmap_io_page_table_entry) == MMAP_IO_PAGE_TABLE_ENTRY_LENGTH);

#endif /* MMAP_IO_H */
