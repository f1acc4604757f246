import { bits } from '../layout/layout'

/** The word of a mutex: who holds it. */
export const OwnerWord = bits({
  waiters: [0, 1, 'somebody may be asleep on this word'],
  dirty: [1, 1, 'what the mutex protects needs recovery'],
  slot: [2, 10, 'lease slot of the owner plus 1; 0 = free'],
  generation: [12, 20, 'of that slot'],
})

export const FREE = 0
export const WAITERS: number = OwnerWord.mask.waiters
export const DIRTY: number = OwnerWord.mask.dirty
/** All but the flags: the owner. */
export const OWNER: number = ~(WAITERS | DIRTY)
const SLOT: number = OwnerWord.mask.slot

/** Slots that an owner word can name. */
export const MAX_SLOTS: number = OwnerWord.max.slot

/** As an `Int32Array` gives it. */
export function ownerWord(slot: number, generation: number): number {
  return (generation << OwnerWord.shift.generation) | ((slot + 1) << OwnerWord.shift.slot)
}

export function isFree(word: number): boolean {
  return (word & SLOT) === 0
}

/** The owner's slot; -1 when there is none. */
export function ownerSlot(word: number): number {
  return ((word & SLOT) >>> OwnerWord.shift.slot) - 1
}
