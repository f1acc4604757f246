/**
 * How a region grows: blocks first, then the store that says so. Behind the published size the file may be longer,
 * where somebody died, or where the disk was full: the next one goes on from there.
 */

import type { Growth } from '../arena/arena-place'
import { PAGE_BYTES } from '../arena/size-class'
import { FormatError } from '../errors'
import { type Locker, Mutex } from '../sync/mutex'
import type { SharedWords } from '../sync/shared-words'
import type { RegionFormat, RegionPlace } from './format'
import { Superblock } from './superblock'

const PAGES: number = Superblock.index.pages
const FEWEST = 64 // pages that a region grows by: 256 KiB
const MOST = 4096 // 16 MiB

/** Pages that exist, as published. @throws {FormatError} `ERR_CORRUPT` when that is more than there can be */
export function pagesOf(words: Int32Array, mostPages: number): number {
  const pages = Atomics.load(words, PAGES) >>> 0
  if (pages > mostPages) throw new FormatError('ERR_CORRUPT', `the region has ${pages} pages of at most ${mostPages}`)
  return pages
}

/** One opener's way to make its region longer, and to give back what lies in the middle. */
export class RegionGrowth implements Growth {
  readonly #memory: SharedWords
  readonly #place: RegionPlace
  readonly #arena: boolean
  readonly #mutex: Mutex

  constructor(memory: SharedWords, place: RegionPlace, format: RegionFormat, locker: Locker) {
    this.#memory = memory
    this.#place = place
    this.#arena = format.arena
    this.#mutex = new Mutex(locker, memory.front, Superblock.index.growth / 2, 4)
  }

  pages(): number {
    return pagesOf(this.#memory.front, this.#place.mostPages)
  }

  /**
   * Makes at least so many pages exist, in all; false when that is more than the region may ever have. Blocks for the mutex, and
   * while memory or disk blocks are allocated.
   * @throws {SystemError} `ENOSPC` and the like; nothing has changed then
   * @throws {SharingError} `ERR_LOCK_TIMEOUT`
   */
  grow(pages: number): boolean {
    if (pages > this.#place.mostPages) return false
    this.#mutex.acquire()
    try {
      const before = this.pages()
      if (before < pages) this.#publish(this.#extend(before, pages))
    } catch (error) {
      this.#mutex.release()
      throw error
    }
    this.#mutex.release()
    return true
  }

  /** By some more than was asked for, if the disk has it. Returns how many pages there are. */
  #extend(before: number, pages: number): number {
    const step = Math.min(Math.max(before >>> 3, FEWEST), MOST)
    const generous = Math.min(Math.max(pages, before + step), this.#place.mostPages)
    if (generous > pages) {
      try {
        return this.#allocateTo(before, generous)
      } catch {
        // The disk may still have what is needed; if not, that is the error to throw.
      }
    }
    return this.#allocateTo(before, pages)
  }

  #allocateTo(before: number, pages: number): number {
    const { backing } = this.#memory
    if (this.#arena) backing.allocate(this.#place.table + before * 4, (pages - before) * 4)
    backing.extend(pages * PAGE_BYTES)
    return pages
  }

  #publish(pages: number): void {
    Atomics.store(this.#memory.front, PAGES, pages) // PUBLISH: pairs with the load in pagesOf()
  }

  allocate(page: number, count: number): void {
    this.#memory.backing.allocate(page * PAGE_BYTES, count * PAGE_BYTES)
  }

  punch(page: number, count: number): void {
    this.#memory.backing.punch(page * PAGE_BYTES, count * PAGE_BYTES)
  }
}
