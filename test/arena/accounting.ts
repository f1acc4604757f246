/**
 * Where every byte of an arena is: a second reader of its bytes, which shares nothing with the code that writes them
 * but the layouts. Exact while nobody changes anything.
 */

import { ArenaHeader, BIN_COUNT, ClassHeader, Intent, LENGTH_SHIFT, Magazine, PageEntry } from '../../ts/arena/layouts'
import { OpenerSlot } from '../../ts/arena/opener-slot'
import { CLASS_COUNT, CLASS_SIZES, PAGE_BYTES, PAGE_GRANULES, RUN_PAGES } from '../../ts/arena/size-class'
import type { Region } from '../../ts/region/region'
import { JournalRecord } from '../../ts/sync/journal'

const KINDS = ['nothing', 'free', 'small', 'large'] as const
const PANE_PAGES = 2 ** 30 / PAGE_BYTES

/** Bytes, which add up to `arena`. */
export interface Accounts {
  readonly arena: number
  readonly inUse: number
  /** On the lists of their classes, or never used. */
  readonly depots: number
  /** In the magazines of slots, vacant or not. */
  readonly magazines: number
  /** Large blocks that a slot has still to give back. */
  readonly debts: number
  readonly freeRuns: number
  /** Behind the last block of a run of small blocks. */
  readonly waste: number
  /** What cannot be so; empty when every byte is in one place. */
  readonly problems: readonly string[]
}

/** `inUse`: the blocks that the structure leads to. */
export function accountFor(region: Region, inUse: readonly number[]): Accounts {
  return new Accountant(region).account(inUse)
}

interface Run {
  readonly page: number
  readonly pages: number
  readonly kind: (typeof KINDS)[number]
  readonly sizeClass: number
}

class Accountant {
  readonly #region: Region
  readonly #problems: string[] = []
  /** By granule of each block: where it was found, if it was. */
  readonly #blocks = new Map<number, string | undefined>()
  readonly #sizes = new Map<number, number>()
  readonly #sums = { inUse: 0, depots: 0, magazines: 0, debts: 0, freeRuns: 0, waste: 0 }

  constructor(region: Region) {
    this.#region = region
  }

  account(inUse: readonly number[]): Accounts {
    const first = this.#region.place.firstPage
    const end = this.#word(this.#header('end'))
    const runs = this.#runs(first, end)
    this.#listBlocks(runs)
    this.#auditFreeRuns(runs)
    for (let sizeClass = 0; sizeClass < CLASS_COUNT; sizeClass++) this.#auditShelf(sizeClass)
    for (let slot = 0; slot < this.#region.slots.count; slot++) this.#auditSlot(slot)
    for (const block of inUse) this.#found(block, 'inUse', 'the structure')
    for (const [block, place] of this.#blocks) if (place === undefined) this.#problems.push(`block ${block} is lost`)
    const arena = (end - first) * PAGE_BYTES
    const sum = Object.values(this.#sums).reduce((all, part) => all + part, 0)
    if (sum !== arena) this.#problems.push(`the parts add up to ${sum} of ${arena} bytes`)
    return { arena, ...this.#sums, problems: this.#problems }
  }

  #runs(first: number, end: number): Run[] {
    const runs: Run[] = []
    for (let page = first; page < end; ) {
      const run = this.#runAt(page)
      if (run.pages < 1 || page + run.pages > end) {
        this.#problems.push(`page ${page} begins a ${run.kind} run of ${run.pages} pages`)
        break
      }
      runs.push(run)
      page += run.pages
    }
    return runs
  }

  #runAt(page: number): Run {
    const entry = this.#entry(page)
    const kind = KINDS[entry & PageEntry.mask.kind]!
    const sizeClass = (entry >>> PageEntry.shift.sizeClass) & PageEntry.max.sizeClass
    if (kind !== 'small') return { page, kind, sizeClass: -1, pages: kind === 'nothing' ? 0 : entry >>> LENGTH_SHIFT }
    const pages = RUN_PAGES[sizeClass] ?? 0
    for (let i = 0; i < pages; i++) {
      const own = this.#entry(page + i)
      const place = (own >>> PageEntry.shift.place) & PageEntry.max.place
      if (place !== i || KINDS[own & PageEntry.mask.kind] !== 'small') this.#problems.push(`page ${page + i} is not part ${i} of its run`)
    }
    return { page, kind, sizeClass, pages }
  }

  #listBlocks(runs: readonly Run[]): void {
    for (const { page, pages, kind, sizeClass } of runs) {
      if (kind === 'large') this.#list(page * PAGE_GRANULES, pages * PAGE_GRANULES)
      if (kind !== 'small') continue
      const size = CLASS_SIZES[sizeClass]!
      const count = Math.floor((pages * PAGE_GRANULES) / size)
      for (let i = 0; i < count; i++) this.#list(page * PAGE_GRANULES + i * size, size)
      this.#sums.waste += (pages * PAGE_GRANULES - count * size) * 8
    }
  }

  #list(block: number, size: number): void {
    this.#blocks.set(block, undefined)
    this.#sizes.set(block, size)
  }

