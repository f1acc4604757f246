import { FormatError } from '../errors'
import { Journal } from '../sync/journal'
import type { Lease } from '../sync/lease'
import { type Locker, Mutex } from '../sync/mutex'
import { wordOf } from '../sync/shared-words'
import type { ArenaPlace, Growth } from './arena-place'
import { classLock, Depot } from './depot'
import { ifUnlocked } from './if-unlocked'
import { LargeBlocks } from './large-blocks'
import { ArenaHeader, Intent, IntentState, Magazine } from './layouts'
import { OpenerSlot } from './opener-slot'
import { PageRuns } from './page-runs'
import { BATCH, CLASS_COUNT, classOf, SMALL_LIMIT } from './size-class'

const INTENT: number = OpenerSlot.index.intent
const { state: STATE, block: BLOCK, at: AT, half: HALF, value: VALUE, old: OLD, debt: DEBT } = Intent.index
const MAGAZINES: number = OpenerSlot.index.magazines
const MAGAZINE_WORDS: number = Magazine.byteLength / 4
const { loaded: LOADED, spare: SPARE } = Magazine.index

/**
 * One opener's hand in a region's arena: blocks of any length, counted in granules of 8 bytes and named by their first.
 * All between `lease.begin()` and `lease.end()`.
 *
 * A block passes through four hands, and a death in any of them loses none:
 *
 *     alloc() ──> the opener's, noted in its intent
 *     publishing(), the store that publishes it, published() ──> the structure's
 *     freeOld() ──> the opener's magazine ──> the depot of its class
 */
export class Arena {
  readonly runs: PageRuns
  readonly #place: ArenaPlace
  readonly #lease: Lease
  readonly #front: Int32Array
  readonly #intent: number
  readonly #magazines: number
  readonly #large: LargeBlocks
  readonly #depots: readonly Depot[]
  #nextBurial = 0

  constructor(place: ArenaPlace, lease: Lease, locker: Locker, growth: Growth) {
    const { memory, header } = place
    const slot = lease.slots.at(lease.slot)
    this.#place = place
    this.#lease = lease
    this.#front = memory.front
    this.#intent = slot + INTENT
    this.#magazines = slot + MAGAZINES
    const journal = new Journal(memory, slot + OpenerSlot.index.journal)
    const mutex = new Mutex(locker, memory.front, (header + ArenaHeader.index.lock) / 2, 3)
    this.runs = new PageRuns(place, mutex, journal, growth)
    this.#large = new LargeBlocks(place, this.runs, this.#intent)
    const depot = (sizeClass: number) =>
      new Depot(place, sizeClass, new Mutex(locker, memory.front, classLock(place, sizeClass) / 2, 2), this.runs)
    this.#depots = Array.from({ length: CLASS_COUNT }, (_, sizeClass) => depot(sizeClass))
  }

