import { wordOf } from '../sync/shared-words'
import type { Slots } from '../sync/slots'
import type { ArenaPlace } from './arena-place'
import { BlockSet } from './block-set'
import { binOf } from './free-runs'
import { ArenaHeader, BIN_COUNT, ClassHeader, Intent, IntentState, Magazine } from './layouts'
import { OpenerSlot } from './opener-slot'
import { PageKind } from './page-table'
import { CLASS_COUNT, CLASS_SIZES, PAGE_GRANULES, RUN_PAGES } from './size-class'

const CLASS_WORDS: number = ClassHeader.byteLength / 4
const MAGAZINE_WORDS: number = Magazine.byteLength / 4
const { state: STATE, block: BLOCK, old: OLD, debt: DEBT } = Intent.index

/** What an arena consists of, counted. In granules where it does not say pages. */
export interface ArenaCensus {
  /** What cannot be so; empty in an arena that is whole. */
  readonly problems: readonly string[]
  /** Small blocks that nobody has: on depots, never used, or in magazines. */
  readonly free: BlockSet
  /** Blocks that are in use, published or not. */
  readonly used: readonly number[]
  /** Of those: blocks that an opener has and has not published, or not given back. */
  readonly between: readonly number[]
  readonly freePages: number
  readonly smallPages: number
  readonly largePages: number
}

/** Counts an arena. Exact, and its problems real, only while nobody changes it; reads all of its metadata, and changes nothing. */
export function census(place: ArenaPlace, slots: Slots): ArenaCensus {
  return new Counter(place, slots).count()
}

class Counter {
  readonly #place: ArenaPlace
  readonly #slots: Slots
  readonly #front: Int32Array
  readonly #problems: string[] = []
  readonly #free = new BlockSet()
  readonly #used: number[] = []
  readonly #between: number[] = []
  readonly #runs = new Map<number, number>()
  readonly #starts: number[] = []
  readonly #pages = { free: 0, small: 0, large: 0 }

  constructor(place: ArenaPlace, slots: Slots) {
    this.#place = place
    this.#slots = slots
    this.#front = place.memory.front
  }

  count(): ArenaCensus {
    this.#countPages()
    this.#countBins()
    for (let sizeClass = 0; sizeClass < CLASS_COUNT; sizeClass++) this.#countDepot(sizeClass)
    for (let slot = 0; slot < this.#slots.count; slot++) this.#countSlot(this.#slots.at(slot))
    for (const page of this.#starts) this.#countUsed(page)
    const { free: freePages, small: smallPages, large: largePages } = this.#pages
    return { problems: this.#problems, free: this.#free, used: this.#used, between: this.#between, freePages, smallPages, largePages }
  }

  #countPages(): void {
    const { table } = this.#place
    for (let page = table.first; page < table.limit; ) page += this.#countRun(page)
  }

  /** Returns its length in pages. */
  #countRun(page: number): number {
    const { table } = this.#place
    const kind = table.kindAt(page)
    if (kind === PageKind.SMALL) return this.#countSmallRun(page)
    if (kind === PageKind.NONE || !table.isRun(page)) return this.#problem(`page ${page} belongs to no run`)
    const length = table.lengthAt(page)
    if (kind === PageKind.LARGE) {
      this.#pages.large += length
      this.#used.push(page * PAGE_GRANULES)
    } else {
      this.#pages.free += length
      this.#runs.set(page, length)
      if (table.entry(page + length - 1) !== table.entry(page)) this.#problem(`the free run at page ${page} has another end`)
    }
    return length
  }

  #countSmallRun(page: number): number {
    const { table } = this.#place
    const sizeClass = table.classOf(page)
    const length = RUN_PAGES[sizeClass] ?? 1
    const expected = table.entry(page)
    for (let i = 0; i < length; i++) {
      if (table.placeOf(page + i) !== i || table.classOf(page + i) !== sizeClass)
        return this.#problem(`page ${page + i} is no part ${i} of a run: ${expected}`)
    }
    this.#pages.small += length
    this.#starts.push(page)
    return length
  }

