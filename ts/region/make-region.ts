import { ArenaHeader, ClassHeader } from '../arena/layouts'
import { OpenerSlot } from '../arena/opener-slot'
import { CLASS_COUNT, PAGE_BYTES } from '../arena/size-class'
import { FormatError, rangeError } from '../errors'
import type { Backing } from '../memory/backing'
import { LeaseSlot } from '../sync/lease-slot'
import { MAX_SLOTS } from '../sync/owner-word'
import { SharedWords } from '../sync/shared-words'
import { LOCK_BYTES, nextGeneration } from '../sync/slots'
import { fingerprintOf, placeOf, type RegionFormat, type RegionPlace } from './format'
import type { Region } from './region'
import { MAX_REGION_SIZE, type RegionSettings } from './region-options'
import type { Site } from './site'
import { bootId, type Geometry, newCreationId, newSuperblock, RegionState, RestState, Superblock } from './superblock'

const STATE: number = LeaseSlot.index.state
const { boot: BOOT, rest: REST, growth: GROWTH, pages: PAGES } = Superblock.index

/** Whole pages in so many bytes. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function mostPagesOf(maxSize: number): number {
  if (maxSize > MAX_REGION_SIZE) throw rangeError('ERR_OUT_OF_RANGE', `maxSize must be at most ${MAX_REGION_SIZE}, not ${maxSize}`)
  return Math.floor(maxSize / PAGE_BYTES)
}

/**
 * Makes a new region, up to and with `ready`. Inside the gate.
 * @throws {RangeError} `ERR_OUT_OF_RANGE` when `maxSize` has no room for so many openers, with nothing changed
 * @throws {SystemError} what `fallocate` refuses, with the site left empty
 */
export function makeRegion(site: Site, format: RegionFormat, settings: RegionSettings): void {
  const mostPages = mostPagesOf(settings.maxSize)
  const slots = settings.openers
  const place = placeOf(format, slots, mostPages)
  if (slots === 0) throw rangeError('ERR_OUT_OF_RANGE', `openers must be from 1 to ${MAX_SLOTS}, not ${slots}`)
  if (place.firstPage >= mostPages) {
    throw rangeError(
      'ERR_OUT_OF_RANGE',
      `maxSize must be at least ${(place.firstPage + 1) * PAGE_BYTES} with ${slots} openers, not ${settings.maxSize}`,
    )
  }
  const geometry = { kind: format.kind, structure: fingerprintOf(format), creation: newCreationId(), slots, mostPages }
  site.begin(newSuperblock(geometry))
  try {
    fill(site, format, place)
  } catch (error) {
    site.abandon()
    throw error
  }
}

function fill(site: Site, format: RegionFormat, place: RegionPlace): void {
  const { backing } = site
  backing.extend(place.table)
  backing.extendSparsely(place.firstPage * PAGE_BYTES) // entries of pages get their blocks with the pages
  const { words } = backing.pane(0)
  words.set(bootId(), BOOT)
  words[PAGES] = place.firstPage
  if (format.arena) words[place.arena / 4 + ArenaHeader.index.end] = place.firstPage
  format.initialise?.(new SharedWords(backing, () => place.firstPage * PAGE_BYTES), place)
  site.publishState(RegionState.READY)
}

/**
 * Looks whether a region can be opened, and makes it this boot's. Inside the gate.
 *
 * Containers may have boot ids of their own: a slot that is locked shows that its boot goes on. What the superblock says is on the disk
 * before anything is changed under it.
 * @throws {FormatError} `ERR_CORRUPT` when its sizes cannot be
 */
export function prepareRegion(site: Site, format: RegionFormat, geometry: Geometry, settings: RegionSettings): void {
  const { backing } = site
  const place = placeOf(format, geometry.slots, geometry.mostPages)
  checkSizes(site, format, place)
  if (settings.mode === 'ro' || anySlotLocked(backing, geometry.slots)) return
  const { words } = backing.pane(0)
  const sameBoot = isOfThisBoot(words)
  if (sameBoot && words[REST] !== RestState.CLEAN) return
  if (!sameBoot && words[REST] !== RestState.CLEAN) {
    forgetOpeners(words, format, place)
    words[REST] = RestState.TORN
  } else {
    words[REST] = RestState.OPEN
  }
  words.set(bootId(), BOOT)
  backing.sync(0, PAGE_BYTES)
}

/** Whether the power failed while the region was open, and nobody has vouched for it since. */
export function isTorn(backing: Backing, slots: number): boolean {
  const { words } = backing.pane(0)
  const left = words[REST] === RestState.OPEN && !isOfThisBoot(words) && !anySlotLocked(backing, slots) // nobody has opened it to write yet
  return words[REST] === RestState.TORN || left
}

function isOfThisBoot(words: Int32Array): boolean {
  return bootId().every((word, i) => words[BOOT + i] === word)
}

/** Whether another opener that may write is there. One's own lock one does not see. */
export function anySlotLocked({ locks }: Backing, slots: number): boolean {
  for (let slot = 0; slot < slots; slot++) if (locks.isLocked(LOCK_BYTES.firstSlot + slot)) return true
  return false
}

function checkSizes({ name, backing }: Site, format: RegionFormat, place: RegionPlace): void {
  const { words } = backing.pane(0)
  const pages = words[PAGES]! >>> 0
  const rest = words[REST]! >>> 0
  const corrupt = (what: string) => new FormatError('ERR_CORRUPT', `${name}: ${what}`)
  if (rest > RestState.TORN) throw corrupt(`it was left in state ${rest}, which there is not`)
  if (pages < place.firstPage || pages > place.mostPages)
    throw corrupt(`${pages} pages, which is not from ${place.firstPage} to ${place.mostPages}`)
  if (backing.length() < pages * PAGE_BYTES) throw corrupt(`${backing.length()} bytes, but ${pages} pages of ${PAGE_BYTES} are in use`)
  if (!format.arena) return
  const end = words[place.arena / 4 + ArenaHeader.index.end]! >>> 0
  if (end < place.firstPage || end > pages) throw corrupt(`an arena that ends at page ${end} of ${pages}`)
}

function forgetOpeners(words: Int32Array, format: RegionFormat, place: RegionPlace): void {
  for (let slot = 0; slot < place.slotCount; slot++) {
    const at = (place.slots + slot * OpenerSlot.byteLength) / 4
    const generation = nextGeneration(words[at + STATE]!)
    words.fill(0, at, at + OpenerSlot.byteLength / 4)
    words[at + STATE] = generation // a mutex of the structure that names the slot then names nobody
  }
  words[GROWTH] = 0
  if (!format.arena) return
  const arena = place.arena / 4
  words[arena + ArenaHeader.index.lock] = 0
  for (let i = 0; i < CLASS_COUNT; i++) words[arena + ArenaHeader.index.classes + (i * ClassHeader.byteLength) / 4] = 0
}

/** The last opener to close brings everything to the disk, and says so then. */
export function closeCleanly(backing: Backing, region: Region): void {
  const { words } = backing.pane(0)
  if (words[REST] !== RestState.OPEN) return
  backing.sync(0, region.size)
  words[REST] = RestState.CLEAN
  backing.sync(0, PAGE_BYTES)
}
