/** Every layout of this package, by the page of `docs/format/` that describes it. A structure adds its own here. */

import { ArenaHeader, ClassHeader, Intent, Magazine, PageTableEntry } from './arena/layouts'
import { OpenerSlot } from './arena/opener-slot'
import type { AnyLayout } from './layout/layout'
import { Pair, Specimen } from './layout/specimen'
import { Superblock } from './region/superblock'
import { JournalRecord } from './sync/journal'
import { LeaseSlot } from './sync/lease-slot'

/** The page on how to read the others; its example is in no file, and not in the header. */
const EXAMPLE = { 'README.md': [Pair, Specimen] }

const STRUCTURES: Readonly<Record<string, readonly AnyLayout[]>> = {
  'region.md': [Superblock, OpenerSlot, LeaseSlot, Intent, JournalRecord, Magazine],
  'arena.md': [ArenaHeader, ClassHeader, PageTableEntry],
  'values.md': [], // in words
}

export const FORMAT_PAGES: Readonly<Record<string, readonly AnyLayout[]>> = { ...EXAMPLE, ...STRUCTURES }

/** What other programs find in `docs/format/mmap-io.h`. */
export const HEADER_LAYOUTS: readonly AnyLayout[] = Object.values(STRUCTURES).flat()