  #countBins(): void {
    const heads = this.#place.header + ArenaHeader.index.bins
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      for (let page = this.#front[heads + bin]! >>> 0; page !== 0; page = this.#wordAt(page * PAGE_GRANULES, 0)) {
        const length = this.#runs.get(page)
        if (length !== undefined && binOf(length) === bin && this.#runs.delete(page)) continue
        this.#problem(`bin ${bin} leads to page ${page}, which begins no free run, or a run of another bin`)
        break
      }
    }
    for (const page of this.#runs.keys()) this.#problem(`the free run at page ${page} is in no bin`)
  }

  #countDepot(sizeClass: number): void {
    const header = this.#place.header + ArenaHeader.index.classes + sizeClass * CLASS_WORDS
    const { head, fresh, freshEnd } = ClassHeader.index
    this.#countList(this.#front[header + head]! >>> 0, sizeClass, Number.POSITIVE_INFINITY)
    const end = this.#front[header + freshEnd]! >>> 0
    const size = CLASS_SIZES[sizeClass]!
    for (let block = this.#front[header + fresh]! >>> 0; block !== 0 && end - block >= size; block += size)
      if (!this.#countFree(block, sizeClass)) return
  }

  #countSlot(at: number): void {
    for (let sizeClass = 0; sizeClass < CLASS_COUNT; sizeClass++) {
      const magazine = at + OpenerSlot.index.magazines + sizeClass * MAGAZINE_WORDS
      this.#countStack(this.#front[magazine + Magazine.index.loaded]! >>> 0, sizeClass)
      this.#countStack(this.#front[magazine + Magazine.index.spare]! >>> 0, sizeClass)
    }
    const intent = at + OpenerSlot.index.intent
    const state = this.#front[intent + STATE]
    if (state === IntentState.ALLOCATED || state === IntentState.PUBLISHING) this.#countBetween(this.#front[intent + BLOCK]! >>> 0)
    if (state === IntentState.FREEING || state === IntentState.PUBLISHING) this.#countBetween(this.#front[intent + OLD]! >>> 0)
    this.#countDebts(this.#front[intent + DEBT]! >>> 0)
  }

  #countDebts(first: number): void {
    const owed = new Set<number>()
    for (let block = first; block !== 0; block = this.#wordAt(block, 0)) {
      if (owed.has(block)) return void this.#problem(`the large block ${block} is owed twice`)
      owed.add(block)
      this.#countBetween(block)
    }
  }

  #countStack(top: number, sizeClass: number): void {
    if (top !== 0) this.#countList(top, sizeClass, this.#wordAt(top, 1))
  }

  #countList(top: number, sizeClass: number, height: number): void {
    for (let block = top, left = height; block !== 0 && left > 0; left--) {
      if (!this.#countFree(block, sizeClass)) return
      block = this.#wordAt(block, 0)
    }
  }

  #countFree(block: number, sizeClass: number): boolean {
    const known = this.#place.table.isSmall(block, sizeClass)
    if (known && this.#free.add(block)) return true
    this.#problem(known ? `the free block ${block} is in two places` : `${block} is no block of class ${sizeClass}`)
    return false
  }

  #countBetween(block: number): void {
    if (block !== 0) this.#between.push(block)
  }

  #countUsed(page: number): void {
    const sizeClass = this.#place.table.classOf(page)
    const size = CLASS_SIZES[sizeClass]!
    const end = (page + RUN_PAGES[sizeClass]!) * PAGE_GRANULES
    for (let block = page * PAGE_GRANULES; end - block >= size; block += size) if (!this.#free.has(block)) this.#used.push(block)
  }

  /** 0 where there is no such block. */
  #wordAt(block: number, half: 0 | 1): number {
    const { memory, table } = this.#place
    if (!table.holds(Math.floor(block / PAGE_GRANULES))) return 0
    return memory.words(block)[wordOf(block) + half]! >>> 0
  }

  #problem(text: string): 1 {
    this.#problems.push(text)
    return 1
  }
}
