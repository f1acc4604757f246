import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Crew } from './crew.mjs'
import { Lease } from './lease.mjs'
import { Progress } from './progress.mjs'
import { Refusal } from './refusal.mjs'
import { World } from './world.mjs'

const DEFAULT_SIZE = 16384
const DEFAULT_SEED = 7
const REGION_ROWS = 128

/**
 * @typedef {object} SimulateOptions
 * @property {string} file
 * @property {number} [size] of a world that is to be made; must fit one that exists
 * @property {number} [seed] as `size`
 * @property {number} processes
 * @property {number} generations until the world has so many
 * @property {(line: string) => void} log
 * @property {boolean} [bars] draw progress bars on stdout
 * @property {AbortSignal} [signal] ends it after the regions at work
 */

/**
 * Makes a world or goes on with one, until it has so many generations.
 * @param {SimulateOptions} options
 * @returns {Promise<{ size: number, generation: number, tiles: number, seconds: number }>}
 */
export async function simulate(options) {
  const { file, log } = options
  const world = openOrCreate(options)
  try {
    const lease = new Lease(world)
    try {
      const { size, generation: begun } = world
      log(`${file}: ${size} x ${size} tiles, ${begun === 0 ? 'a new world' : `at generation ${begun}`}, seed ${world.seed}`)
      const start = performance.now()
      if (begun < options.generations) await evolve(world, lease, options)
      const seconds = (performance.now() - start) / 1000
      return { size, generation: world.generation, tiles: (world.generation - begun) * size * size, seconds }
    } finally {
      lease.release()
    }
  } finally {
    world.close()
  }
}

/**
 * @param {World} world
 * @param {Lease} lease
 * @param {SimulateOptions} options
 */
async function evolve(world, lease, { file, processes, generations, log, bars, signal }) {
  signal?.throwIfAborted()
  const crew = new Crew(signal)
  const regions = (generations - world.generation) * (world.size / REGION_ROWS)
  const progress = new Progress({ processes, regions, generations, bars, log })
  try {
    await crew.start(file, processes)
    for (let generation = world.generation + 1; generation <= generations; generation++) {
      progress.begin(generation)
      // The barrier: the next generation reads what this one writes, anywhere, so none of it starts before all of this is done.
      await crew.compute(regionsOf(world, generation), (number) => progress.done(number))
      lease.check()
      world.complete(generation)
    }
  } finally {
    progress.stop()
    await crew.stop()
  }
}

/**
 * @param {World} world
 * @param {number} generation
 */
function regionsOf({ size }, generation) {
  return Array.from({ length: size / REGION_ROWS }, (_, index) => ({ generation, first: index * REGION_ROWS, rows: REGION_ROWS }))
}

/**
 * @param {SimulateOptions} options
 * @throws {Refusal} for a file that is not a world, or not the one that was asked for
 */
function openOrCreate({ file, size, seed }) {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true })
    World.create(file, { size: size ?? DEFAULT_SIZE, seed: seed ?? DEFAULT_SEED })
  }
  const world = World.open(file, 'r+')
  try {
    if (size !== undefined && size !== world.size) throw new Refusal(`${file}: its side is ${world.size} tiles, not ${size}`)
    if (seed !== undefined && seed !== world.seed) throw new Refusal(`${file}: its seed is ${world.seed}, not ${seed}`)
    return world
  } catch (error) {
    world.close()
    throw error
  }
}
