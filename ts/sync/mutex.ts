/**
 * Mutual exclusion between openers, in one word each.
 *
 * (1) The word names its owner; the owner's slot names the word, from before the word was taken until after it was
 *     given up. So whoever finds one finds the other.
 * (2) Free is taken by compare-exchange, and given up by compare-exchange: nobody overwrites what it did not see.
 * (3) Who sleeps has set WAITERS in the word that it sleeps on; who takes a word after a sleep sets it again, as
 *     others may sleep still. No sleep is longer than SLICE: a wake that was lost with its sender costs no more.
 * (4) A dead owner is buried by whoever waits for it. A living one keeps its mutex, also while it is stopped.
 */

import { FormatError, SharingError } from '../errors'
import { binding } from '../native/binding'
import type { Lease } from './lease'
import { DIRTY, FREE, isFree, OWNER, ownerSlot, WAITERS } from './owner-word'
import { release } from './release'
import { wordOf } from './shared-words'
import { type Identity, thisThread } from './slots'

/** When a mutex may be taken: after those of lower levels that the opener holds. */
export type Level = 0 | 1 | 2 | 3 | 4

/** Milliseconds. */
export const DEFAULT_LOCK_TIMEOUT = 1000

const SPINS = 50
const SLICE = 5 // milliseconds
const IMPATIENT_TIMEOUT = 10 // milliseconds, once an owner has kept somebody waiting for all of the time-out

/** Takes and gives up mutexes for one opener. */
export class Locker {
  readonly #lease: Lease
  readonly #own: Int32Array
  readonly #held: number
  readonly #me: number
  readonly #timeout: number
  /** The mutex, and the owner, that the last time-out was spent on. */
  #slowMutex = 0
  #slowOwner = FREE

  /** `timeout`: milliseconds that a living owner may keep this opener waiting. */
  constructor(lease: Lease, timeout: number = DEFAULT_LOCK_TIMEOUT) {
    this.#lease = lease
    this.#own = lease.slots.memory.front
    this.#held = lease.heldIndex
    this.#me = lease.owner
    this.#timeout = timeout
  }

