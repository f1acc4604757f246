import { PNG } from 'pngjs'
import { GRASSLAND, GROUND, LIVES } from './palette.mjs'
import { lightOf } from './relief.mjs'
import { SEA_LEVEL } from './tile.mjs'

/** @typedef {{ x: number, y: number, width: number, height: number }} Part in tiles */

/** So many tiles a side speak for a pixel at most: more of them would not change its colour, only take longer. */
const SAMPLES = 8
const GRASS_ONLY = 0x10

/**
 * Paints a part of the world, `scale` x `scale` tiles to a pixel.
 * @param {import('./world.mjs').World} world
 * @param {number} generation
 * @param {Part} part
 * @param {number} scale
 */
export function paint(world, generation, part, scale) {
  const width = Math.floor(part.width / scale)
  const height = Math.floor(part.height / scale)
  const image = { width, height, colours: new Float32Array(3 * width * height), heights: new Float32Array(width * height) }
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      average(world, world.life(generation), part.x + column * scale, part.y + row * scale, scale, image, row * width + column)
    }
  }
  return shaded(image, scale)
}

/** @typedef {{ width: number, height: number, colours: Float32Array, heights: Float32Array }} Image */

/**
 * The mean colour and height of a square of tiles.
 * @param {import('./world.mjs').World} world
 * @param {Uint8Array} life
 * @param {number} x
 * @param {number} y
 * @param {number} scale
 * @param {Image} image
 * @param {number} pixel
 */
function average({ size, elevation, soil }, life, x, y, scale, image, pixel) {
  const stride = Math.ceil(scale / SAMPLES)
  let red = 0
  let green = 0
  let blue = 0
  let height = 0
  let count = 0
  for (let dy = 0; dy < scale; dy += stride) {
    const end = (y + dy) * size + x + scale
    for (let tile = (y + dy) * size + x; tile < end; tile += stride) {
      const level = elevation[tile]
      const colour = tileColour(level, soil[tile], life[tile])
      red += colour >>> 16
      green += (colour >>> 8) & 255
      blue += colour & 255
      height += Math.max(level, SEA_LEVEL)
      count++
    }
  }
  image.colours.set([red / count, green / count, blue / count], 3 * pixel)
  image.heights[pixel] = height / count
}

/**
 * @param {number} elevation
 * @param {number} soil
 * @param {number} life
 */
function tileColour(elevation, soil, life) {
  if (life === 0) return GROUND[(elevation << 8) | soil]
  return life === GRASS_ONLY ? GRASSLAND[soil] : LIVES[life]
}

/**
 * @param {Image} image
 * @param {number} scale
 */
function shaded({ width, height, colours, heights }, scale) {
  const png = new PNG({ width, height })
  const light = lightOf(heights, width, scale)
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      png.data[4 * pixel + channel] = Math.min(colours[3 * pixel + channel] * light[pixel], 255)
    }
    png.data[4 * pixel + 3] = 255
  }
  return png
}
