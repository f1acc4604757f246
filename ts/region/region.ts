import { Arena } from '../arena/arena'
import type { ArenaPlace } from '../arena/arena-place'
import { ifUnlocked } from '../arena/if-unlocked'
import { ArenaHeader } from '../arena/layouts'
import { OpenerSlot } from '../arena/opener-slot'
import { PageTable } from '../arena/page-table'
import { PAGE_BYTES } from '../arena/size-class'
import { conditionError, type MappingCondition, rangeError, typeError } from '../errors'
import { type Backing, PANE_LENGTH } from '../memory/backing'
import { checkCount } from '../memory/bounds'
import type { BufferBacking } from '../memory/buffer-backing'
import { ByteLock } from '../native/binding'
import { Undertaker } from '../sync/burial'
import { Lease } from '../sync/lease'
import { type Level, Locker, Mutex } from '../sync/mutex'
import { GRANULE, SharedWords } from '../sync/shared-words'
import { LOCK_BYTES, Slots } from '../sync/slots'
import { Waiter, Waits } from '../sync/waiter'
import { placeOf, type RegionFormat, type RegionPlace } from './format'
import { withinGate } from './gate'
import { pagesOf, RegionGrowth } from './growth'
import { isTorn } from './make-region'
import type { RegionSettings } from './region-options'
import { RegionRecovery } from './region-recovery'
import { type Geometry, RestState, Superblock } from './superblock'

/** Names a region that is open, for other threads and processes; may be posted and cloned. */
export type RegionHandle =
  | { readonly path: string; readonly creation: bigint }
  | { readonly buffers: readonly SharedArrayBuffer[]; readonly creation: bigint }

/** What an opener that may write has beside the bytes. */
interface Hand {
  readonly lease: Lease
  readonly locker: Locker
  readonly growth: RegionGrowth
  readonly arena: Arena | undefined
}

/**
 * Memory that several processes or threads have open, with one structure in it. Everything that they share stands in
 * its bytes; this object is one opener's way to them, and belongs to one thread.
 */
export class Region {
  /** The file; undefined for memory of this process. */
  readonly path: string | undefined
  readonly writable: boolean
  /** Random; names this region among all others, also those that had its path. */
  readonly creation: bigint
  readonly place: RegionPlace
  readonly memory: SharedWords
  readonly slots: Slots
  readonly #backing: Backing
  readonly #hand: Hand | undefined
  readonly #waits: Waits
  readonly #closeCleanly: (region: Region) => void
  #closed = false

  /**
   * The caller holds the gate. `closeCleanly` is called by the last writer, inside the gate, with all but the memory given up.
   * @throws {SharingError} `ERR_TOO_MANY_OPENERS`
   * @throws {FormatError} `ERR_CORRUPT` when what a dead opener left cannot be settled
   */
  constructor(
    backing: Backing,
    geometry: Geometry,
    format: RegionFormat,
    settings: RegionSettings,
    closeCleanly: (region: Region) => void,
  ) {
    this.#backing = backing
    this.#waits = new Waits(backing)
    this.#closeCleanly = closeCleanly
    this.path = backing.path
    this.writable = settings.mode === 'rw'
    this.creation = geometry.creation
    this.place = placeOf(format, geometry.slots, geometry.mostPages)
    const front = backing.pane(0).words
    this.memory = new SharedWords(backing, () => pagesOf(front, geometry.mostPages) * PAGE_BYTES)
    const stride = OpenerSlot.byteLength / 4
    this.slots = new Slots(this.memory, { index: this.place.slots / 4, stride, count: geometry.slots })
    if (this.writable) this.#hand = this.#takeLease(format, settings)
    else backing.locks.tryLock(LOCK_BYTES.readers, ByteLock.SHARED)
  }

