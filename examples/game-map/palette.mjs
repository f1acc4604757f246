import { FIELD_AGE, FIRE, GRASS, SEA_LEVEL, TOWN, WATER, WOOD } from './tile.mjs'

// Colours are numbers, 0xrrggbb, looked up in tables: one load a tile. Stops say where on a scale a colour is pure.

/** @typedef {readonly (readonly [at: number, colour: number])[]} Stops */

/** @type {Stops} */
const SEA = [
  [0, 0x0a2342],
  [SEA_LEVEL - 40, 0x124a73],
  [SEA_LEVEL - 12, 0x2377a0],
  [SEA_LEVEL - 3, 0x4aa9bb],
  [SEA_LEVEL, 0x7cc7c5],
]
/** @type {Stops} */
const DRY_GROUND = [
  [SEA_LEVEL, 0xe9dcae],
  [SEA_LEVEL + 8, 0xd9c08a],
  [150, 0xb99b6e],
  [185, 0x8d7a68],
  [205, 0x9a918b],
  [222, 0xf2f5f8],
  [255, 0xffffff],
]
/** @type {Stops} */
const RICH_GROUND = [
  [SEA_LEVEL, 0xc8bd7c],
  [130, 0x9b8f5d],
  [185, 0x7d7462],
  [205, 0x9a918b],
  [222, 0xf2f5f8],
  [255, 0xffffff],
]
/** @type {Stops} */
const MEADOW = [
  [0, 0xcdb877],
  [80, 0xb3b268],
  [140, 0x93ab55],
  [254, 0x6d9a44],
]
/** @type {Stops} */
const FOREST = [
  [0, 0x5f9146],
  [15, 0x1f5130],
]
const RIVER = 0x3d8db8
const FIELD = 0xc9c069
const ROOF = 0xa8563f
const FLAME = 0xff8a1f
const CINDERS = 0x352b29

/** Colours of ground that nothing grows on, by `elevation << 8 | soil`. */
export const GROUND = Uint32Array.from({ length: 65536 }, (_, key) => groundColour(key >>> 8, key & 255))
/** Colours of grass, by soil. */
export const GRASSLAND = Uint32Array.from({ length: 256 }, (_, soil) => colourAt(MEADOW, soil))
/** Colours of everything else that is alive, by the byte of its life. */
export const LIVES = Uint32Array.from({ length: 256 }, (_, life) => lifeColour(life))

/**
 * @param {number} elevation
 * @param {number} soil
 */
function groundColour(elevation, soil) {
  if (soil === WATER) return elevation < SEA_LEVEL ? colourAt(SEA, elevation) : RIVER
  return blend(colourAt(DRY_GROUND, elevation), colourAt(RICH_GROUND, elevation), Math.min(soil / 140, 1))
}

/** @param {number} life */
function lifeColour(life) {
  const age = life & 15
  if (life & TOWN) return age < FIELD_AGE ? FIELD : ROOF
  if (life & FIRE) return FLAME
  if (life & WOOD) return colourAt(FOREST, age)
  if (life & GRASS) return GRASSLAND[128]
  return blend(0x8b7a5a, CINDERS, age / 15)
}

/**
 * @param {Stops} stops
 * @param {number} at
 */
function colourAt(stops, at) {
  const index = Math.max(
    stops.findLastIndex(([stop]) => stop <= at),
    0,
  )
  const [from, colour] = stops[index]
  const [to, next] = stops[index + 1] ?? stops[index]
  return to === from ? colour : blend(colour, next, (at - from) / (to - from))
}

/**
 * @param {number} a
 * @param {number} b
 * @param {number} t
 */
function blend(a, b, t) {
  let colour = 0
  for (const shift of [16, 8, 0]) {
    const from = (a >>> shift) & 255
    colour |= Math.round(from + (((b >>> shift) & 255) - from) * t) << shift
  }
  return colour
}
