import type { SharedWords } from '../sync/shared-words'
import type { PageTable } from './page-table'

/** Where an arena lies in its region. */
export interface ArenaPlace {
  readonly memory: SharedWords
  /** Words from the start of the region to the `ArenaHeader`. */
  readonly header: number
  readonly table: PageTable
}

/** What an arena asks of its region. */
export interface Growth {
  /** Pages that exist, by now. */
  pages(): number
  /** Makes at least so many exist, in all. False when that is more than the region may ever have. */
  grow(pages: number): boolean
  /** Puts memory or disk blocks behind pages that {@link punch} took them from. @throws {SystemError} `ENOSPC` and the like */
  allocate(page: number, count: number): void
  /** Gives the memory or disk blocks behind pages back. */
  punch(page: number, count: number): void
}
