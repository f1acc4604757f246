/**
 * What happens to the unfinished business of an opener that died.
 *
 * (1) A slot is live from its opener's first store to its burial, and its byte is locked from before that until
 *     the kernel drops it. So: live, and not locked (or its thread is past its last instruction), is dead.
 * (2) Only the holder of the bury byte buries, and it looks again whether the slot is dead once it holds that.
 *     Nobody takes a live slot. So while it buries, nobody else changes the slot.
 * (3) The mutexes of the dead stay in the name of the dead until they are recovered. An undertaker that dies
 *     in the middle leaves a slot that is still live and still dead: the next one starts again, and finds what is
 *     released already no longer in that name.
 * (4) A burial takes no mutex and allocates nothing: it may happen while its undertaker waits for one, whatever
 *     that one holds. What would need a mutex stays written in the slot for its next opener.
 * (5) Redo and undo are idempotent, as (3) needs. What a slot has begun is settled, and its record cleared, before
 *     the first of its mutexes is released: a record that outlived its mutexes would be applied over the work of
 *     whoever took them next. For the same reason an opener clears its record before it releases.
 * (6) The generation ends last. An owner word that names (slot, generation) therefore always means one opener.
 */

import { FormatError } from '../errors'
import { HELD_COUNT } from './lease-slot'
import { DIRTY, FREE, OWNER } from './owner-word'
import { release } from './release'
import { wordOf } from './shared-words'
import { LOCK_BYTES, type Slots } from './slots'

/** What the structure in a region knows of unfinished business. */
export interface Recovery {
  // These two take no mutex and allocate no block, and may be done again from any of their stores.

  /** Finishes what a slot has committed, takes back what it had begun, and clears its records. */
  settle(slot: number): void
  /** Makes whole what the mutex at a granule protects; `slot` held it, or nobody knows who (-1). */
  recover(mutex: number, slot: number): void

  /** What {@link settle} left to the slot's opener, as it needs mutexes. Called by that, inside a change, before its first one. */
  payDebts(): void
}

/** Finds the dead among the openers of a region, and buries them. Never waits; each call may ask the system for locks. */
export class Undertaker {
  readonly slots: Slots
  readonly #recovery: Recovery

  constructor(slots: Slots, recovery: Recovery) {
    this.slots = slots
    this.#recovery = recovery
  }

  /**
   * Buries a slot if its opener is dead; `by` is the undertaker's own slot, or -1. False when it lives, when it was
   * buried already, or while somebody else buries.
   */
  tryBury(slot: number, by: number): boolean {
    const { slots } = this
    const { locks } = slots.memory.backing
    if (slot === by || !slots.isDead(slot)) return false
    if (by !== -1) slots.setBurying(by, slot) // from before the byte is locked until it is not, for who is cut off in between
    try {
      if (!locks.tryLock(LOCK_BYTES.bury)) return false
      if (!slots.isDead(slot)) return false
      this.repair(slot)
      slots.publishFree(slot)
      return true
    } finally {
      this.endBurial(by)
    }
  }

  /** Buries all who are dead. False when somebody is dead still, as another opener is just burying. */
  buryAll(by: number): boolean {
    let buried = true
    for (let slot = 0; slot < this.slots.count; slot++) {
      if (slot !== by && this.slots.isDead(slot) && !this.tryBury(slot, by)) buried = false
    }
    return buried
  }

  /**
   * Locks a slot that nobody has. What stands in it may be believed: whoever locked it before, and was moving
   * something out of it, let go of this byte by dying, and so is dead to see, and buried first.
   */
  tryLockVacant(slot: number, by: number): boolean {
    const { locks } = this.slots.memory.backing
    const byte = LOCK_BYTES.firstSlot + slot
    if (slot === by || this.slots.isLive(slot) || !locks.tryLock(byte)) return false
    if (this.buryAll(by) && !this.slots.isLive(slot)) return true
    locks.unlock(byte)
    return false
  }

  /** Gives up the bytes of other slots that an opener was thrown out with. */
  unlockOthers(own: number): void {
    for (let slot = 0; slot < this.slots.count; slot++) if (slot !== own) this.unlockVacant(slot)
  }

  /** Takes {@link tryLockVacant} back. */
  unlockVacant(slot: number): void {
    this.slots.memory.backing.locks.unlock(LOCK_BYTES.firstSlot + slot)
  }

  /** Ends a burial, also one that its undertaker was terminated in. */
  endBurial(by: number): void {
    this.slots.memory.backing.locks.unlock(LOCK_BYTES.bury)
    if (by !== -1) this.slots.setBurying(by, -1)
  }

  /** Leaves a slot as if its opener had begun nothing. Of the dead, or of oneself. */
  repair(slot: number): void {
    this.#recovery.settle(slot)
    const owner = this.slots.owner(slot)
    for (let level = HELD_COUNT - 1; level >= 0; level--) {
      const mutex = this.slots.held(slot, level)
      if (mutex !== 0) this.#recoverHeld(mutex, slot, owner)
    }
    this.slots.clear(slot)
  }

  /** The mutex may be held, may have been about to be, or may be another's by now: the word tells. */
  #recoverHeld(mutex: number, slot: number, owner: number): void {
    const { memory } = this.slots
    memory.check(mutex, 1, 'a mutex of a lease slot')
    const words = memory.words(mutex)
    const index = wordOf(mutex)
    if ((Atomics.load(words, index) & OWNER) !== owner) return
    release(words, index, owner, this.#recoverOrMark(mutex, slot))
  }

  /** What the word becomes: free, or free and known to be corrupt, so that whoever comes next meets that error. */
  #recoverOrMark(mutex: number, slot: number): number {
    try {
      this.#recovery.recover(mutex, slot)
      return FREE
    } catch (error) {
      if (error instanceof FormatError) return FREE | DIRTY
      throw error
    }
  }

  /** See {@link Recovery.payDebts}. */
  payDebts(): void {
    this.#recovery.payDebts()
  }

  /** For whoever takes a mutex that is free and marked: nobody knows who left it so. */
  recoverMarked(mutex: number): void {
    this.#recovery.recover(mutex, -1)
  }
}
