/**
 * Free runs of pages, in bins by length; neighbours are one run (TLSF: Masmano et al., ECRTS 2004).
 *
 * A free run has its entry at its first and its last page, and in the first page's own bytes the first pages of the
 * next and the previous run of its bin. Entries in between mean nothing. No run reaches from one pane into the next.
 *
 * All changes are staged in a journal, and read back from there until it is committed.
 */

import { FormatError } from '../errors'
import type { Journal } from '../sync/journal'
import type { ArenaPlace } from './arena-place'
import { ArenaHeader, BIN_COUNT } from './layouts'
import { freeEntry, type PageTable } from './page-table'
import { PAGE_GRANULES, PANE_PAGES } from './size-class'

const BINS: number = ArenaHeader.index.bins
const EXACT_BINS = 7
// A bin whose runs may be too short is looked through this far.
const TRIES = 16

/** The bin of a run. */
export function binOf(length: number): number {
  if (length <= EXACT_BINS) return length - 1
  const exponent = 31 - Math.clz32(length)
  return EXACT_BINS + (exponent - 3) * 4 + ((length >>> (exponent - 2)) & 3)
}

/** The first bin all of whose runs are long enough. */
function binAbove(length: number): number {
  if (length <= EXACT_BINS) return length - 1
  return binOf(length + (1 << (29 - Math.clz32(length))) - 1)
}

/** The bins. The mutex of the page runs is held, except by who only calls `setWord`. */
export class FreeRuns {
  readonly #table: PageTable
  readonly #journal: Journal
  readonly #bins: number

  constructor({ table, header }: ArenaPlace, journal: Journal) {
    this.#table = table
    this.#journal = journal
    this.#bins = header + BINS
  }

  /** A free run of at least this length: of the lowest bin that surely has some, or else one of the bin that may. 0 when there is none. */
  find(length: number): number {
    for (let bin = binAbove(length); bin < BIN_COUNT; bin++) {
      const page = this.head(bin)
      if (page !== 0 && this.length(page) >= length) return page
    }
    let page = this.head(binOf(length))
    for (let tries = 0; page !== 0 && tries < TRIES; tries++, page = this.next(page)) {
      if (this.length(page) >= length) return page
    }
    return 0
  }

  /** The runs of a bin. Do not change the bin meanwhile. */
  *inBin(bin: number): Generator<number> {
    let left = this.#table.limit
    for (let page = this.head(bin); page !== 0; page = this.next(page)) {
      if (left-- === 0) throw corrupt(page)
      yield page
    }
  }

  head(bin: number): number {
    return this.#word(this.#bins + bin)
  }

  next(page: number): number {
    return this.#link(page, 0)
  }

  /** @throws {FormatError} `ERR_CORRUPT` when no free run begins at the page */
  length(page: number): number {
    if (!this.#table.isFree(page) || !this.#table.isRun(page)) throw corrupt(page)
    return this.#table.lengthAt(page)
  }

  /** Pages of the free run that ends right before a page, and that pages from there on would join. */
  lengthBefore(page: number): number {
    return page % PANE_PAGES !== 0 && this.#table.isFree(page - 1) ? this.#table.lengthAt(page - 1) : 0
  }

  /** Adds pages, joined with the free runs on both sides. */
  insertJoined(page: number, length: number): void {
    let start = page
    let end = page + length
    let holes = false
    if (end % PANE_PAGES !== 0 && this.#table.isFree(end)) {
      holes = this.#table.hasHoles(end)
      end += this.unlink(end)
    }
    if (this.lengthBefore(start) > 0) {
      const before = start - this.lengthBefore(start)
      if (before < this.#table.first || before + this.length(before) !== start) throw corrupt(before)
      holes ||= this.#table.hasHoles(before)
      this.unlink(before)
      start = before
    }
    this.insert(start, end - start, holes)
  }

  /** Adds a run as it is. */
  insert(page: number, length: number, holes: boolean): void {
    const bin = this.#bins + binOf(length)
    const next = this.#word(bin)
    this.setEntries(page, length, holes)
    this.#setLink(page, 0, next)
    this.#setLink(page, 1, 0)
    if (next !== 0) this.#setLink(next, 1, page)
    this.setWord(bin, page)
  }

  /** Takes a run out of its bin. Returns its length. */
  unlink(page: number): number {
    const length = this.length(page)
    const next = this.#link(page, 0)
    const previous = this.#link(page, 1)
    const bin = this.#bins + binOf(length)
    // Wrong links would have the words of some block changed.
    if (next !== 0 && this.#link(next, 1) !== page) throw corrupt(next)
    if ((previous !== 0 ? this.#link(previous, 0) : this.#word(bin)) !== page) throw corrupt(page)
    if (next !== 0) this.#setLink(next, 1, previous)
    if (previous !== 0) this.#setLink(previous, 0, next)
    else this.setWord(bin, next)
    return length
  }

  setEntries(page: number, length: number, holes: boolean): void {
    const entry = freeEntry(length, holes)
    this.setWord(this.#table.index(page), entry)
    if (length > 1) this.setWord(this.#table.index(page + length - 1), entry)
  }

  /** Stages a word of the region's first pane. */
  setWord(index: number, value: number): void {
    this.#journal.set(index >>> 1, (index & 1) as 0 | 1, value)
  }

  #word(index: number): number {
    return this.#checked(this.#journal.peek(index >>> 1, (index & 1) as 0 | 1))
  }

  #link(page: number, half: 0 | 1): number {
    return this.#checked(this.#journal.peek(page * PAGE_GRANULES, half))
  }

  #setLink(page: number, half: 0 | 1, value: number): void {
    this.#journal.set(page * PAGE_GRANULES, half, value)
  }

  #checked(page: number): number {
    if (page !== 0 && !this.#table.holds(page)) throw corrupt(page)
    return page
  }
}

function corrupt(page: number): FormatError {
  return new FormatError('ERR_CORRUPT', `no free run of the arena begins at page ${page}`)
}
