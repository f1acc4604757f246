import { FormatError } from '../errors'
import { wordOf } from '../sync/shared-words'
import type { ArenaPlace } from './arena-place'
import { ifUnlocked } from './if-unlocked'
import { Intent, IntentState } from './layouts'
import type { PageRuns } from './page-runs'
import { largeEntry, NO_ENTRY } from './page-table'
import { PAGE_GRANULES } from './size-class'

const { state: STATE, block: BLOCK, debt: DEBT } = Intent.index

/** Blocks that are runs of pages of their own. */
export class LargeBlocks {
  readonly #place: ArenaPlace
  readonly #runs: PageRuns
  readonly #front: Int32Array
  readonly #intent: number

  /** `intent`: the word that the opener's `Intent` begins at. */
  constructor(place: ArenaPlace, runs: PageRuns, intent: number) {
    this.#place = place
    this.#runs = runs
    this.#front = place.memory.front
    this.#intent = intent
  }

  /** The block becomes the opener's, and its intent says so, in the commit that takes the pages. 0 when the region is full. */
  alloc(granules: number): number {
    this.payDebts()
    const pages = Math.ceil(granules / PAGE_GRANULES)
    const page = this.#runs.take(pages, (first) => {
      this.#runs.stage(this.#place.table.index(first + pages - 1), NO_ENTRY) // no longer the end of a free run
      this.#runs.stage(this.#place.table.index(first), largeEntry(pages))
      this.#runs.stage(this.#intent + BLOCK, first * PAGE_GRANULES)
      this.#runs.stage(this.#intent + STATE, IntentState.ALLOCATED)
    })
    return page * PAGE_GRANULES
  }

  /** Puts a free block on the list of those to give back. */
  owe(block: number): void {
    this.#place.memory.words(block)[wordOf(block)] = this.#front[this.#intent + DEBT]!
    this.#front[this.#intent + DEBT] = block
  }

  /** Gives back what the list holds, as long as the mutex can be had. */
  payDebts(): void {
    while (this.#front[this.#intent + DEBT] !== 0) {
      if (!ifUnlocked(() => this.#pay(this.#front[this.#intent + DEBT]! >>> 0))) return
    }
  }

  #pay(block: number): void {
    const { table, memory } = this.#place
    if (table.classAt(block) !== -1) throw new FormatError('ERR_CORRUPT', `no large block begins at granule ${block}`)
    const page = block / PAGE_GRANULES
    const next = memory.words(block)[wordOf(block)]!
    this.#runs.give(page, table.lengthAt(page), () => this.#runs.stage(this.#intent + DEBT, next))
  }

  /** Takes the debts of a slot over, whose byte this opener holds. Its own are paid. */
  inherit(otherIntent: number): void {
    this.payDebts()
    if (this.#front[otherIntent + DEBT] === 0 || this.#front[this.#intent + DEBT] !== 0) return
    this.#runs.move(otherIntent + DEBT, this.#intent + DEBT)
    this.payDebts()
  }
}