  /**
   * Takes the mutex whose word is the first of a granule. Blocks, at most for the time-out. Between `lease.begin()` and `lease.end()` only.
   * @throws {SharingError} `ERR_LOCK_TIMEOUT`, with the pid of the owner
   * @throws {FormatError} `ERR_CORRUPT` when what it protects cannot be made whole
   */
  acquire(words: Int32Array, index: number, granule: number, level: Level): void {
    this.#own[this.#held + level] = granule
    if (Atomics.compareExchange(words, index, FREE, this.#me) !== FREE) this.#contend(words, index, granule, level)
    else if (this.#slowMutex === granule) this.#slowMutex = 0
  }

  /** Gives it up, and wakes one who sleeps; a system call only then. @throws {SharingError} `ERR_LEASE_LOST` when the mutex is in another name */
  release(words: Int32Array, index: number, level: Level): void {
    const me = this.#me
    if (Atomics.compareExchange(words, index, me, FREE) !== me) this.#releaseContended(words, index) // PUBLISH: free; pairs with the one in acquire()
    this.#own[this.#held + level] = 0
  }

  #releaseContended(words: Int32Array, index: number): void {
    if (!release(words, index, this.#me, FREE)) {
      throw new SharingError('ERR_LEASE_LOST', 'this opener was taken for dead, and its mutex given to another')
    }
  }

  #contend(words: Int32Array, index: number, granule: number, level: Level): void {
    let word = FREE
    for (let spin = 0; spin < SPINS; spin++) {
      word = Atomics.load(words, index)
      if (isFree(word) && this.#take(words, index, granule, level, word, word & DIRTY)) return
    }
    this.#wait(words, index, granule, level)
  }

  #wait(words: Int32Array, index: number, granule: number, level: Level): void {
    let since = performance.now()
    let waitedFor = FREE
    for (;;) {
      const word = Atomics.load(words, index)
      if (isFree(word)) {
        if (this.#take(words, index, granule, level, word, (word & DIRTY) | WAITERS)) return
        continue
      }
      const owner = word & OWNER
      if (ownerSlot(owner) >= this.#lease.slots.count) this.#refuse(owner, level)
      if (owner !== waitedFor) since = performance.now()
      waitedFor = owner
      const left = since + this.#patience(granule, owner) - performance.now()
      if (left <= 0) this.#giveUp(granule, owner, level)
      if ((word & WAITERS) === 0 && Atomics.compareExchange(words, index, word, word | WAITERS) !== word) continue
      binding.waitOnWord(words, index, word | WAITERS, Math.min(SLICE, left))
      if ((Atomics.load(words, index) & OWNER) === owner) this.#askAfter(words, index, owner)
    }
  }

  /** Makes a free word this opener's, with these flags. False when somebody else was faster. */
  #take(words: Int32Array, index: number, granule: number, level: Level, word: number, flags: number): boolean {
    if (Atomics.compareExchange(words, index, word, this.#me | flags) !== word) return false
    this.#slowMutex = 0
    if ((word & DIRTY) !== 0) this.#recover(words, index, granule, level)
    return true
  }

  #recover(words: Int32Array, index: number, granule: number, level: Level): void {
    try {
      this.#lease.undertaker.recoverMarked(granule)
    } catch (error) {
      release(words, index, this.#me, FREE | DIRTY)
      this.#own[this.#held + level] = 0
      throw error
    }
    Atomics.and(words, index, ~DIRTY)
  }

  #askAfter(words: Int32Array, index: number, owner: number): void {
    const { slots, undertaker, slot } = this.#lease
    const other = ownerSlot(owner)
    if (undertaker.tryBury(other, slot)) return
    if (slots.isLive(other) && slots.owner(other) === owner) slots.callAttention(other)
    else freeOrphan(words, index, owner)
  }

  #refuse(owner: number, level: Level): never {
    this.#own[this.#held + level] = 0
    throw new FormatError('ERR_CORRUPT', `a mutex is held by slot ${ownerSlot(owner)} of ${this.#lease.slots.count}`)
  }

  #patience(granule: number, owner: number): number {
    const slow = this.#slowMutex === granule && this.#slowOwner === owner
    return slow ? Math.min(IMPATIENT_TIMEOUT, this.#timeout) : this.#timeout
  }

  #giveUp(granule: number, owner: number, level: Level): never {
    this.#slowMutex = granule
    this.#slowOwner = owner
    this.#own[this.#held + level] = 0
    const { slots } = this.#lease
    const slot = ownerSlot(owner)
    throw timeoutError(slots.identity(slots.undertakerOf(slot) ?? slot))
  }
}

/** Names whoever keeps the mutex, or is burying who had it. Numbers of another pid namespace would name a stranger here. */
function timeoutError({ pid, tid, pidNamespace }: Identity): SharingError {
  const known = pidNamespace === thisThread().pidNamespace
  const who = known ? `process ${pid} (thread ${tid})` : `a process of another pid namespace (there ${pid})`
  return new SharingError('ERR_LOCK_TIMEOUT', `${who} lives, and keeps a mutex locked: is it stopped?`, known ? pid : undefined)
}

/**
 * A generation that ended stores no word any more: a mutex that is still in its name was not in its `held`, by a
 * fault of somebody, and nobody else is going to release it.
 */
function freeOrphan(words: Int32Array, index: number, owner: number): void {
  if ((Atomics.load(words, index) & OWNER) === owner) release(words, index, owner, FREE | DIRTY)
}

/** One mutex that is taken often: where its word is, is looked up once. */
export class Mutex {
  readonly granule: number
  readonly #locker: Locker
  readonly #words: Int32Array
  readonly #index: number
  readonly #level: Level

  constructor(locker: Locker, words: Int32Array, granule: number, level: Level) {
    this.granule = granule
    this.#locker = locker
    this.#words = words
    this.#index = wordOf(granule)
    this.#level = level
  }

  /** As {@link Locker.acquire}. */
  acquire(): void {
    this.#locker.acquire(this.#words, this.#index, this.granule, this.#level)
  }

  /** As {@link Locker.release}. */
  release(): void {
    this.#locker.release(this.#words, this.#index, this.#level)
  }
}
