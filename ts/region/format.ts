import { ArenaHeader } from '../arena/layouts'
import { OpenerSlot } from '../arena/opener-slot'
import { PAGE_BYTES } from '../arena/size-class'
import { FormatError } from '../errors'
import { fnv1a } from '../layout/fingerprint'
import type { AnyLayout } from '../layout/layout'
import type { Recovery } from '../sync/burial'
import { MAX_SLOTS } from '../sync/owner-word'
import type { SharedWords } from '../sync/shared-words'
import { MAX_REGION_SIZE } from './region-options'
import { type Geometry, SUPERBLOCK_BYTES } from './superblock'

/** What a structure asks of its region. */
export interface RegionFormat {
  /** Up to 16 characters: `SharedMap`. */
  readonly kind: string
  /** All that its bytes follow. A change of any of them makes another format. */
  readonly layouts: readonly AnyLayout[]
  /** Bytes of the structure's own header. */
  readonly headerBytes: number
  /** Whether it allocates blocks. */
  readonly arena: boolean
  /** Writes the header of a new region; all of it is zeros. Nobody else is there. */
  readonly initialise?: (memory: SharedWords, place: RegionPlace) => void
  /** The structure's share in burying its openers: after their journals, and before what they had begun in the arena. */
  readonly recovery?: (memory: SharedWords, place: RegionPlace) => Recovery
}

/** Where everything in a region begins, in bytes. */
export interface RegionPlace {
  readonly slots: number
  readonly slotCount: number
  readonly header: number
  /** The `ArenaHeader`. */
  readonly arena: number
  /** The entry of page 0. */
  readonly table: number
  /** The first page that the structure, or its arena, has for itself. */
  readonly firstPage: number
  readonly mostPages: number
}

/** Where a region of this format, and of these sizes, has everything. */
export function placeOf(format: RegionFormat, slotCount: number, mostPages: number): RegionPlace {
  const slots = SUPERBLOCK_BYTES
  const header = slots + slotCount * OpenerSlot.byteLength
  const arena = ceil(header + format.headerBytes, 64)
  const table = format.arena ? ceil(arena + ArenaHeader.byteLength, PAGE_BYTES) : arena
  const end = format.arena ? table + mostPages * 4 : arena
  return { slots, slotCount, header, arena, table, firstPage: ceil(end, PAGE_BYTES) / PAGE_BYTES, mostPages }
}

/** Of all layouts that the region of a structure consists of, but the superblock's: that has its own. */
export function fingerprintOf({ layouts, headerBytes, arena }: RegionFormat): number {
  const all = [OpenerSlot, ...(arena ? [ArenaHeader] : []), ...layouts]
  return fnv1a(`${all.map(({ canonical }) => canonical).join('\n')}\n${headerBytes}`)
}

/** @throws {FormatError} `ERR_FORMAT_MISMATCH`, `ERR_CORRUPT` when the region holds something else, or nothing possible */
export function requireFormat(format: RegionFormat, { kind, structure, slots, mostPages }: Geometry, name: string): void {
  if (kind !== format.kind) throw new FormatError('ERR_FORMAT_MISMATCH', `${name} holds a ${kind}, not a ${format.kind}`)
  if (structure !== fingerprintOf(format))
    throw new FormatError('ERR_FORMAT_MISMATCH', `${name} holds a ${kind} of another version of this package`)
  if (
    slots < 1 ||
    slots > MAX_SLOTS ||
    mostPages * PAGE_BYTES > MAX_REGION_SIZE ||
    placeOf(format, slots, mostPages).firstPage > mostPages
  ) {
    throw new FormatError('ERR_CORRUPT', `${name}: ${slots} openers and ${mostPages} pages are impossible`)
  }
}

function ceil(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}
