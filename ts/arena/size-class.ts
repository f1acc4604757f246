/**
 * Sizes that small blocks come in: multiples of 16 bytes up to 128, then eight between each power of two and the
 * next, up to 32 KiB. So a block is less than an eighth larger than what was asked for, above 128 bytes.
 *
 * All in granules of 8 bytes. Blocks of a class are cut from runs of pages.
 */

import { PANE_LENGTH } from '../memory/backing'

/** Bytes of the unit that runs are counted in; on every machine, whatever the kernel's page is. */
export const PAGE_BYTES = 4096
export const PAGE_GRANULES: number = PAGE_BYTES / 8
/** No run reaches from one pane into the next. */
export const PANE_PAGES: number = PANE_LENGTH / PAGE_BYTES

const LINEAR_CLASSES = 8
const LINEAR_STEP = 2
const LINEAR_LIMIT = LINEAR_CLASSES * LINEAR_STEP
const STEPS = 8
const DOUBLINGS = 8

export const CLASS_COUNT: number = LINEAR_CLASSES + STEPS * DOUBLINGS
/** The largest small block, in granules. */
export const SMALL_LIMIT: number = LINEAR_LIMIT << DOUBLINGS

/** The smallest class that holds `granules`, from 1 to {@link SMALL_LIMIT}. */
export function classOf(granules: number): number {
  if (granules <= LINEAR_LIMIT) return (granules - 1) >>> 1
  const last = granules - 1
  const exponent = 31 - Math.clz32(last)
  return LINEAR_CLASSES + (exponent - 4) * STEPS + ((last >>> (exponent - 3)) & (STEPS - 1))
}

function sizeOf(sizeClass: number): number {
  if (sizeClass < LINEAR_CLASSES) return (sizeClass + 1) * LINEAR_STEP
  const step = sizeClass - LINEAR_CLASSES
  return (STEPS + (step & (STEPS - 1)) + 1) << (1 + (step >>> 3))
}

/** Granules of a block, by class. */
export const CLASS_SIZES: Int32Array = Int32Array.from({ length: CLASS_COUNT }, (_, sizeClass) => sizeOf(sizeClass))

const FEWEST_BLOCKS_PER_RUN = 8
const FEWEST_PAGES = 4

/** Of the lengths that hold enough blocks, the one that wastes least behind the last. */
function runPagesOf(size: number): number {
  const fewest = Math.max(FEWEST_PAGES, Math.ceil((size * FEWEST_BLOCKS_PER_RUN) / PAGE_GRANULES))
  let best = fewest
  for (let pages = fewest; pages < fewest * 2; pages++) if (wasteOf(pages, size) < wasteOf(best, size)) best = pages
  return best
}

function wasteOf(pages: number, size: number): number {
  return ((pages * PAGE_GRANULES) % size) / (pages * PAGE_GRANULES)
}

/** Pages of a run, by class: from 4 to 64. */
export const RUN_PAGES: Int32Array = CLASS_SIZES.map(runPagesOf)

const MAGAZINE_BYTES = 8192
const MAGAZINE_BLOCKS = 32

/** Blocks that an opener takes and gives back at once, by class. */
export const BATCH: Int32Array = CLASS_SIZES.map((size) => Math.max(1, Math.min(MAGAZINE_BLOCKS, Math.floor(MAGAZINE_BYTES / (size * 8)))))