  /**
   * A block of at least `granules`; 0 when the region is full. It is this opener's, and goes back if that dies or abandons
   * the change, until {@link published}. What it holds is whatever was there before.
   * @throws {SystemError} `ENOSPC` when the disk is full; then `lease.abandon()` and everything is as before
   * @throws {SharingError} `ERR_LOCK_TIMEOUT`
   */
  alloc(granules: number): number {
    if (granules > SMALL_LIMIT) return this.#large.alloc(granules)
    const sizeClass = classOf(granules)
    const magazine = this.#magazines + sizeClass * MAGAZINE_WORDS
    if (this.#front[magazine + LOADED] === 0 && !this.#reload(sizeClass)) return 0
    return this.#pop(sizeClass, magazine)
  }

  #pop(sizeClass: number, magazine: number): number {
    const front = this.#front
    const block = front[magazine + LOADED]! >>> 0
    if (!this.#place.table.isSmall(block, sizeClass)) throw noFreeBlock(block)
    const words = this.#place.memory.words(block)
    const word = wordOf(block)
    const next = words[word + 1] === 1 ? 0 : words[word]!
    front[this.#intent + BLOCK] = block
    front[this.#intent + STATE] = IntentState.ALLOCATED
    front[magazine + LOADED] = next
    return block
  }

  /** The word at `at` (its first or second half) is about to become `value`, which makes the block real and `old`, if not 0, free. */
  publishing(at: number, half: 0 | 1, value: number, old: number): void {
    if (old !== 0) this.#place.table.classAt(old >>> 0) // what is no block must not become an intent to free it
    const front = this.#front
    const intent = this.#intent
    if (front[intent + STATE] === IntentState.NONE) front[intent + BLOCK] = 0
    front[intent + AT] = at
    front[intent + HALF] = half
    front[intent + VALUE] = value
    front[intent + OLD] = old
    front[intent + STATE] = IntentState.PUBLISHING
  }

  /** After the store that publishes, and before its mutex is released. What was `old` may still be read by others: {@link freeOld}. */
  published(): void {
    this.#front[this.#intent + STATE] = this.#front[this.#intent + OLD] === 0 ? IntentState.NONE : IntentState.FREEING
  }

  /** Gives back what is not published any more, if anything is. Never fails for want of a mutex: then it is done later. */
  freeOld(): void {
    const front = this.#front
    if (front[this.#intent + STATE] !== IntentState.FREEING) return
    const block = front[this.#intent + OLD]! >>> 0
    const sizeClass = this.#place.table.classAt(block)
    if (sizeClass === -1) this.#large.owe(block)
    else this.#push(block, sizeClass)
    front[this.#intent + STATE] = IntentState.NONE
    if (sizeClass === -1) this.#large.payDebts()
  }

  /** See `Recovery.payDebts`. */
  payDebts(): void {
    this.#large.payDebts()
  }

  /** Gives back the block of {@link alloc}, which is not going to be published. */
  discard(): void {
    const front = this.#front
    if (front[this.#intent + STATE] !== IntentState.ALLOCATED) return
    front[this.#intent + OLD] = front[this.#intent + BLOCK]!
    front[this.#intent + STATE] = IntentState.FREEING
    this.freeOld()
  }

  /** Granules that a block really has. */
  capacity(block: number): number {
    return this.#place.table.capacityAt(block)
  }

  #push(block: number, sizeClass: number): void {
    const front = this.#front
    const magazine = this.#magazines + sizeClass * MAGAZINE_WORDS
    let top = front[magazine + LOADED]!
    let height = this.#heightOf(top, sizeClass)
    if (height >= BATCH[sizeClass]!) {
      this.#unload(sizeClass, magazine)
      top = front[magazine + LOADED]!
      if (top === 0) height = 0
    }
    const words = this.#place.memory.words(block)
    const word = wordOf(block)
    words[word] = top
    words[word + 1] = height + 1
    front[magazine + LOADED] = block
  }

  #heightOf(top: number, sizeClass: number): number {
    if (top === 0) return 0
    const block = top >>> 0
    if (!this.#place.table.isSmall(block, sizeClass)) throw noFreeBlock(block)
    return this.#place.memory.words(block)[wordOf(block) + 1]!
  }

  /** Makes the loaded stack the spare one, which goes to the depot before. Without the mutex for that, the stack just grows. */
  #unload(sizeClass: number, magazine: number): void {
    const front = this.#front
    if (front[magazine + SPARE] !== 0 && !ifUnlocked(() => this.#depots[sizeClass]!.give(magazine + SPARE))) return
    front[magazine + SPARE] = front[magazine + LOADED]!
    front[magazine + LOADED] = 0
  }

  /** Fills the loaded stack: from the spare one, the depot, new pages, or what others left in free slots. */
  #reload(sizeClass: number): boolean {
    const front = this.#front
    const magazine = this.#magazines + sizeClass * MAGAZINE_WORDS
    const depot = this.#depots[sizeClass]!
    if (front[magazine + SPARE] === 0 && !depot.take(magazine + SPARE)) {
      this.#inherit(sizeClass)
      if (!depot.take(magazine + SPARE)) return false
    }
    front[magazine + LOADED] = front[magazine + SPARE]!
    front[magazine + SPARE] = 0
    return true
  }

  /** Gives the free blocks of a class, and the debts, of slots that nobody has to everybody. */
  #inherit(sizeClass: number): void {
    const { slots, slot: own, undertaker } = this.#lease
    const offset = MAGAZINES + sizeClass * MAGAZINE_WORDS
    this.#buryNowAndThen()
    for (let slot = 0; slot < slots.count; slot++) {
      const at = slots.at(slot)
      // A look without its byte, as that asks the system about every opener: a full region comes by here at each call.
      if (!this.#keepsAny(at, offset) || !undertaker.tryLockVacant(slot, own)) continue
      this.#large.inherit(at + INTENT)
      this.#giveStack(sizeClass, at + offset + LOADED)
      this.#giveStack(sizeClass, at + offset + SPARE)
      undertaker.unlockVacant(slot)
    }
  }

  /** The dead keep blocks, too. Whether others live is a question to the system for each of them. */
  #buryNowAndThen(): void {
    const now = performance.now()
    if (now < this.#nextBurial) return
    this.#nextBurial = now + BURIAL_INTERVAL
    this.#lease.undertaker.buryAll(this.#lease.slot)
  }

  #keepsAny(at: number, offset: number): boolean {
    const front = this.#front
    return (front[at + offset + LOADED]! | front[at + offset + SPARE]! | front[at + INTENT + DEBT]!) !== 0
  }

  /** Gives a stack to the depot, by way of this opener's spare one, which is empty. */
  #giveStack(sizeClass: number, stack: number): void {
    const spare = this.#magazines + sizeClass * MAGAZINE_WORDS + SPARE
    if (this.#front[stack] === 0 || (stack !== spare && this.#front[spare] !== 0)) return
    if (stack !== spare) this.runs.move(stack, spare)
    ifUnlocked(() => this.#depots[sizeClass]!.give(spare))
  }

  /** Gives back all that this opener keeps for itself, up to the first mutex that it cannot have: the rest stays, for its slot's next opener. */
  giveAll(): void {
    this.payDebts()
    for (let sizeClass = 0; sizeClass < CLASS_COUNT; sizeClass++) {
      const magazine = this.#magazines + sizeClass * MAGAZINE_WORDS
      this.#giveStack(sizeClass, magazine + SPARE)
      if (this.#front[magazine + SPARE] === 0) this.#giveStack(sizeClass, magazine + LOADED)
      if (this.#front[magazine + SPARE] !== 0) return
    }
  }
}

const BURIAL_INTERVAL = 100 // milliseconds

function noFreeBlock(block: number): FormatError {
  return new FormatError('ERR_CORRUPT', `a magazine names granule ${block}, where no block of its class begins`)
}