  /** Each is in exactly one bin, knows both neighbours there, has its entry at both ends, and no free neighbour in memory. */
  #auditFreeRuns(runs: readonly Run[]): void {
    const free = new Map(runs.filter(({ kind }) => kind === 'free').map((run) => [run.page, run.pages]))
    for (const [page, pages] of free) {
      this.#sums.freeRuns += pages * PAGE_BYTES
      if (this.#entry(page + pages - 1) !== this.#entry(page)) this.#problems.push(`the free run at page ${page} ends otherwise`)
      if (free.has(page + pages) && (page + pages) % PANE_PAGES !== 0)
        this.#problems.push(`the free runs before and at page ${page + pages} are not one`)
      if (Math.floor(page / PANE_PAGES) !== Math.floor((page + pages - 1) / PANE_PAGES))
        this.#problems.push(`the free run at page ${page} crosses into a pane`)
    }
    const left = new Set(free.keys())
    for (let bin = 0; bin < BIN_COUNT; bin++) this.#auditBin(bin, left)
    for (const page of left) this.#problems.push(`the free run at page ${page} is in no bin`)
  }

  #auditBin(bin: number, left: Set<number>): void {
    let previous = 0
    for (let page = this.#word(this.#header('bins') + bin); page !== 0; page = this.#link(page * PAGE_GRANULES, 0)) {
      if (!left.delete(page)) {
        this.#problems.push(`bin ${bin} leads to page ${page}, where no free run begins that is in no other`)
        return
      }
      if (this.#link(page * PAGE_GRANULES, 1) !== previous) this.#problems.push(`the free run at page ${page} does not know the one before`)
      previous = page
    }
  }

  #auditShelf(sizeClass: number): void {
    const header = this.#header('classes') + (sizeClass * ClassHeader.byteLength) / 4
    const name = `the depot of class ${sizeClass}`
    if (this.#word(header + ClassHeader.index.lock) !== 0) this.#problems.push(`${name} is locked`)
    this.#follow(this.#word(header + ClassHeader.index.head), Number.POSITIVE_INFINITY, sizeClass, 'depots', name)
    const size = CLASS_SIZES[sizeClass]!
    const end = this.#word(header + ClassHeader.index.freshEnd)
    for (let block = this.#word(header + ClassHeader.index.fresh); block !== 0 && block + size <= end; block += size)
      if (!this.#found(block, 'depots', `${name}, never used`, sizeClass)) return
  }

  #auditSlot(slot: number): void {
    const at = this.#region.slots.at(slot)
    if (this.#word(at + OpenerSlot.index.journal + JournalRecord.index.count) !== 0) this.#problems.push(`slot ${slot} has a journal`)
    const intent = at + OpenerSlot.index.intent
    if (this.#word(intent + Intent.index.state) !== 0) this.#problems.push(`slot ${slot} is doing something with a block`)
    for (let block = this.#word(intent + Intent.index.debt); block !== 0; block = this.#link(block, 0))
      if (!this.#found(block, 'debts', `the debts of slot ${slot}`)) break
    for (let sizeClass = 0; sizeClass < CLASS_COUNT; sizeClass++) {
      const magazine = at + OpenerSlot.index.magazines + (sizeClass * Magazine.byteLength) / 4
      for (const stack of ['loaded', 'spare'] as const) {
        const top = this.#word(magazine + Magazine.index[stack])
        const height = top === 0 ? 0 : this.#link(top, 1)
        this.#follow(top, height, sizeClass, 'magazines', `the ${stack} stack of slot ${slot} in class ${sizeClass}`)
      }
    }
  }

  #follow(top: number, height: number, sizeClass: number, part: 'depots' | 'magazines', place: string): void {
    for (let block = top, left = height; block !== 0 && left > 0; left--, block = this.#link(block, 0))
      if (!this.#found(block, part, place, sizeClass)) return
  }

  /** False when it is no block, or was found elsewhere. */
  #found(block: number, part: 'inUse' | 'depots' | 'magazines' | 'debts', place: string, sizeClass?: number): boolean {
    const size = this.#sizes.get(block)
    const wrong = size === undefined || (sizeClass !== undefined && size !== CLASS_SIZES[sizeClass])
    if (wrong) this.#problems.push(`${place} leads to granule ${block}, where no such block begins`)
    else if (this.#blocks.get(block) !== undefined) this.#problems.push(`block ${block} is in ${this.#blocks.get(block)}, and in ${place}`)
    if (wrong || this.#blocks.get(block) !== undefined) return false
    this.#blocks.set(block, place)
    this.#sums[part] += size * 8
    return true
  }

  #header(field: 'end' | 'bins' | 'classes'): number {
    return this.#region.place.arena / 4 + ArenaHeader.offset[field] / 4
  }

  #entry(page: number): number {
    return this.#word(this.#region.place.table / 4 + page)
  }

  #word(index: number): number {
    return this.#region.memory.front[index]! >>> 0
  }

  /** A word of a block, or of the first page of a free run; 0 where there is no memory for it. */
  #link(granule: number, half: 0 | 1): number {
    if (granule * 8 >= this.#region.size) return 0
    return this.#region.memory.words(granule)[(granule % 2 ** 27) * 2 + half]! >>> 0
  }
}
