import { SharingError } from '../errors'
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
    forgotten.register(this, { slots, slot, attention: this.#attention }, this)
  }

  /**
   * Takes a free slot, or one that a dead opener had.
   * @throws {SharingError} `ERR_TOO_MANY_OPENERS` when living ones have them all
   */
  static take(undertaker: Undertaker, role = 0): Lease {
    const { slots } = undertaker
    const slot = takeFree(slots) ?? takeBuried(slots, undertaker)
    if (slot === undefined) {
      throw new SharingError(
        'ERR_TOO_MANY_OPENERS',
        `all ${slots.count} openers that this region has room for are there (option \`openers\`)`,
      )
    }
    slots.publishLive(slot, thisThread(), role)
    return new Lease(slots, undertaker, slot)
  }

  /** Every change of shared words begins here. */
  begin(): void {
    if (this.#state !== IDLE) this.#beginLate()
    this.#state = BUSY
  }

  end(): void {
    this.#state = IDLE
  }

  /** In place of {@link end} after an error: undoes or finishes what was begun. */
  abandon(): void {
    if (this.#state === BUSY) this.settle()
  }

  /** From the event loop, where nothing is ever in the middle of a change. */
  attend(): void {
    if (this.#state === BUSY && !this.#left) this.settle()
  }

  settle(): void {
    if (this.slots.isBurying(this.slot)) this.undertaker.leaveGraveyard(this.slot)
    this.undertaker.repair(this.slot)
    this.#state = OWING
  }

  // After a death, or a change that was cut off: what could not be done at once, as it needs mutexes.
  #beginLate(): void {
    if (this.#state === BUSY) this.settle()
    this.#state = BUSY
    this.undertaker.payDebts()
  }

  leave(): void {
    if (this.#left) return
    this.attend()
    this.forget()
    vacate({ slots: this.slots, slot: this.slot, attention: this.#attention })
  }

  /** As {@link leave}, without a store: the memory is no longer what others see. */
  forget(): void {
    this.#left = true
    this.#attention.stop()
    forgotten.unregister(this)
  }
}

interface Place {
  readonly slots: Slots
  readonly slot: number
  readonly attention: Attention
}

function vacate({ slots, slot, attention }: Place): void {
  attention.stop()
  slots.publishFree(slot)
  slots.memory.backing.locks.unlock(LOCK_BYTES.firstSlot + slot)
}

// Only from the event loop, so nothing is in the middle of a change; memory that was closed has no slot to give up.
const forgotten = new FinalizationRegistry<Place>((place) => {
  if (place.slots.memory.backing.condition === 0) vacate(place)
})

function takeFree(slots: Slots): number | undefined {
  const { locks } = slots.memory.backing
  for (let slot = 0; slot < slots.count; slot++) {
    if (slots.isLive(slot) || !locks.tryLock(LOCK_BYTES.firstSlot + slot)) continue
    if (!slots.isLive(slot)) return slot
    locks.unlock(LOCK_BYTES.firstSlot + slot) // taken and died meanwhile
  }
  return undefined
}

function takeBuried(slots: Slots, undertaker: Undertaker): number | undefined {
  for (let slot = 0; slot < slots.count; slot++) undertaker.tryBury(slot, -1)
  return takeFree(slots)
}