  #takeLease(format: RegionFormat, { lockTimeout }: RegionSettings): Hand {
    const { memory, place, slots } = this
    const arenaPlace = format.arena ? arenaPlaceOf(memory, place) : undefined
    const recovery = new RegionRecovery(memory, slots, arenaPlace, format.recovery?.(memory, place))
    const undertaker = new Undertaker(slots, recovery)
    const lease = Lease.take(undertaker)
    const locker = new Locker(lease, lockTimeout)
    const growth = new RegionGrowth(memory, place, format, locker)
    const arena = arenaPlace && new Arena(arenaPlace, lease, locker, growth)
    recovery.arena = arena
    try {
      lease.begin() // pays what a dead opener of the slot left to pay
      lease.end()
    } catch (error) {
      lease.forget() // the slot is that of a dead opener
      throw error
    }
    return { lease, locker, growth, arena }
  }

  /** Names this region for {@link reopenRegion}. */
  get handle(): RegionHandle {
    const { path, creation } = this
    return path === undefined ? { buffers: (this.#backing as BufferBacking).buffers, creation } : { path, creation }
  }

  /** Bytes that exist. Others may be adding some. */
  get size(): number {
    return pagesOf(this.memory.front, this.place.mostPages) * PAGE_BYTES
  }

  /** The power failed while it was open, and nobody has called {@link vouch} since: what no checksum vouches for may be torn. */
  get powerWasLost(): boolean {
    const { rest } = Superblock.index
    return this.writable ? this.memory.front[rest] === RestState.TORN : isTorn(this.#backing, this.slots.count)
  }

  /** Says that what the power may have torn is whole again. @throws as {@link lease} */
  vouch(): void {
    this.#writer()
    if (this.powerWasLost) Atomics.store(this.memory.front, Superblock.index.rest, RestState.OPEN) // PUBLISH: pairs with the reads in powerWasLost
  }

  /** Bytes that it may grow to. */
  get maxSize(): number {
    return this.place.mostPages * PAGE_BYTES
  }

  /**
   * @throws {MappingError} as {@link check}
   * @throws {TypeError} `ERR_NOT_WRITABLE` when it is open for reading only
   */
  get lease(): Lease {
    return this.#writer().lease
  }

  /** @throws as {@link lease} */
  get locker(): Locker {
    return this.#writer().locker
  }

  /** @throws as {@link lease}, and {TypeError} `ERR_INVALID_ARG_VALUE` when the structure has none */
  get arena(): Arena {
    const { arena } = this.#writer()
    if (arena === undefined) throw typeError('ERR_INVALID_ARG_VALUE', 'this structure allocates no blocks')
    return arena
  }

  /**
   * Makes at least `size` bytes exist; false when the region may never have so many. Between `lease.begin()` and `lease.end()`.
   * Blocks. @throws as `RegionGrowth.grow`
   */
  grow(size: number): boolean {
    return this.#writer().growth.grow(Math.ceil(size / PAGE_BYTES))
  }

  /** Gives the memory or disk blocks of a part back, which reads as zeros from now on. @throws as {@link lease} */
  punch(offset: number, length: number): void {
    this.#writer()
    this.#backing.punch(offset, length)
  }

  /** Puts memory or disk blocks behind a part that {@link punch} took them from. @throws as {@link lease} */
  allocate(offset: number, length: number): void {
    this.#writer()
    this.#backing.allocate(offset, length)
  }

  /** Writes changes to the disk, and waits for it. */
  sync(offset = 0, length: number = this.size): void {
    this.check()
    this.#backing.sync(offset, length)
  }

  /** A mutex whose word is at a multiple of 8 bytes. */
  mutex(offset: number, level: Level): Mutex {
    const granule = this.#granuleAt(offset)
    return new Mutex(this.locker, this.memory.words(granule), granule, level)
  }

  #granuleAt(offset: number): number {
    if (checkCount('offset', offset, this.size - GRANULE) % GRANULE === 0) return offset / GRANULE
    throw rangeError('ERR_OUT_OF_RANGE', `offset must be a multiple of ${GRANULE}, not ${offset}`)
  }

  /** Two words to wait on, by their offsets; no multiple of 1 GiB lies between them. */
  waiter(data: number, flag: number): Waiter {
    for (const offset of [data, flag]) checkCount('offset', offset, this.size - 4)
    if (Math.floor(data / PANE_LENGTH) !== Math.floor(flag / PANE_LENGTH))
      throw rangeError('ERR_OUT_OF_RANGE', `words at ${data} and ${flag} are in two panes`)
    const words = this.memory.words(Math.floor(data / GRANULE))
    const index = (offset: number): number => (offset % PANE_LENGTH) / 4
    return new Waiter(words, index(data), index(flag), this.writable, this.#waits)
  }

  /** @throws {MappingError} `ERR_MAPPING_CLOSED`, or what broke the memory */
  check(): void {
    const condition = this.#closed ? CLOSED : this.#backing.condition
    if (condition !== 0) throw conditionError(condition as MappingCondition, this.path === undefined ? '' : `${this.path}: `)
  }

  /**
   * Gives the slot and the memory up, now. The last writer brings all to the disk before. What others have of the memory stays.
   * Does nothing the second time.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#waits.cancel(conditionError(CLOSED))
    try {
      if (this.#backing.condition === 0) this.#leave()
    } finally {
      // After an error the slot is that of a dead opener, and buried as such.
      this.#hand?.lease.forget()
      this.#backing.close()
    }
  }

  #leave(): void {
    const hand = this.#hand
    if (hand === undefined) return
    hand.lease.begin()
    hand.arena?.giveAll()
    hand.lease.end()
    hand.lease.leave()
    if (!this.powerWasLost) this.#endIfLast(hand.lease)
  }

  /** Who makes or opens it for long just now goes on with it: then this is not the end. */
  #endIfLast({ undertaker }: Lease): void {
    const end = () => {
      if (undertaker.buryAll(-1) && !this.slots.anyLive()) this.#closeCleanly(this)
    }
    ifUnlocked(() => withinGate(this.#backing.locks, ByteLock.EXCLUSIVE, 'the region', end, CLOSING_PATIENCE))
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #writer(): Hand {
    this.check()
    if (this.#hand === undefined) throw typeError('ERR_NOT_WRITABLE', 'the region is open for reading only')
    return this.#hand
  }
}

const CLOSED = 1
const CLOSING_PATIENCE = 100 // milliseconds

/** Where the arena of a region lies, for whoever reads it. */
export function arenaPlaceOf(memory: SharedWords, place: RegionPlace): ArenaPlace {
  const header = place.arena / 4
  const endIndex = header + ArenaHeader.index.end
  const table = new PageTable({
    words: memory.front,
    at: place.table / 4,
    endIndex,
    pagesIndex: Superblock.index.pages,
    first: place.firstPage,
    most: place.mostPages,
  })
  return { memory, header, table }
}
