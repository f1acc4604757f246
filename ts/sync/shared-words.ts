import { FormatError } from '../errors'
import { type Backing, PANE_LENGTH } from '../memory/backing'

/** Bytes that an offset in a shared word counts: offsets of 32 bits reach 32 GiB. */
export const GRANULE = 8
/** The first bytes of every region: what it is, and how long. No offset in a shared word leads there, but of the mutex of growth. */
export const SUPERBLOCK_BYTES = 4096
const GRANULES_PER_PANE = PANE_LENGTH / GRANULE
const IN_PANE = GRANULES_PER_PANE - 1

/** The pane that a granule lies in. */
export function paneOf(granule: number): number {
  return granule >>> 27
}

/** The word in its pane that a granule begins at. */
export function wordOf(granule: number): number {
  return (granule & IN_PANE) << 1
}

/**
 * The words of a region, found by granule. Offsets in the region's own words are not to be trusted: whoever
 * reads one asks here first.
 */
export class SharedWords {
  readonly backing: Backing
  /** Of the first pane: where everything lies that has a fixed place. */
  readonly front: Int32Array
  readonly #panes: Int32Array[]
  readonly #size: () => number

  /** `size()`: bytes that exist; never less than before. */
  constructor(backing: Backing, size: () => number) {
    this.backing = backing
    this.front = backing.pane(0).words
    this.#panes = [this.front]
    this.#size = size
  }

  /** The view over the pane of a granule that was checked. */
  words(granule: number): Int32Array {
    return this.#panes[granule >>> 27] ?? this.#open(granule)
  }

  #open(granule: number): Int32Array {
    const pane = paneOf(granule)
    if (granule * GRANULE >= this.backing.reach) throw new FormatError('ERR_CORRUPT', `granule ${granule} is past the end of the region`)
    for (let known = this.#panes.length; known <= pane; known++) this.#panes.push(this.backing.pane(known).words)
    return this.#panes[pane]!
  }

  /**
   * Asks whether granules may be touched; `what` names them in the message.
   * @throws {FormatError} `ERR_CORRUPT` when they do not lie in the region, or span two panes
   */
  check(granule: number, count: number, what: string): void {
    const limit = this.#size() / GRANULE
    if (!(granule >= 0 && count <= limit && granule <= limit - count && count <= GRANULES_PER_PANE - (granule % GRANULES_PER_PANE))) {
      throw new FormatError('ERR_CORRUPT', `${what}: ${count} granules at ${granule} do not lie in a region of ${limit}`)
    }
  }
}
