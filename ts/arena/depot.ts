/**
 * The depot of a class (magazines and depots: Bonwick and Adams, USENIX 2001): its free blocks that no opener has. They
 * are a list, and the newest run, of which blocks are cut as they are needed. Stacks of blocks come from here into an
 * opener's magazine, and go back, under the mutex of the class. `arena-recovery.ts` says what a death in the middle leaves.
 */

import { FormatError } from '../errors'
import type { Mutex } from '../sync/mutex'
import { paneOf, wordOf } from '../sync/shared-words'
import type { ArenaPlace } from './arena-place'
import { ArenaHeader, ClassHeader } from './layouts'
import type { PageRuns } from './page-runs'
import { smallEntry } from './page-table'
import { BATCH, CLASS_SIZES, PAGE_GRANULES, RUN_PAGES } from './size-class'

const CLASSES: number = ArenaHeader.index.classes
const CLASS_WORDS: number = ClassHeader.byteLength / 4
const { lock: LOCK, head: HEAD, fresh: FRESH, freshEnd: FRESH_END } = ClassHeader.index

/** The word of a class's mutex. */
export function classLock({ header }: ArenaPlace, sizeClass: number): number {
  return header + CLASSES + sizeClass * CLASS_WORDS + LOCK
}

/** One opener's way to the free blocks of one class. */
export class Depot {
  readonly #place: ArenaPlace
  readonly #class: number
  readonly #mutex: Mutex
  readonly #runs: PageRuns
  readonly #front: Int32Array
  readonly #header: number

  constructor(place: ArenaPlace, sizeClass: number, mutex: Mutex, runs: PageRuns) {
    this.#place = place
    this.#class = sizeClass
    this.#mutex = mutex
    this.#runs = runs
    this.#front = place.memory.front
    this.#header = classLock(place, sizeClass)
  }

  /**
   * Puts a stack of free blocks into the word `spare`, which is 0. False when the region can have no more. Blocks for the
   * mutexes of the class and of the page runs, and while the region grows.
   * @throws as `PageRuns.take`
   */
  take(spare: number): boolean {
    this.#mutex.acquire()
    const taken = this.#takeListed(spare) || this.#takeFresh(spare) || (this.#takeRun() && this.#takeFresh(spare))
    this.#mutex.release()
    return taken
  }

  /** Takes the stack out of the word `spare`, for everybody. Blocks for the mutex. @throws {SharingError} `ERR_LOCK_TIMEOUT` */
  give(spare: number): void {
    this.#mutex.acquire()
    const top = this.#front[spare]! >>> 0
    let last = top
    for (let height = this.#height(top); height > 1; height--) {
      last = this.#next(last)
      if (this.#height(last) !== height - 1) throw noFreeBlock(last, this.#class) // or a circle would never end
    }
    this.#place.memory.words(last)[wordOf(last)] = this.#front[this.#header + HEAD]!
    this.#front[this.#header + HEAD] = top
    this.#front[spare] = 0
    this.#mutex.release()
  }

  #takeListed(spare: number): boolean {
    const top = this.#front[this.#header + HEAD]! >>> 0
    if (top === 0) return false
    let count = 0
    let behind = top
    for (; behind !== 0 && count < BATCH[this.#class]!; count++) behind = this.#next(behind)
    this.#number(top, count)
    this.#front[spare] = top
    this.#front[this.#header + HEAD] = behind
    return true
  }

  /** Writes the heights of `count` blocks that are linked already. */
  #number(top: number, count: number): void {
    for (let block = top, height = count; height > 0; height--) {
      const words = this.#place.memory.words(block)
      const word = wordOf(block)
      words[word + 1] = height
      block = words[word]! >>> 0
    }
  }

  #takeFresh(spare: number): boolean {
    const size = CLASS_SIZES[this.#class]!
    const first = this.#front[this.#header + FRESH]! >>> 0
    const end = this.#front[this.#header + FRESH_END]! >>> 0
    if (first === 0 || end - first < size || !this.#place.table.isSmall(first, this.#class)) return false
    const count = Math.min(BATCH[this.#class]!, Math.floor((end - first) / size))
    const last = first + (count - 1) * size
    if (!this.#place.table.isSmall(last, this.#class) || paneOf(last) !== paneOf(first)) throw noFreeBlock(last, this.#class)
    const words = this.#place.memory.words(first)
    for (let i = 0, word = wordOf(first); i < count; i++, word += size * 2) {
      words[word] = first + (i + 1) * size
      words[word + 1] = count - i
    }
    this.#front[spare] = first
    this.#front[this.#header + FRESH] = first + count * size
    return true
  }

  /** A new run for this class, which becomes the newest in the commit that takes it. */
  #takeRun(): boolean {
    const pages = RUN_PAGES[this.#class]!
    const blocks = Math.floor((pages * PAGE_GRANULES) / CLASS_SIZES[this.#class]!)
    const stage = (page: number): void => {
      const { table } = this.#place
      for (let place = 1; place < pages - 1; place++) table.set(page + place, smallEntry(this.#class, place))
      this.#runs.stage(table.index(page), smallEntry(this.#class, 0))
      this.#runs.stage(table.index(page + pages - 1), smallEntry(this.#class, pages - 1))
      this.#runs.stage(this.#header + FRESH, page * PAGE_GRANULES)
      this.#runs.stage(this.#header + FRESH_END, page * PAGE_GRANULES + blocks * CLASS_SIZES[this.#class]!)
    }
    return this.#runs.take(pages, stage) !== 0
  }

  #next(block: number): number {
    this.#check(block)
    return this.#place.memory.words(block)[wordOf(block)]! >>> 0
  }

  #height(block: number): number {
    this.#check(block)
    return this.#place.memory.words(block)[wordOf(block) + 1]!
  }

  #check(block: number): void {
    if (!this.#place.table.isSmall(block, this.#class)) throw noFreeBlock(block, this.#class)
  }
}

function noFreeBlock(block: number, sizeClass: number): FormatError {
  return new FormatError('ERR_CORRUPT', `granule ${block} is in a list of free blocks of class ${sizeClass}, and cannot be`)
}
