import { Noise } from './noise.mjs'
import { advance, hash } from './random.mjs'
import { STRIDE, Survey } from './survey.mjs'
import * as tile from './tile.mjs'

const { GRASS, SEA_LEVEL, TOWN, WATER, WOOD } = tile

/** Tiles after which the grain repeats, and the wavelength of its coarsest octave. */
const GRAIN_SIDE = 1024
const GRAIN_COARSEST = 64
const RIVER_WIDTH = 0.011
/** Towns that would be founded, were all of the world a bank. */
const TOWNS = 5000

/** The first generation: ground from noise, and the first seeds of everything that will spread. */
export class Terrain {
  #world
  #survey
  #side
  #grain
  #blended

  /** @param {import('./world.mjs').World} world */
  constructor(world) {
    this.#world = world
    this.#survey = new Survey(world)
    this.#side = Math.min(GRAIN_SIDE, world.size)
    this.#grain = grainOf(this.#side, world.seed)
    this.#blended = new Float64Array(this.#survey.width)
  }

  /**
   * @param {number} first row of the region, a multiple of 16
   * @param {number} rows
   */
  make(first, rows) {
    const { size } = this.#world
    // Each row of tiles lies between four rows of points: one before, and two behind.
    const fields = this.#survey.rows(first / STRIDE - 1, rows / STRIDE + 3)
    const height = new Float64Array(size)
    const rain = new Float64Array(size)
    const river = new Float64Array(size)
    for (let row = 0; row < rows; row++) {
      this.#stretch(fields.height, row, height)
      this.#stretch(fields.rain, row, rain)
      this.#stretch(fields.river, row, river)
      this.#settle(first + row, height, rain, river)
    }
  }

  /**
   * One row of tiles from four rows of points, by cubic interpolation both ways: a linear one would show its facets.
   * @param {Float64Array} points
   * @param {number} row of tiles
   * @param {Float64Array} tiles
   */
  #stretch(points, row, tiles) {
    const { width } = this.#survey
    const at = Math.floor(row / STRIDE) * width
    const t = (row % STRIDE) / STRIDE
    const blended = this.#blended
    for (let x = 0; x < width; x++) {
      const upper = at + x
      blended[x] = cubic(points[upper], points[upper + width], points[upper + 2 * width], points[upper + 3 * width], t)
    }
    for (let x = 0, tile = 0; x < width; x++) {
      const before = blended[(x + width - 1) % width]
      const here = blended[x]
      const next = blended[(x + 1) % width]
      const after = blended[(x + 2) % width]
      for (let step = 0; step < STRIDE; step++, tile++) tiles[tile] = cubic(before, here, next, after, step / STRIDE)
    }
  }

  /**
   * Stores one row of tiles.
   * @param {number} y
   * @param {Float64Array} height
   * @param {Float64Array} rain
   * @param {Float64Array} river
   */
  #settle(y, height, rain, river) {
    const { elevation, soil, size, seed } = this.#world
    const life = this.#world.life(1)
    const grain = this.#grain
    const grainMask = this.#side - 1
    const grainRow = (y & grainMask) * this.#side
    const founding = Math.ceil((2 ** 31 * TOWNS) / (size * size))
    let random = hash(seed, 1, y) | 0
    for (let x = 0, tile = y * size; x < size; x++, tile++) {
      random = advance(random)
      const rough = grain[grainRow + (x & grainMask)]
      const above = height[x] + rough * (0.012 + 0.1 * Math.max(height[x], 0))
      const level = Math.min(Math.max(SEA_LEVEL + above * 150, 0), 255) | 0
      const bank = Math.abs(river[x] + rough * 0.002)
      elevation[tile] = level
      if (level < SEA_LEVEL || (above < 0.3 && bank < RIVER_WIDTH * (1 - 2.5 * above))) {
        soil[tile] = WATER
        life[tile] = 0
      } else {
        // Rich where it rains, poor where it is high; the grain makes groves and clearings.
        const fertility = (rain[x] - Math.max(above - 0.3, 0) * 1.6 + rough * 0.16) * 254
        soil[tile] = Math.min(Math.max(fertility, 0), 254)
        const isNearWater = bank < 2 * RIVER_WIDTH || level < SEA_LEVEL + 2
        life[tile] = firstLife(soil[tile], random >>> 1, isNearWater ? founding : 0)
      }
    }
  }
}

/**
 * @param {number} fertility
 * @param {number} chance 31 bits
 * @param {number} founding how likely a town is, as `chance`
 */
function firstLife(fertility, chance, founding) {
  if (fertility > 90 && chance < founding) return TOWN
  if (fertility > 90 && chance < 2 ** 31 / 100) return WOOD
  // Without a branch: a coin that the processor cannot foresee, 268 million times.
  return (((chance >>> 23) - fertility) >> 31) & GRASS
}

/**
 * Small roughness, computed once and laid over the whole world like tiles on a floor.
 * @param {number} side
 * @param {number} seed
 */
function grainOf(side, seed) {
  const noise = new Noise(seed ^ 0x5eed)
  const grain = new Float32Array(side * side)
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at++) grain[at] = noise.fractal(x / side, y / side, side / GRAIN_COARSEST, 5)
  }
  return grain
}

/**
 * Catmull-Rom's curve through four values, between the second (t = 0) and the third (t = 1).
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} t
 */
function cubic(a, b, c, d, t) {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
}
