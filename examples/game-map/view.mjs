import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { PNG } from 'pngjs'
import { paint } from './picture.mjs'
import { Refusal } from './refusal.mjs'
import { World } from './world.mjs'

const MAX_SIDE = 8192
const USUAL_SIDE = 1024

/**
 * @typedef {object} ViewOptions
 * @property {string} file
 * @property {string} out
 * @property {number} [scale] tiles a pixel, each way; without it, the picture gets 1024 pixels a side
 * @property {import('./picture.mjs').Part} [region] without it, the whole world
 * @property {(line: string) => void} log
 */

/**
 * Writes a picture of a world. Only reads the world: it may be simulated meanwhile.
 * @param {ViewOptions} options
 */
export function view({ file, out, scale, region, log }) {
  const world = World.open(file, 'r')
  try {
    const { generation, size } = world
    if (generation === 0) throw new Refusal(`${file}: nothing to see yet: its first generation is not complete`)
    const part = region ?? { x: 0, y: 0, width: size, height: size }
    const tilesPerPixel = scale ?? Math.max(Math.floor(Math.max(part.width, part.height) / USUAL_SIDE), 1)
    checkPart(part, tilesPerPixel, size)
    const png = paint(world, generation, part, tilesPerPixel)
    world.check()
    mkdirSync(dirname(out), { recursive: true })
    writeFileSync(out, PNG.sync.write(png))
    log(`${out}: ${png.width} x ${png.height} pixels, generation ${generation}`)
    // The plane that was read is written again when the simulation is one generation further.
    if (world.generation !== generation) log(`the world moved on meanwhile: the picture mixes generations up to ${world.generation + 1}`)
    return { picture: out, width: png.width, height: png.height, generation }
  } finally {
    world.close()
  }
}

/**
 * @param {import('./picture.mjs').Part} part
 * @param {number} scale
 * @param {number} size
 */
function checkPart({ x, y, width, height }, scale, size) {
  if (x >= size || y >= size || width > size - x || height > size - y) {
    throw new Refusal(`the region ${x},${y},${width},${height} does not lie in a world of ${size} x ${size} tiles`)
  }
  const columns = Math.floor(width / scale)
  const rows = Math.floor(height / scale)
  if (columns === 0 || rows === 0) throw new Refusal(`a region of ${width} x ${height} tiles is less than a pixel at scale ${scale}`)
  if (columns > MAX_SIDE || rows > MAX_SIDE) {
    throw new Refusal(
      `the picture would be ${columns} x ${rows} pixels, and ${MAX_SIDE} a side is the most: raise --scale or choose a --region`,
    )
  }
}
