import { MediaError } from './media-error.mjs'
import { addEnvelope, emptyEnvelope } from './samples/envelope.mjs'
import { addLevel, silence } from './samples/level.mjs'
import { Progress } from './terminal/progress.mjs'
import { ENCODINGS, limitsOf } from './wave/format.mjs'

/**
 * The ways to go over all samples of a range, once, with all hands.
 *
 * @typedef {import('./wave/sound.mjs').Sound} Sound
 * @typedef {import('./wave/sound.mjs').Range} Range
 * @typedef {import('./threads/crew.mjs').Crew} Crew
 */

/**
 * @typedef {object} Pass
 * @property {string} title
 * @property {boolean} [write]  samples are changed
 * @property {(block: { first: number, count: number }) => any} taskFor  the task, but for the samples
 * @property {(result: any) => void} [take]  what the threads found out, block by block from the first to the last
 */

/**
 * @param {Sound} sound
 * @param {Range} range
 * @param {Crew} crew
 * @param {Pass} pass
 */
async function goOver(sound, range, crew, { title, write = false, taskFor, take }) {
  const { encoding, channels } = sound.format
  const progress = new Progress(title, sound.bytesOf(range).length)
  const tasks = async function* () {
    for await (const { bytes, ...block } of sound.blocks(range, { write })) yield { ...taskFor(block), bytes, encoding, channels }
  }
  try {
    await crew.perform(tasks(), ({ bytes }, result) => {
      take?.(result)
      progress.advance(bytes.length)
    })
  } finally {
    progress.stop()
  }
  // Where the file lost pages, or the disk could not read them, threads read zeros: what they found is not true then.
  if (sound.file.fault !== undefined) throw sound.file.fault
}

/**
 * Peak and RMS, 1 being full scale.
 * @param {Sound} sound
 * @param {Range} range
 * @param {Crew} crew
 */
export async function measure(sound, range, crew) {
  const { channels, encoding } = sound.format
  const level = silence(channels)
  await goOver(sound, range, crew, {
    title: 'measure',
    taskFor: () => ({ kind: 'level' }),
    take: (result) => addLevel(level, result),
  })
  const { fullScale } = ENCODINGS[encoding]
  const rms = (/** @type {number} */ squares, /** @type {number} */ count) => (count === 0 ? 0 : Math.sqrt(squares / count) / fullScale)
  const peaks = Array.from(level.peaks, (peak) => peak / fullScale)
  const squares = level.squares.reduce((sum, square) => sum + square, 0)
  return {
    channels: peaks.map((peak, channel) => ({ peak, rms: rms(level.squares[channel], range.count) })),
    overall: { peak: peaks.reduce((most, peak) => Math.max(most, peak), 0), rms: rms(squares, range.count * channels) },
    broken: level.broken,
  }
}

/**
 * Multiplies samples, in the file itself, and waits for the disk to have them.
 * @param {Sound} sound  opened writable
 * @param {Range} range
 * @param {Crew} crew
 * @param {number} factor
 * @throws {MediaError} for a factor that would leave nothing of the sound
 */
export async function amplify(sound, range, crew, factor) {
  if (!(factor > 0 && factor < Number.POSITIVE_INFINITY)) throw new MediaError(`a sound cannot be multiplied by ${factor}`)
  const sum = { clipped: 0, loud: 0 }
  const task = { kind: 'scale', factor, ...limitsOf(sound.format) }
  /** @type {Pass} */
  const pass = {
    title: 'amplify',
    write: true,
    taskFor: () => task,
    take({ clipped, loud }) {
      sum.clipped += clipped
      sum.loud += loud
    },
  }
  // By 1, not even the bits of a NaN are touched.
  if (factor !== 1) await goOver(sound, range, crew, pass)
  await sound.file.syncAsync(sound.bytesOf(range))
  return sum
}

/**
 * The outline for a picture of so many columns, or fewer if there are fewer frames.
 * @param {Sound} sound
 * @param {Range} range
 * @param {Crew} crew
 * @param {{ columns: number, lanes: number }} size
 */
export async function trace(sound, range, crew, { columns: most, lanes }) {
  const columns = Math.min(most, range.count)
  const envelope = emptyEnvelope(0, columns, lanes)
  await goOver(sound, range, crew, {
    title: 'trace',
    taskFor: (block) => ({ kind: 'outline', ...block, frames: range.count, columns, lanes }),
    take: (result) => addEnvelope(envelope, result),
  })
  return envelope
}

/**
 * Fills a new file with a piece of music, and waits for the disk to have it.
 * @param {Sound} sound  opened writable
 * @param {Crew} crew
 */
export async function play(sound, crew) {
  const range = sound.range()
  const { whole, highest } = limitsOf(sound.format)
  const task = { kind: 'play', frames: range.count, rate: sound.format.rate, whole, largest: whole ? highest : 1 }
  await goOver(sound, range, crew, { title: 'compose', write: true, taskFor: ({ first }) => ({ ...task, first }) })
  await sound.file.syncAsync()
}
