import { rangeError } from '../errors'
import { MAX_BUFFER_LENGTH, type Mapping, type Window } from './mapping'
import { pageFloor } from './page'

const GRID = 2 ** 30

/**
 * The buffers over one mapping, made as they are asked for and kept for the next who asks: one over all of
 * it where a buffer can be that large, otherwise one a GiB, and one of its own for a part that crosses a GiB.
 */
export class Windows {
  readonly #mapping: Mapping
  /** By their place in the grid; 0 alone when one buffer holds all. */
  readonly #kept = new Map<number, Window>()
  /** Bytes of the mapping that exist; the rest is address space for growth. */
  #end = 0

  constructor(mapping: Mapping) {
    this.#mapping = mapping
  }

  /** Says how much exists now. Buffers that were handed out stay as they are. */
  resize(end: number): void {
    this.#end = end
    this.#kept.clear()
  }

  /** A buffer that contains `length` bytes from `at`, which exist. */
  over(at: number, length: number): Window {
    if (length > MAX_BUFFER_LENGTH) {
      throw rangeError(
        'ERR_BUFFER_TOO_LARGE',
        `one buffer of this runtime holds ${MAX_BUFFER_LENGTH} bytes, not ${length}; take views of parts`,
      )
    }
    const grid = this.#end <= MAX_BUFFER_LENGTH ? MAX_BUFFER_LENGTH : GRID
    const start = at - (at % grid)
    const end = Math.min(start + grid, this.#end)
    if (at + length > end) {
      // From a page's start, unless that makes it longer than a buffer can be.
      const own = at + length - pageFloor(at) <= MAX_BUFFER_LENGTH ? pageFloor(at) : at
      return shifted(this.#mapping.window(own, at + length - own), at - own)
    }
    let kept = this.#kept.get(start)
    if (kept === undefined) {
      kept = this.#mapping.window(start, end - start)
      this.#kept.set(start, kept)
    }
    return shifted(kept, at - start)
  }
}

function shifted(window: Window, by: number): Window {
  return { buffer: window.buffer, byteOffset: window.byteOffset + by }
}

/** No bytes at all, which nothing can be mapped for. */
export function emptyWindow(shared: boolean): Window {
  return { buffer: shared ? new SharedArrayBuffer(0) : new ArrayBuffer(0), byteOffset: 0 }
}
