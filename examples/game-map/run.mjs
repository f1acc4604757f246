import { fileURLToPath } from 'node:url'
import { simulate } from './simulate.mjs'
import { view } from './view.mjs'

/** Where a world and its picture go that nobody chose a place for: a folder that git ignores. */
export const DEFAULT_FILE = fileURLToPath(new URL('../output/world.map', import.meta.url))
export const DEFAULT_OUT = fileURLToPath(new URL('../output/world.png', import.meta.url))
export const DEFAULT_PROCESSES = 2
export const DEFAULT_GENERATIONS = 21

/**
 * @typedef {object} RunOptions
 * @property {string} [file] the world; made if it does not exist, continued if it does
 * @property {string} [out] the picture
 * @property {number} [size] of a world that is to be made: a power of two from 256 to 32768. Default 16384 (a file of 1 GiB)
 * @property {number} [seed] of a world that is to be made. Default 7
 * @property {number} [processes]
 * @property {number} [generations] until the world has so many; one that has them already is only drawn
 * @property {(line: string) => void} [log]
 * @property {boolean} [bars] draw progress bars on stdout. Default: if it is a terminal
 * @property {AbortSignal} [signal] stops it; what was simulated until then is kept
 */

/**
 * Simulates a world and draws it. No process of its own is left when it resolves or rejects.
 * @param {RunOptions} [options]
 */
export async function run({
  file = DEFAULT_FILE,
  out = DEFAULT_OUT,
  processes = DEFAULT_PROCESSES,
  generations = DEFAULT_GENERATIONS,
  log = () => {},
  bars = Boolean(process.stdout.isTTY),
  ...rest
} = {}) {
  const start = performance.now()
  const simulated = await simulate({ file, processes, generations, log, bars, ...rest })
  logSpeed(simulated, processes, log)
  const { picture, generation } = view({ file, out, log })
  return { file, picture, generation, size: simulated.size, seconds: (performance.now() - start) / 1000, tilesPerSecond: speed(simulated) }
}

/**
 * @param {{ tiles: number, generation: number, seconds: number }} simulated
 * @param {number} processes
 * @param {(line: string) => void} log
 */
export function logSpeed(simulated, processes, log) {
  const { generation, tiles, seconds } = simulated
  if (tiles === 0) return log(`it has ${generation} generations already: ask for more with --generations`)
  const millions = Math.round(speed(simulated) / 1e6)
  log(`generation ${generation} after ${seconds.toFixed(1)} s with ${processes} processes: ${millions} million tiles a second`)
}

/** @param {{ tiles: number, seconds: number }} simulated */
function speed({ tiles, seconds }) {
  return tiles === 0 ? 0 : tiles / seconds
}
