import { SharingError } from '../errors'
import type { ByteLocks } from '../memory/byte-locks'
import { binding } from '../native/binding'
import { type Attention, watchAttention } from './attention'
import type { Undertaker } from './burial'
import { LeaseSlot } from './lease-slot'
import { LOCK_BYTES, type Slots, thisThread } from './slots'

/** Nothing is being changed. */
const IDLE = 0
/** Between `begin` and `end`, or thrown out of there. */
const BUSY = 1
/** As idle, but a dead opener of this slot, or a change that was cut off, left something to do. */
const OWING = 2

/**
 * One opener's place among those who have a region open: from {@link take} until {@link leave}, or its death.
 * Belongs to one thread.
 *
 * Changes of shared words happen between {@link begin} and {@link end}. A thread can be thrown out of there
 * at any store and live on (`vm` time-outs, a stack overflow, an error): then {@link abandon}, the next `begin`, the
 * event loop, or whoever finds it dead, cleans up after it, all in the same way.
 */
export class Lease {
  readonly slot: number
  /** This opener, as the word of a mutex names it. */
  readonly owner: number
  readonly slots: Slots
  readonly undertaker: Undertaker
  /** Words from the start of the region to where this opener notes what it holds. */
  readonly heldIndex: number
  readonly #attention: Attention
  #state: typeof IDLE | typeof BUSY | typeof OWING = OWING
  #left = false

  private constructor(slots: Slots, undertaker: Undertaker, slot: number) {
    this.slots = slots
    this.undertaker = undertaker
    this.slot = slot
    this.owner = slots.owner(slot)
    this.heldIndex = slots.at(slot) + LeaseSlot.index.held
    const self = new WeakRef(this) // a lease that nobody holds any more is given up
    this.#attention = watchAttention(slots.memory.front, slots.attentionIndex(slot), () => self.deref()?.attend())
    forgotten.register(this, { locks: slots.memory.backing.locks, attention: this.#attention }, this)
  }

  /**
   * Takes a free slot, or one that a dead opener had.
   * @throws {SharingError} `ERR_TOO_MANY_OPENERS` when living ones have them all
   */
  static take(undertaker: Undertaker, role = 0): Lease {
    const { slots } = undertaker
    const slot = takeSlot(undertaker)
    slots.publishLive(slot, thisThread(), role)
    return new Lease(slots, undertaker, slot)
  }

  /** Every change of shared words begins here. @throws as {@link settle}, when something was left to do */
  begin(): void {
    if (this.#state !== IDLE) this.#beginLate()
    this.#state = BUSY
  }

  /** Every mutex was released, and nothing is half done. */
  end(): void {
    this.#state = IDLE
  }

  /** In place of {@link end} after an error: undoes or finishes what was begun. */
  abandon(): void {
    if (this.#state === BUSY) this.settle()
  }

  /** From the event loop, where nothing is ever in the middle of a change. An error is met again by the next {@link begin}. */
  attend(): void {
    if (this.#state !== BUSY || this.#left) return
    try {
      this.settle()
    } catch {
      // Nobody here has asked for anything.
    }
  }

  /**
   * Cleans up after what this opener was thrown out of, as an undertaker would. Takes no mutex: what needs one stays owing.
   * @throws {SharingError} `ERR_LEASE_LOST`
   * @throws {FormatError} `ERR_CORRUPT` when the records in the slot cannot be
   */
  settle(): void {
    const { slots, slot } = this
    if (slots.owner(slot) !== this.owner)
      throw new SharingError('ERR_LEASE_LOST', 'this opener was taken for dead, and its slot given to another')
    if (slots.isBurying(slot)) this.undertaker.endBurial(slot)
    this.undertaker.repair(slot)
    this.undertaker.unlockOthers(slot)
    this.#state = OWING
  }

  // After a death, or a change that was cut off: what could not be done at once, as it needs mutexes.
  #beginLate(): void {
    if (this.#state === BUSY) this.settle()
    this.#state = BUSY
    this.undertaker.payDebts()
  }

  /** Gives the slot up, with its magazines as they are. Does nothing the second time. @throws as {@link settle} */
  leave(): void {
    if (this.#left) return
    if (this.#state === BUSY) this.settle()
    this.forget()
    this.slots.publishFree(this.slot)
    this.slots.memory.backing.locks.unlock(LOCK_BYTES.firstSlot + this.slot)
  }

  /** As {@link leave}, without a store: the memory is no longer what others see, or the slot is left to be buried. */
  forget(): void {
    this.#left = true
    this.#attention.stop()
    forgotten.unregister(this)
  }
}

/** A lease that nobody holds any more dies as its thread would: it may have been thrown out of a change. */
const forgotten = new FinalizationRegistry<{ locks: ByteLocks; attention: Attention }>(({ locks, attention }) => {
  attention.stop()
  locks.drop()
})

/** Locks a slot that nobody has; after others have ended their burials, if those are what it takes. */
function takeSlot(undertaker: Undertaker): number {
  const { slots } = undertaker
  const end = performance.now() + BURIAL_TIMEOUT
  for (let settled = false; !settled && performance.now() < end; binding.sleep(1)) {
    settled = undertaker.buryAll(-1)
    for (let slot = 0; slot < slots.count; slot++) {
      if (undertaker.tryLockVacant(slot, -1)) return slot
      if (!slots.isLive(slot)) settled = false // somebody is taking it, looks into it, or is not quite dead yet
    }
  }
  throw new SharingError('ERR_TOO_MANY_OPENERS', `all ${slots.count} openers that this region has room for are there (option \`openers\`)`)
}

const BURIAL_TIMEOUT = 1000 // milliseconds
