import { closeSync, existsSync, linkSync, openSync, rmSync } from 'node:fs'
import { MappedFile } from 'mmap-io'
import { Refusal } from './refusal.mjs'

// The bytes, described once. Words are 32 bits, in the machine's own order: a file from a machine of the other
// order shows a wrong magic and is refused.
//
//   0                   4096                         each of them size * size bytes, row by row
//   | header | 0 ... 0 | elevation | soil | life of even generations | life of odd generations |
const HEADER_LENGTH = 4096
const PLANES = 4
const MAGIC = 0x4d414d47 // 'GMAM' as bytes
const FORMAT = 1
const WORD = { magic: 0, format: 1, size: 2, seed: 3, generation: 4, owner: 5, beat: 6 }
const WORDS = 7

/** A side of the world, in tiles: a power of two, so that wrapping round the torus is one `&`. */
export const MIN_SIZE = 256
export const MAX_SIZE = 32768

/** @param {number} size */
export function isWorldSize(size) {
  return Number.isInteger(size) && size >= MIN_SIZE && size <= MAX_SIZE && (size & (size - 1)) === 0
}

/** A world in a mapped file. Every process that opens the same file sees the same tiles. */
export class World {
  #file
  #words

  /**
   * @param {MappedFile} file
   * @param {string} path
   */
  constructor(file, path) {
    this.#file = file
    this.#words = checkedHeader(file, path)
    this.path = path
    // Read once: the file is checked, but whoever else has it mapped could still change it.
    this.size = this.#words[WORD.size]
    this.seed = this.#words[WORD.seed]
    if (!isWorldSize(this.size)) throw new Refusal(`${path}: not a world: its header claims a side of ${this.size} tiles`)
    const length = byteLengthOf(this.size)
    if (file.length !== length) {
      throw new Refusal(`${path}: damaged: a world of ${this.size} x ${this.size} tiles has ${length} bytes, this file ${file.length}`)
    }
    this.elevation = this.#plane(0)
    this.soil = this.#plane(1)
    this.lives = [this.#plane(2), this.#plane(3)]
  }

  /**
   * Opens a world. Changes nothing, whatever the file is.
   * @param {string} path
   * @param {'r' | 'r+'} mode
   * @throws {Refusal} for a missing file, or one that is not a world
   */
  static open(path, mode) {
    if (!existsSync(path)) throw new Refusal(`${path}: no such file; \`simulate\` makes one`)
    const file = MappedFile.open(path, { mode })
    try {
      return new World(file, path)
    } catch (error) {
      file.close()
      throw error
    }
  }

  /**
   * Makes a world of generation 0: all zeros. It gets its name only when it is whole, so a process that is
   * killed on the way leaves a `.new` file at most; `linkSync` fails if the name was taken meanwhile.
   * @param {string} path
   * @param {{ size: number, seed: number }} origin
   */
  static create(path, { size, seed }) {
    const unnamed = `${path}.${process.pid}.new`
    try {
      const fd = openSync(unnamed, 'wx+')
      try {
        // Not sparse: a disk that is too small says so here and not half way through a generation.
        const file = MappedFile.open(fd, { mode: 'r+', size: byteLengthOf(size) })
        file.view(Uint32Array, 0, WORDS).set([MAGIC, FORMAT, size, seed])
        file.close()
      } finally {
        closeSync(fd)
      }
      linkSync(unnamed, path)
    } finally {
      rmSync(unnamed, { force: true })
    }
  }

  /** The last generation that is complete; 0 before there is any ground. */
  get generation() {
    return Atomics.load(this.#words, WORD.generation)
  }

  /** Whose turn it is to write; see lease.mjs. */
  get owner() {
    return { words: this.#words, owner: WORD.owner, beat: WORD.beat }
  }

  /** @param {number} generation */
  life(generation) {
    return this.lives[generation & 1]
  }

  /**
   * Declares a generation complete. For the owner, after every region of it was reported done.
   *
   * This one store is all that a resumed run believes. Generation n reads plane (n - 1) & 1 and writes plane n & 1
   * only, every tile of it. So whenever we are killed, the header's generation is whole in its plane, what was
   * half done is in the other, and doing it again overwrites all of that. Stores of a dead process stay: they are
   * in the page cache, which is the kernel's. (A power failure is another matter: nothing is synced on the way.)
   *
   * @param {number} generation
   */
  complete(generation) {
    this.check()
    Atomics.store(this.#words, WORD.generation, generation)
  }

  /** Throws if stores may have been lost, as when somebody cut the file short under its mapping. */
  check() {
    if (this.#file.fault) throw this.#file.fault
  }

  close() {
    this.#file.close()
  }

  /** @param {number} index */
  #plane(index) {
    const length = this.size * this.size
    return this.#file.view(Uint8Array, HEADER_LENGTH + index * length, length)
  }
}

/** @param {number} size */
export function byteLengthOf(size) {
  return HEADER_LENGTH + PLANES * size * size
}

/**
 * @param {MappedFile} file
 * @param {string} path
 */
function checkedHeader(file, path) {
  if (file.length < HEADER_LENGTH) throw new Refusal(`${path}: not a world: ${file.length} bytes cannot hold even a header`)
  const words = file.view(Uint32Array, 0, WORDS)
  if (words[WORD.magic] !== MAGIC) throw new Refusal(`${path}: not a world: it begins with other bytes than one does`)
  if (words[WORD.format] !== FORMAT) throw new Refusal(`${path}: a world of format ${words[WORD.format]}; this program knows ${FORMAT}`)
  return words
}
