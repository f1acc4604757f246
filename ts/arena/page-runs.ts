import { FormatError } from '../errors'
import type { Journal } from '../sync/journal'
import type { Mutex } from '../sync/mutex'
import type { ArenaPlace, Growth } from './arena-place'
import { FreeRuns } from './free-runs'
import { ArenaHeader, BIN_COUNT } from './layouts'
import type { PageTable } from './page-table'
import { PANE_PAGES } from './size-class'

const END: number = ArenaHeader.index.end

/**
 * Hands out runs of pages, under one mutex. All that changes, changes in one commit of the journal: a death leaves
 * the runs as they were before, or as they are after, and so does what the caller adds to the commit.
 */
export class PageRuns {
  readonly table: PageTable
  readonly #free: FreeRuns
  readonly #front: Int32Array
  readonly #end: number
  readonly #mutex: Mutex
  readonly #journal: Journal
  readonly #growth: Growth

  constructor(place: ArenaPlace, mutex: Mutex, journal: Journal, growth: Growth) {
    this.table = place.table
    this.#free = new FreeRuns(place, journal)
    this.#front = place.memory.front
    this.#end = place.header + END
    this.#mutex = mutex
    this.#journal = journal
    this.#growth = growth
  }

  /**
   * Takes a run; `stage(page)` adds the caller's words, and the entry of the first page, to the commit. Returns the
   * page, or 0 when the region can have no more. Blocks for the mutex; may make system calls.
   * @throws {SystemError} `ENOSPC` and the like, with nothing changed
   * @throws {SharingError} `ERR_LOCK_TIMEOUT`
   */
  take(length: number, stage: (page: number) => void): number {
    if (length > PANE_PAGES) return 0
    for (;;) {
      this.#enter()
      let page = this.#free.find(length)
      while (page === 0 && this.#absorb()) page = this.#free.find(length)
      if (page !== 0) this.#cut(page, length, stage)
      const needed = this.#pagesFor(length)
      this.#mutex.release()
      if (page !== 0 || !this.#growth.grow(needed)) return page // others may take what it grew by, and it grows again
    }
  }

  /** Gives a run back; `stage` adds to the commit. Blocks for the mutex. @throws {SharingError} `ERR_LOCK_TIMEOUT` */
  give(page: number, length: number, stage: () => void): void {
    if (!this.table.holds(page) || !this.table.holds(page + length - 1))
      throw new FormatError('ERR_CORRUPT', `${length} pages at ${page} are not in the arena`)
    this.#enter()
    stage()
    this.#free.insertJoined(page, length)
    this.#journal.commit()
    this.#mutex.release()
  }

  /** Adds a word of the region's first pane to the commit. */
  stage(index: number, value: number): void {
    this.#free.setWord(index, value)
  }

  /** Moves a word of the first pane to another one, which is 0: what it names is never in both, nor in none. */
  move(from: number, to: number): void {
    this.#journal.begin()
    this.stage(to, this.#front[from]!)
    this.stage(from, 0)
    this.#journal.commit()
  }

  /**
   * Gives the memory or disk blocks of free runs of at least `least` pages back. Returns how many pages. Blocks for the mutex,
   * and holds it for a system call a run.
   */
  trim(least: number): number {
    let pages = 0
    for (let bin = BIN_COUNT - 1; bin >= 0; bin--) {
      this.#enter()
      for (const page of this.#free.inBin(bin)) pages += this.#hollow(page, Math.max(2, least))
      this.#mutex.release()
    }
    return pages
  }

  /** Marks first: a mark without a hole is harmless. The first page stays, as it has the run's place in its bin. */
  #hollow(page: number, least: number): number {
    const length = this.#free.length(page)
    if (length < least || this.table.hasHoles(page)) return 0
    this.#journal.begin()
    this.#free.setEntries(page, length, true)
    this.#journal.commit()
    this.#growth.punch(page + 1, length - 1)
    return length - 1
  }

  #enter(): void {
    this.#mutex.acquire()
    this.#journal.begin() // what a change that was cut off had staged is not to be read back
  }

  /** Takes the front of a free run. */
  #cut(page: number, length: number, stage: (page: number) => void): void {
    const holes = this.table.hasHoles(page)
    const rest = this.#free.length(page) - length
    // May throw; nothing is begun yet. The rest begins with a page of its own, which must be there.
    if (holes) this.#growth.allocate(page, rest > 0 ? length + 1 : length)
    this.#journal.begin()
    this.#free.unlink(page)
    if (rest > 0) this.#free.insert(page + length, rest, holes)
    stage(page)
    this.#journal.commit()
  }

  /** Pages that the region needs in all to have a run of this length at its end. */
  #pagesFor(length: number): number {
    const end = this.table.limit
    const paneEnd = end - (end % PANE_PAGES) + PANE_PAGES
    const tail = this.#free.lengthBefore(end)
    const joined = end + length - (tail < length ? tail : 0) // a tail that is long enough was not found among shorter runs
    return joined <= paneEnd ? joined : paneEnd + length
  }

  /** Takes pages in that the region has grown by, up to the end of a pane. False when there are none. */
  #absorb(): boolean {
    const end = this.table.limit
    if (end < this.table.first) throw new FormatError('ERR_CORRUPT', `the arena begins at page ${this.table.first}, and ends at ${end}`)
    const pages = Math.min(this.#growth.pages(), end - (end % PANE_PAGES) + PANE_PAGES)
    if (pages <= end) return false
    this.#journal.begin()
    this.#free.setWord(this.#end, pages)
    this.#free.insertJoined(end, pages - end)
    this.#journal.commit()
    return true
  }
}
