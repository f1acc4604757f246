import { advance, hash, scramble } from './random.mjs'
import { rulesOf } from './rules.mjs'
import { FIRE } from './tile.mjs'
import { isEventful, nextWord, olderWord, wordAt } from './word.mjs'

const ALL_WATER = -1
// V8 folds a module's own constants into its loops, and looks imported ones up each time.
const ONE_FIRE = FIRE

const SETTLING = rulesOf(true)
const WANDERING = rulesOf(false)

const LEVELS = 9
const CHANCES = 2 ** 31
/** Strokes of lightning a generation, were the world all wood; as many whatever its size, so pictures look alike. */
const LIGHTNING = 500
/** Generations of each nine in which lightning strikes. */
const STORMS = 3

/** All generations but the first: one byte a tile, from one plane into the other. */
export class Life {
  #world
  #soil
  #lives

  /** @param {import('./world.mjs').World} world */
  constructor(world) {
    this.#world = world
    this.#soil = wordsOf(world.soil)
    this.#lives = world.lives.map(wordsOf)
  }

  /**
   * Computes a region of a generation. Reads the plane of the generation before, anywhere, and writes its own rows
   * of the other plane: no region writes a byte that another one reads or writes, so their order does not matter.
   * @param {number} generation
   * @param {number} first row
   * @param {number} rows
   */
  grow(generation, first, rows) {
    const { size, seed } = this.#world
    const soil = this.#soil
    const before = this.#lives[(generation - 1) & 1]
    const after = this.#lives[generation & 1]
    const season = seasonOf(size, seed, generation)
    for (let y = first; y < first + rows; y++) growRow({ before, after, soil, size, ...season }, y, hash(seed, generation, y))
  }
}

/** @param {Uint8Array} plane */
function wordsOf(plane) {
  return new Int32Array(plane.buffer, plane.byteOffset, plane.byteLength / 4)
}

/**
 * What a generation is like. Seeds and sparks fly far in the first of each nine, and half as far in each that
 * follows: what landed far away is filled up between. (Spreading to next door only would not show on a map of this
 * size.) The direction turns as chance has it.
 * @param {number} size
 * @param {number} seed
 * @param {number} generation
 */
function seasonOf(size, seed, generation) {
  const level = (generation - 2) % LEVELS
  const far = Math.max((size >> 6) >> level, 1)
  const aside = ((hash(seed, generation, -1) >>> 1) % (2 * far)) - far
  return {
    far,
    aside,
    // Towns do not jump.
    rules: far <= size >> 8 ? SETTLING : WANDERING,
    lightning: level < STORMS ? Math.ceil((CHANCES * 4 * LIGHTNING) / (size * size)) : 0,
  }
}

/**
 * @param {{ before: Int32Array, after: Int32Array, soil: Int32Array, size: number,
 *   far: number, aside: number, rules: Int32Array, lightning: number }} step
 * @param {number} y
 * @param {number} random where the row's chances begin
 */
function growRow({ before, after, soil, size, far, aside, rules, lightning }, y, random) {
  const width = size >> 2
  const mask = size - 1
  const row = y * width
  const east = ((y + aside) & mask) * width
  const south = ((y + far) & mask) * width
  const west = ((y - aside) & mask) * width
  const north = ((y - far) & mask) * width
  let chance = random | 0
  for (let at = row, x = 0; x < size; at++, x += 4) {
    const ground = soil[at]
    chance = advance(chance)
    if (ground === ALL_WATER) {
      after[at] = 0
      continue
    }
    const own = before[at]
    let around =
      wordAt(before, east, (x + far) & mask, width) |
      wordAt(before, south, (x - aside) & mask, width) |
      wordAt(before, west, (x - far) & mask, width) |
      wordAt(before, north, (x + aside) & mask, width)
    if (chance >>> 1 < lightning) around |= ONE_FIRE
    after[at] = isEventful(own, around) ? nextWord(rules, own, around, ground, scramble(chance)) : olderWord(own)
  }
}
