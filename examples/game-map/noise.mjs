import { hash } from './random.mjs'

const CELLS = 256
const DIAGONAL = Math.SQRT1_2

// Eight directions. Only sums and products from here on: sines may differ in the last bit between machines,
// and the world must not.
const GRADIENT_X = Float64Array.of(1, -1, 0, 0, DIAGONAL, -DIAGONAL, DIAGONAL, -DIAGONAL)
const GRADIENT_Y = Float64Array.of(0, 0, 1, -1, DIAGONAL, DIAGONAL, -DIAGONAL, -DIAGONAL)

/** Gradient noise (Perlin's) on a torus, about -0.7 to 0.7. */
export class Noise {
  #directions = new Uint8Array(CELLS * CELLS)

  /** @param {number} seed */
  constructor(seed) {
    for (let cell = 0; cell < CELLS * CELLS; cell++) this.#directions[cell] = hash(seed, cell >>> 8, cell & 255) & 7
  }

  /**
   * @param {number} x in cells
   * @param {number} y in cells
   * @param {number} period after how many cells it repeats: a power of two, 256 at most
   */
  at(x, y, period) {
    const left = Math.floor(x)
    const top = Math.floor(y)
    const dx = x - left
    const dy = y - top
    const mask = period - 1
    const column = left & mask
    const right = (left + 1) & mask
    const row = (top & mask) * CELLS
    const below = ((top + 1) & mask) * CELLS
    const across = fade(dx)
    const upper = mixed(this.#slope(row + column, dx, dy), this.#slope(row + right, dx - 1, dy), across)
    const lower = mixed(this.#slope(below + column, dx, dy - 1), this.#slope(below + right, dx - 1, dy - 1), across)
    return mixed(upper, lower, fade(dy))
  }

  /**
   * Noise upon noise: each octave twice as fine and half as strong as the one before.
   * @param {number} u place on the torus, 0 to 1
   * @param {number} v
   * @param {number} period of the coarsest octave
   * @param {number} octaves
   */
  fractal(u, v, period, octaves) {
    let sum = 0
    let weight = 1
    for (let octave = 0, cells = period; octave < octaves; octave++, cells *= 2, weight /= 2) {
      sum += weight * this.at(u * cells, v * cells, Math.min(cells, CELLS))
    }
    return sum
  }

  /**
   * As {@link fractal}, folded at zero, so that its zeros become sharp crests. 0 to 1.
   * @param {number} u
   * @param {number} v
   * @param {number} period
   * @param {number} octaves
   */
  ridged(u, v, period, octaves) {
    let sum = 0
    let weight = 0.5
    for (let octave = 0, cells = period; octave < octaves; octave++, cells *= 2, weight /= 2) {
      const crest = 1 - Math.abs(this.at(u * cells, v * cells, Math.min(cells, CELLS))) * 1.6
      sum += weight * crest * crest
    }
    return sum
  }

  /**
   * @param {number} cell
   * @param {number} dx
   * @param {number} dy
   */
  #slope(cell, dx, dy) {
    const direction = this.#directions[cell]
    return GRADIENT_X[direction] * dx + GRADIENT_Y[direction] * dy
  }
}

/** @param {number} t 0 to 1; first and second derivative are 0 at both ends, so no cell's border shows */
function fade(t) {
  return t * t * t * (t * (t * 6 - 15) + 10)
}

/**
 * @param {number} a
 * @param {number} b
 * @param {number} t
 */
function mixed(a, b, t) {
  return a + (b - a) * t
}
