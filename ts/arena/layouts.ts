import { array, bits, layout, line, u32, words } from '../layout/layout'
import { OwnerWord } from '../sync/owner-word'
import { CLASS_COUNT } from './size-class'

/** One word for each page of 4 KiB, counted from the start of the region. */
export const PageEntry = bits({
  kind: [0, 2, '0 = nothing known, 1 = free run, 2 = small blocks, 3 = large block'],
  hole: [2, 1, 'free run: its pages behind the first may have no memory or disk blocks'],
  sizeClass: [4, 7, 'small blocks: their class'],
  place: [11, 7, 'small blocks: pages from the start of the run'],
})

export const PageTableEntry = layout('PageTableEntry', { entry: PageEntry })

/** At the first and last page of a free run, and the first of a large block, the length of it stands in place of class and place. */
export const LENGTH_SHIFT = 4

/**
 * Bins of free runs by length: up to 7 pages one each, then four between each power of two and the next, up to 2^18 pages,
 * which is bin 67. Those behind it stay empty.
 */
export const BIN_COUNT = 72

export const ClassHeader = layout('ClassHeader', {
  lock: line(OwnerWord).is('mutex of the class'),
  head: u32.is('granule of the first free block that no opener has; each block begins with the granule of the next'),
  fresh: u32.is('granule of the first block of the newest run that was never used'),
  freshEnd: u32.is('granule behind the last'),
})

export const ArenaHeader = layout('ArenaHeader', {
  lock: line(OwnerWord).is('mutex of the runs of pages'),
  end: line(u32).is('pages that belong to runs: from the first page of the arena up to here'),
  bins: words(BIN_COUNT).is(
    'first page of a free run of each bin; a free run begins with the pages of the next and the one before; 0 = none',
  ),
  classes: array(ClassHeader, CLASS_COUNT).is('by size class'),
})

/** What an opener does with a block at this moment, so that an heir can finish it. */
export const IntentState = {
  NONE: 0,
  /** `block` is the opener's, and nothing in the region leads to it yet. */
  ALLOCATED: 1,
  /** The word at `at` is about to become `value`: if it has, `block` belongs to the structure and `old` is free; if not, `block` is free. */
  PUBLISHING: 2,
  /** `old` is being given back. */
  FREEING: 3,
} as const

export const Intent = layout('Intent', {
  state: u32.is('1 = allocated, 2 = publishing, 3 = freeing; 0 = none'),
  block: u32.is('granule of a block that is not published yet'),
  at: u32.is('granule of the word that publishes it'),
  half: u32.is('which of the two words of that granule'),
  value: u32.is('what that word becomes'),
  old: u32.is('granule of a block that is not published any more; 0 = none'),
  debt: u32.is('granule of the first large block that the slot has still to give back; each begins with the granule of the next; 0 = none'),
})

/** Free blocks of one class that are the opener's own: two short stacks. Each free block begins with the next one and the height from there. */
export const Magazine = layout('Magazine', {
  loaded: u32.is('granule of the top block; 0 = empty'),
  spare: u32.is('granule of the top block of a stack that is full, or on its way; 0 = empty'),
})
