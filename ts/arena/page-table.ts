import { FormatError } from '../errors'
import { LENGTH_SHIFT, PageEntry } from './layouts'
import { CLASS_COUNT, CLASS_SIZES, PAGE_GRANULES, PANE_PAGES, RUN_PAGES } from './size-class'

const KIND: number = PageEntry.mask.kind
const HOLE: number = PageEntry.mask.hole

/** What a page is used for. */
export const PageKind = { NONE: 0, FREE: 1, SMALL: 2, LARGE: 3 } as const

const { FREE, SMALL, LARGE } = PageKind
const CLASS_SHIFT: number = PageEntry.shift.sizeClass
const CLASS_MAX: number = PageEntry.max.sizeClass
const PLACE_SHIFT: number = PageEntry.shift.place
const PLACE_MAX: number = PageEntry.max.place
const PANE_GRANULES: number = PANE_PAGES * PAGE_GRANULES

export interface TablePlace {
  readonly words: Int32Array
  /** Words from the start of the region to the entry of page 0. */
  readonly at: number
  /** The word with the number of pages up to the end of the arena. */
  readonly endIndex: number
  /** The word with the number of pages that exist. */
  readonly pagesIndex: number
  /** The first page of the arena. */
  readonly first: number
  /** Pages that there are entries for. */
  readonly most: number
}

/** Says what each page is used for. Nothing it holds is believed before it was compared with the bounds. */
export class PageTable {
  readonly #words: Int32Array
  readonly #at: number
  readonly #endIndex: number
  readonly #pagesIndex: number
  /** The first page of the arena. */
  readonly first: number
  readonly #most: number
  /** As {@link limit} was when it was last asked for. It never falls. */
  #known = 0

  constructor({ words, at, endIndex, pagesIndex, first, most }: TablePlace) {
    this.#words = words
    this.#at = at
    this.#endIndex = endIndex
    this.#pagesIndex = pagesIndex
    this.first = first
    this.#most = most
  }

  /** The word of a page's entry. */
  index(page: number): number {
    return this.#at + page
  }

  /** Of a page that is known to be in the arena. */
  entry(page: number): number {
    return this.#words[this.#at + page]!
  }

  set(page: number, entry: number): void {
    this.#words[this.#at + page] = entry
  }

  /** Pages of the region up to the end of the arena, all of which exist. */
  get limit(): number {
    const end = this.#words[this.#endIndex]! >>> 0
    const pages = this.#words[this.#pagesIndex]! >>> 0
    const limit = Math.min(end, pages, this.#most)
    if (limit > this.#known) this.#known = limit
    return limit
  }

  holds(page: number): boolean {
    return page >= this.first && (page < this.#known || page < this.limit)
  }

  /** The class of the small block at a granule, -1 for a large block. @throws {FormatError} `ERR_CORRUPT` when no block begins there */
  classAt(block: number): number {
    const page = block >>> 9
    const entry = this.holds(page) ? this.entry(page) : 0
    const kind = entry & KIND
    if (kind === SMALL && this.#isBlockOf(entry, page, block)) return (entry >>> CLASS_SHIFT) & CLASS_MAX
    if (kind === LARGE && block % PAGE_GRANULES === 0 && this.isRun(page)) return -1
    throw noBlock(block)
  }

  /** Granules of the block at a granule. */
  capacityAt(block: number): number {
    const sizeClass = this.classAt(block)
    return sizeClass === -1 ? this.lengthAt(block / PAGE_GRANULES) * PAGE_GRANULES : CLASS_SIZES[sizeClass]!
  }

  /** Whether a small block of the class begins at a granule. The check of every hot path. */
  isSmall(block: number, sizeClass: number): boolean {
    const page = block >>> 9
    return (
      this.holds(page) &&
      (this.entry(page) & (KIND | (CLASS_MAX << CLASS_SHIFT))) === (SMALL | (sizeClass << CLASS_SHIFT)) &&
      this.#isBlockOf(this.entry(page), page, block)
    )
  }

  /** Whether the entry's run has a block at a granule, all of it in the arena, and in one pane. */
  #isBlockOf(entry: number, page: number, block: number): boolean {
    const sizeClass = (entry >>> CLASS_SHIFT) & CLASS_MAX
    if (sizeClass >= CLASS_COUNT) return false
    const at = block - (page - ((entry >>> PLACE_SHIFT) & PLACE_MAX)) * PAGE_GRANULES
    const size = CLASS_SIZES[sizeClass]!
    return (
      at % size === 0 &&
      at <= RUN_PAGES[sizeClass]! * PAGE_GRANULES - size &&
      (block & (PANE_GRANULES - 1)) + size <= PANE_GRANULES &&
      this.holds((block + size - 1) / PAGE_GRANULES)
    )
  }

  kindAt(page: number): number {
    return this.entry(page) & KIND
  }

  /** Of a page of small blocks. */
  classOf(page: number): number {
    return (this.entry(page) >>> CLASS_SHIFT) & CLASS_MAX
  }

  /** Of a page of small blocks; -1 of any other. */
  placeOf(page: number): number {
    return this.holds(page) && this.kindAt(page) === SMALL ? (this.entry(page) >>> PLACE_SHIFT) & PLACE_MAX : -1
  }

  isFree(page: number): boolean {
    return this.holds(page) && (this.entry(page) & KIND) === FREE
  }

  hasHoles(page: number): boolean {
    return (this.entry(page) & HOLE) !== 0
  }

  /** Pages of the free run that begins, or ends, at a page, or of the large block that begins there. */
  lengthAt(page: number): number {
    return this.entry(page) >>> LENGTH_SHIFT
  }

  /** Whether the length at a page, counted from there on, lies in the arena, and in one pane. */
  isRun(page: number): boolean {
    const length = this.lengthAt(page)
    return length > 0 && (page % PANE_PAGES) + length <= PANE_PAGES && this.holds(page + length - 1)
  }
}

/** Of pages inside a large block. */
export const NO_ENTRY = 0

export function freeEntry(length: number, holes: boolean): number {
  return FREE | (holes ? HOLE : 0) | (length << LENGTH_SHIFT)
}

export function largeEntry(length: number): number {
  return LARGE | (length << LENGTH_SHIFT)
}

export function smallEntry(sizeClass: number, place: number): number {
  return SMALL | (sizeClass << CLASS_SHIFT) | (place << PLACE_SHIFT)
}

function noBlock(block: number): FormatError {
  return new FormatError('ERR_CORRUPT', `no block of the arena begins at granule ${block}`)
}
