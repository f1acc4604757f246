import { parseArgs } from 'node:util'
import { Refusal } from './refusal.mjs'
import { DEFAULT_FILE, DEFAULT_GENERATIONS, DEFAULT_OUT, DEFAULT_PROCESSES } from './run.mjs'
import { isWorldSize, MAX_SIZE, MIN_SIZE } from './world.mjs'

export const HELP = `A world of tiles in a mapped file, simulated by several processes.

  node examples/game-map/index.mjs [options]            make a world or continue it, then draw it
  node examples/game-map/index.mjs simulate [options]   only simulate
  node examples/game-map/index.mjs view [options]       only draw, also while it is simulated

  --file PATH         the world                          (examples/output/world.map)
  --size N            its side in tiles: a power of two from ${MIN_SIZE} to ${MAX_SIZE}; N * N * 4 bytes  (16384)
  --seed N            from 0 to 4294967295: another seed, another world  (7)
  --processes N       from 1 to 64                       (${DEFAULT_PROCESSES})
  --generations N     simulate until it has so many      (${DEFAULT_GENERATIONS})
  --out PATH          the picture                        (examples/output/world.png)
  --scale N           view: tiles a pixel, each way      (so that the picture gets about 1024 pixels)
  --region X,Y,W,H    view: only this part, in tiles     (all of it)
  --help
`

const TEXT = /** @type {const} */ ({ type: 'string' })
const SIMULATE = { file: TEXT, size: TEXT, seed: TEXT, processes: TEXT, generations: TEXT }
const OPTIONS = {
  simulate: SIMULATE,
  view: { file: TEXT, out: TEXT, scale: TEXT, region: TEXT },
  run: { ...SIMULATE, out: TEXT },
}

/**
 * What the command line asks for, every value checked.
 * @param {string[]} words
 */
export function parseCommand(words) {
  const [first] = words
  const command = first === 'simulate' || first === 'view' ? first : 'run'
  const { values } = parseArgs({
    args: command === 'run' ? words : words.slice(1),
    options: { ...OPTIONS[command], help: { type: 'boolean' } },
  })
  const text = /** @type {Record<string, string | undefined>} */ (values)
  return {
    command: values.help ? 'help' : command,
    file: pathOption('file', text.file) ?? DEFAULT_FILE,
    out: pathOption('out', text.out) ?? DEFAULT_OUT,
    size: sizeOption(text.size),
    seed: numberOption('seed', text.seed, 0, 2 ** 32 - 1),
    processes: numberOption('processes', text.processes, 1, 64) ?? DEFAULT_PROCESSES,
    generations: numberOption('generations', text.generations, 1, 1_000_000) ?? DEFAULT_GENERATIONS,
    scale: numberOption('scale', text.scale, 1, MAX_SIZE),
    region: regionOption(text.region),
  }
}

/**
 * @param {string} name
 * @param {string | undefined} text
 */
function pathOption(name, text) {
  if (text === '') throw new Refusal(`--${name} must name a file`)
  return text
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} least
 * @param {number} most
 */
function numberOption(name, text, least, most) {
  if (text === undefined) return undefined
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1
  if (value < least || value > most) throw new Refusal(`--${name} must be a whole number from ${least} to ${most}, not '${text}'`)
  return value
}

/** @param {string | undefined} text */
function sizeOption(text) {
  const size = numberOption('size', text, MIN_SIZE, MAX_SIZE)
  if (size !== undefined && !isWorldSize(size)) throw new Refusal(`--size must be a power of two (512, 1024, ...), not '${text}'`)
  return size
}

/** @param {string | undefined} text */
function regionOption(text) {
  if (text === undefined) return undefined
  const parts = text.split(',')
  if (parts.length !== 4) throw new Refusal(`--region must be four numbers, x,y,width,height, not '${text}'`)
  const [x, y, width, height] = parts.map((part, index) => numberOption('region', part, index < 2 ? 0 : 1, MAX_SIZE) ?? 0)
  return { x, y, width, height }
}
