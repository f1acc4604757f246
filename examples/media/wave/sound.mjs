import { stat } from 'node:fs/promises'
import { MappedFile } from 'mmap-io'
import { MediaError } from '../media-error.mjs'
import { findChunks } from './chunks.mjs'
import { readFormat } from './format.mjs'

/**
 * @typedef {{ first: number, count: number }} Range  frames
 * @typedef {{ first: number, count: number, bytes: Uint8Array }} Block  whole frames; `first` counts from the range's start
 */

// Large enough that a message costs nothing beside it, small enough that the threads end together.
const BLOCK = 4 * 2 ** 20
/** Blocks whose pages are fetched ahead. */
const AHEAD = 4

/** A WAV file, mapped. Its header has been checked; its samples belong to whoever takes {@link blocks}. */
export class Sound {
  /**
   * @param {MappedFile} file
   * @param {import('./format.mjs').Format} format
   * @param {import('./chunks.mjs').Chunk} data
   * @param {string} container
   */
  constructor(file, format, data, container) {
    this.file = file
    this.format = format
    this.container = container
    this.offset = data.offset
    // A recording that was cut off may end within a frame: what is not whole is left alone.
    this.frames = Math.floor(data.length / format.blockAlign)
  }

  /**
   * @param {string} path
   * @param {{ writable?: boolean }} [options]
   * @throws {MediaError} for a file that is not a sound, or is corrupt
   */
  static async open(path, { writable = false } = {}) {
    const status = await stat(path)
    if (!status.isFile()) throw new MediaError(`${path}: not a file`)
    if (status.size === 0) throw new MediaError(`${path}: the file is empty`)
    const file = MappedFile.open(path, { mode: writable ? 'r+' : 'r', shared: true })
    try {
      const { riff, fmt, data } = findChunks(file)
      return new Sound(file, readFormat(file, fmt), data, riff.kind)
    } catch (error) {
      file.close()
      throw error instanceof MediaError ? new MediaError(`${path}: ${error.message}`) : error
    }
  }

  /**
   * The frames between two times, in seconds.
   * @param {number} [from]
   * @param {number} [to]
   * @returns {Range}
   */
  range(from = 0, to = this.frames / this.format.rate) {
    const first = Math.round(from * this.format.rate)
    const end = Math.min(Math.round(to * this.format.rate), this.frames)
    if (first > this.frames) throw new MediaError(`${from} s is past the end, which is at ${this.frames / this.format.rate} s`)
    if (end < first) throw new MediaError(`${to} s is ahead of ${from} s`)
    return { first, count: end - first }
  }

  /** The place of a range in the file, in bytes. @param {Range} range */
  bytesOf({ first, count }) {
    const { blockAlign } = this.format
    return { offset: this.offset + first * blockAlign, length: count * blockAlign }
  }

  /**
   * Views over a range, a few MiB each, as one array cannot hold all of a large file. While one is worked on, pages of the
   * next come in on the thread pool: a system call for a block, instead of a page fault for each page that is touched.
   *
   * @param {Range} range
   * @param {{ write: boolean }} purpose
   * @returns {AsyncGenerator<Block, void>}
   */
  async *blocks(range, purpose) {
    /** @type {{ block: Block, ready: Promise<void> }[]} */
    const coming = []
    for (const part of this.#parts(range)) {
      const { offset, length } = this.bytesOf(part)
      const block = { first: part.first - range.first, count: part.count, bytes: this.file.view(Uint8Array, offset, length) }
      const ready = this.file.prefetch({ offset, length, write: purpose.write })
      ready.catch(() => undefined) // who awaits it below is told; when nobody does any more, it does not matter
      coming.push({ block, ready })
      if (coming.length > AHEAD) yield await arrival(coming.shift())
    }
    while (coming.length > 0) yield await arrival(coming.shift())
  }

  /** @param {Range} range @returns {Generator<Range, void>} */
  *#parts({ first, count }) {
    const most = Math.max(1, Math.floor(BLOCK / this.format.blockAlign))
    for (let at = 0; at < count; at += most) yield { first: first + at, count: Math.min(most, count - at) }
  }

  /** Ends the mapping. Threads that still work on a block read zeros from then on, and change nothing. */
  close() {
    this.file.close()
  }
}

/** @param {{ block: Block, ready: Promise<void> } | undefined} coming */
async function arrival(coming) {
  const { block, ready } = /** @type {NonNullable<typeof coming>} */ (coming)
  try {
    await ready
  } catch (error) {
    // The kernel's word for pages that it cannot bring.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EFAULT') throw error
    throw new MediaError(`the file became shorter, or its disk is full or failing: ${/** @type {Error} */ (error).message}`)
  }
  return block
}
