/**
 * Changes several words at once, as far as any survivor can tell.
 *
 * The words to change are written down in the opener's slot; one store of their number commits them; then they are
 * changed; then the number is cleared. A death before the commit changes nothing; after it, whoever buries the
 * opener changes them again, to the same values. Other openers are kept away by the mutexes of the words, which
 * the opener holds throughout, and lock-free readers by a version of the structure's own.
 */

import { FormatError, rangeError } from '../errors'
import { layout, u32, words } from '../layout/layout'
import { GRANULE, type SharedWords, SUPERBLOCK_BYTES, wordOf } from './shared-words'

/** Words that one journal holds. */
export const JOURNAL_CAPACITY = 60
const ENTRY_WORDS = 3

/** What a slot has of a {@link Journal}. */
export const JournalRecord = layout('JournalRecord', {
  count: u32.is('PUBLISH: entries that are to be applied; 0 = none'),
  entries: words(JOURNAL_CAPACITY * ENTRY_WORDS).is('of 3 words: granule, which of its two words (0 or 1), and the value it gets'),
})

const { count: COUNT, entries: ENTRIES } = JournalRecord.index

/** Stages words for one change, and makes it. Belongs to one slot: to its opener, or to who buries that. */
export class Journal {
  readonly #memory: SharedWords
  readonly #words: Int32Array
  readonly #at: number
  #staged = 0

  /** `at`: words from the start of the region to the record. */
  constructor(memory: SharedWords, at: number) {
    this.#memory = memory
    this.#words = memory.front
    this.#at = at
  }

  /** Forgets what was staged and not committed. */
  begin(): void {
    this.#staged = 0
  }

  /** The word gets this value with {@link commit}. `half`: the first or the second word of the granule. */
  set(granule: number, half: 0 | 1, value: number): void {
    if (this.#staged >= JOURNAL_CAPACITY)
      throw rangeError('ERR_OUT_OF_RANGE', `a journal holds ${JOURNAL_CAPACITY} words, and not one more`)
    const entry = this.#at + ENTRIES + this.#staged++ * ENTRY_WORDS
    this.#words[entry] = granule
    this.#words[entry + 1] = half
    this.#words[entry + 2] = value
  }

  /** What a word is going to be: as staged, or as it is. */
  peek(granule: number, half: 0 | 1): number {
    for (let i = this.#staged - 1; i >= 0; i--) {
      const entry = this.#at + ENTRIES + i * ENTRY_WORDS
      if (this.#words[entry]! >>> 0 === granule && this.#words[entry + 1] === half) return this.#words[entry + 2]!
    }
    return this.#memory.words(granule)[wordOf(granule) + half]!
  }

  /** Changes all staged words. @throws {FormatError} `ERR_CORRUPT` when one of them is not the region's to change */
  commit(): void {
    Atomics.store(this.#words, this.#at + COUNT, this.#staged) // PUBLISH: pairs with the load in redo()
    this.#staged = 0
    this.redo()
  }

  /** Applies what was committed, if anything was. @throws as {@link commit} */
  redo(): void {
    const words = this.#words
    const count = Atomics.load(words, this.#at + COUNT)
    if (count === 0) return
    if (count < 0 || count > JOURNAL_CAPACITY)
      throw new FormatError('ERR_CORRUPT', `a journal of ${count} words, of at most ${JOURNAL_CAPACITY}`)
    for (let i = 0, entry = this.#at + ENTRIES; i < count; i++, entry += ENTRY_WORDS) {
      this.#apply(words[entry]! >>> 0, words[entry + 1]!, words[entry + 2]!)
    }
    Atomics.store(words, this.#at + COUNT, 0)
  }

  #apply(granule: number, half: number, value: number): void {
    this.#memory.check(granule, 1, 'a word of a journal')
    if (granule < SUPERBLOCK_BYTES / GRANULE)
      throw new FormatError('ERR_CORRUPT', `a journal that changes granule ${granule} of the superblock`)
    Atomics.store(this.#memory.words(granule), wordOf(granule) + (half & 1), value)
  }
}
