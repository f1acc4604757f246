/**
 * Sleeping until a word changes, in any process.
 *
 * Beside the data word lies a flag word: bit 0 says that somebody may be asleep, the other bits are a token that
 * each sleeper makes new. The data word must not come back to an old value while somebody sleeps on it.
 *
 * (1) A sleeper first sets the flag, with a new token, and then looks whether the data changed. So either it sees
 *     the change, or the writer of that change sees the flag.
 * (2) A writer wakes first and clears the flag then: a death in between leaves a flag too many, which costs one
 *     wake, and never a flag too few.
 * (3) It clears only with the token that it saw before it changed the data: whoever registered later may be
 *     asleep on the new value already, and keeps the flag.
 * (4) A writer may die between its store and its wake. So nobody sleeps longer than 150 ms without looking,
 *     or, in an event loop that has heard of no change for some seconds, than 2 s.
 * (5) Who may not write cannot set the flag, and looks in growing intervals, of 20 ms at last.
 */

import { conditionError, type MappingCondition } from '../errors'
import type { Backing } from '../memory/backing'
import { binding } from '../native/binding'
import { watchWord } from './word-watch'

const SLEEPERS = 1
const TOKEN = 2
const EVERYBODY = 0x7fffffff
// Milliseconds: the first, and the longest, that a thread sleeps without looking.
const ANNOUNCED = [150, 150] as const
const UNANNOUNCED = [1, 20] as const
const SPINS = 50
const LONGEST_TIMER = 2 ** 31 - 1 // of setTimeout

export interface WaitOptions {
  /** Milliseconds; for ever by default. */
  readonly timeout?: number
  /** Gives up when aborted: the wait rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Whether the wait keeps the event loop alive, as a listening server does. Default true. */
  readonly keepsLoop?: boolean
}

/** Pending waits of one opener, all of which end when it closes, or its memory breaks. */
export class Waits {
  readonly #pending = new Set<(reason: Error) => void>()
  readonly #backing: Backing

  constructor(backing: Backing) {
    this.#backing = backing
    const self = new WeakRef(this) // who listens for faults keeps nothing alive
    backing.onFault((error) => self.deref()?.cancel(error))
  }

  /** @throws {MappingError} when no word of the memory can change any more */
  check(): void {
    const { condition } = this.#backing
    if (condition !== 0) throw conditionError(condition as MappingCondition)
  }

  add(cancel: (reason: Error) => void): void {
    this.#pending.add(cancel)
  }

  delete(cancel: (reason: Error) => void): void {
    this.#pending.delete(cancel)
  }

  /** Rejects them all. */
  cancel(reason: Error): void {
    for (const cancel of [...this.#pending]) cancel(reason)
  }
}

/** One data word and its flag word, for those who change it and those who wait for that. */
export class Waiter {
  readonly #words: Int32Array
  readonly #data: number
  readonly #flag: number
  readonly #writable: boolean
  readonly #waits: Waits

  /** `data` and `flag` are indices in `words`. */
  constructor(words: Int32Array, data: number, flag: number, writable: boolean, waits: Waits) {
    this.#words = words
    this.#data = data
    this.#flag = flag
    this.#writable = writable
    this.#waits = waits
  }

  /** The data word. */
  load(): number {
    return Atomics.load(this.#words, this.#data)
  }

  /** Stores the data word, and wakes who sleeps. Makes a system call only when somebody does. */
  publish(value: number): void {
    const before = this.#words[this.#flag]! // plain: an older flag only clears less
    Atomics.store(this.#words, this.#data, value) // PUBLISH: pairs with the load in load()
    if ((Atomics.load(this.#words, this.#flag) & SLEEPERS) !== 0) this.#wake(before)
  }

  #wake(before: number): void {
    binding.wakeWord(this.#words, this.#data, EVERYBODY)
    if ((before & SLEEPERS) !== 0) Atomics.compareExchange(this.#words, this.#flag, before, (before + TOKEN) & ~SLEEPERS)
  }

  #register(): void {
    if (!this.#writable) return
    for (;;) {
      const flag = Atomics.load(this.#words, this.#flag)
      if (Atomics.compareExchange(this.#words, this.#flag, flag, (flag + TOKEN) | SLEEPERS) === flag) return
    }
  }

  /**
   * Resolves with true once the word holds something else than `seen`, and with false after the time-out. The event
   * loop goes on meanwhile; nothing polls.
   * Rejects with the signal's reason, with `ERR_MAPPING_CLOSED` when the memory is closed, with what broke it, or with
   * `EAGAIN` when the system has no thread left to wait with.
   */
  wait(seen: number, { timeout, signal, keepsLoop = true }: WaitOptions = {}): Promise<boolean> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    try {
      this.#waits.check()
    } catch (error) {
      return Promise.reject(error)
    }
    this.#register()
    if (this.load() !== seen) return Promise.resolve(true)
    return new Promise((resolve, reject) => {
      const end = (): void => {
        unwatch()
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        this.#waits.delete(cancel)
      }
      const cancel = (reason: Error): void => {
        end()
        reject(reason)
      }
      const abort = (): void => cancel(signal!.reason)
      const finish = (changed: boolean): void => {
        end()
        resolve(changed)
      }
      const unwatch = watchWord(this.#words, this.#data, seen, { keepsLoop, announced: this.#writable }, () => finish(true))
      const timer = timeout === undefined || timeout > LONGEST_TIMER ? undefined : setTimeout(() => finish(this.load() !== seen), timeout)
      if (!keepsLoop) timer?.unref()
      signal?.addEventListener('abort', abort)
      this.#waits.add(cancel)
    })
  }

  /** As {@link wait}, blocking the thread: for worker threads. `timeout`: milliseconds. @throws {MappingError} when the memory breaks meanwhile */
  waitSync(seen: number, timeout = Number.POSITIVE_INFINITY): boolean {
    this.#waits.check()
    for (let spin = 0; spin < SPINS; spin++) if (this.load() !== seen) return true
    const end = performance.now() + timeout
    this.#register()
    const [first, longest] = this.#writable ? ANNOUNCED : UNANNOUNCED
    for (let slice: number = first; this.load() === seen; slice = Math.min(slice * 2, longest)) {
      const left = end - performance.now()
      if (left <= 0) return false
      binding.waitOnWord(this.#words, this.#data, seen, Math.min(slice, left))
      this.#waits.check()
    }
    return true
  }
}
