import { binding } from '../native/binding'
import { HELD_COUNT, LeaseSlot, SlotState } from './lease-slot'
import { ownerWord } from './owner-word'
import type { SharedWords } from './shared-words'

/** Bytes that openers lock, counted from the first that is used for locks. */
export const LOCK_BYTES = {
  /** Create, open and destroy: one at a time. */
  gate: 0,
  /** Shared, by every opener that only reads. */
  readers: 1,
  /** Burials: one at a time. */
  bury: 2,
  /** And one for each slot from here on, by its opener. */
  firstSlot: 16,
} as const

const { state, pid, tid, pidNamespace, start, role, attention, held, burying } = LeaseSlot.index
const LIVE: number = SlotState.mask.live
const GENERATION: number = SlotState.max.generation

/** The state of a slot that was given up. */
export function nextGeneration(state: number): number {
  const generation = ((state >>> SlotState.shift.generation) + 1) & GENERATION
  return generation << SlotState.shift.generation
}

/** A thread of this machine, as its pid namespace numbers it. `start`: clock ticks since boot; 0 = unknown. */
export interface Identity {
  readonly pid: number
  readonly tid: number
  readonly start: number
  readonly pidNamespace: number
}

/** Where the slots lie. */
export interface SlotGeometry {
  /** Words from the start of the region to the first slot. */
  readonly index: number
  /** Words from one slot to the next; each begins with a `LeaseSlot`. */
  readonly stride: number
  readonly count: number
}

/** The table of lease slots. */
export class Slots {
  readonly memory: SharedWords
  readonly count: number
  readonly #words: Int32Array
  readonly #geometry: SlotGeometry

  constructor(memory: SharedWords, geometry: SlotGeometry) {
    this.memory = memory
    this.count = geometry.count
    this.#words = memory.front
    this.#geometry = geometry
  }

  /** The first word of a slot. */
  at(slot: number): number {
    return this.#geometry.index + slot * this.#geometry.stride
  }

  /** The slot's state word; pairs with {@link publishLive} and {@link publishFree}. */
  state(slot: number): number {
    return Atomics.load(this.#words, this.at(slot) + state)
  }

  isLive(slot: number): boolean {
    return (this.state(slot) & LIVE) !== 0
  }

  /** The word that names the present opener of a slot in a mutex. */
  owner(slot: number): number {
    return ownerWord(slot, this.state(slot) >>> SlotState.shift.generation)
  }

  /** Makes the slot its opener's. Whoever does this holds the slot's byte. */
  publishLive(slot: number, identity: Identity, as: number): void {
    const words = this.#words
    const at = this.at(slot)
    words[at + pid] = identity.pid
    words[at + tid] = identity.tid
    words[at + pidNamespace] = identity.pidNamespace
    words[at + start] = identity.start >>> 0
    words[at + start + 1] = Math.floor(identity.start / 2 ** 32)
    words[at + role] = as
    Atomics.store(words, at + state, this.state(slot) | LIVE) // PUBLISH: pairs with the load in state()
  }

  /** Ends a generation: whatever owner word names it is wrong from now on. */
  publishFree(slot: number): void {
    Atomics.store(this.#words, this.at(slot) + state, nextGeneration(this.state(slot))) // PUBLISH: pairs with the load in state()
  }

  identity(slot: number): Identity {
    const words = this.#words
    const at = this.at(slot)
    return {
      pid: words[at + pid]! >>> 0,
      tid: words[at + tid]! >>> 0,
      pidNamespace: words[at + pidNamespace]! >>> 0,
      start: (words[at + start]! >>> 0) + (words[at + start + 1]! >>> 0) * 2 ** 32,
    }
  }

  /**
   * Whether a slot's opener died. Its lock says so; but the kernel drops locks only after it took the memory
   * of the process apart, or wrote its core, which for gigabytes takes a while: so its threads are asked, too.
   * Not to be asked of a slot of one's own, whose lock one does not see.
   */
  isDead(slot: number): boolean {
    const before = this.state(slot)
    if ((before & LIVE) === 0) return false
    const { pid: process, tid: thread, start: since, pidNamespace: namespace } = this.identity(slot)
    const ended =
      !this.memory.backing.locks.isLocked(LOCK_BYTES.firstSlot + slot) ||
      (since !== 0 && binding.isEnding(process, thread, since, namespace))
    return ended && this.state(slot) === before // still that opener, and not the next
  }

  held(slot: number, level: number): number {
    return this.#words[this.at(slot) + held + level]! >>> 0
  }

  /** Forgets what a slot holds and buries. */
  clear(slot: number): void {
    const at = this.at(slot)
    for (let level = 0; level < HELD_COUNT; level++) this.#words[at + held + level] = 0
    this.#words[at + burying] = 0
  }

  /** Also of the dead that nobody has buried. */
  anyLive(): boolean {
    for (let slot = 0; slot < this.count; slot++) if (this.isLive(slot)) return true
    return false
  }

  isBurying(slot: number): boolean {
    return this.#words[this.at(slot) + burying] !== 0
  }

  /** Who is at work on a slot's burial. */
  undertakerOf(slot: number): number | undefined {
    for (let by = 0; by < this.count; by++) if (this.isLive(by) && this.#words[this.at(by) + burying] === slot + 1) return by
    return undefined
  }

  /** Notes that `by` buries a slot, or (-1) has done so. */
  setBurying(by: number, slot: number): void {
    this.#words[this.at(by) + burying] = slot + 1
  }

  /** Asks an opener to look at what it left unfinished. */
  callAttention(slot: number): void {
    const index = this.at(slot) + attention
    Atomics.add(this.#words, index, 1) // PUBLISH: pairs with the load in watchAttention()
    binding.wakeWord(this.#words, index, 1)
  }

  /** The word that {@link callAttention} changes. */
  attentionIndex(slot: number): number {
    return this.at(slot) + attention
  }
}

const identity = new Float64Array(4)

/** Of the thread that asks. */
export function thisThread(): Identity {
  binding.thisThread(identity)
  const [pid, tid, start, pidNamespace] = identity
  return { pid: pid!, tid: tid!, start: start!, pidNamespace: pidNamespace! }
}
