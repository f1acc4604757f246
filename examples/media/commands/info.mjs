import { measure } from '../passes.mjs'
import { bytesText, decibels, decibelsText, durationText, speedText } from '../terminal/words.mjs'
import { withCrew } from '../threads/crew.mjs'
import { ENCODINGS } from '../wave/format.mjs'
import { Sound } from '../wave/sound.mjs'

// More rows than that nobody reads; `--json` has them all.
const MAX_ROWS = 32

/**
 * Says what a file holds and how loud it is.
 *
 * @param {object} options
 * @param {string} options.file
 * @param {number} [options.from]
 * @param {number} [options.to]
 * @param {boolean} [options.json]
 * @param {number} [options.threads]
 * @param {(line: string) => void} log
 */
export async function info({ file, from, to, json, threads }, log) {
  const began = performance.now()
  const sound = await Sound.open(file)
  try {
    const range = sound.range(from, to)
    const level = await withCrew(threads, (crew) => measure(sound, range, crew))
    if (json) return log(JSON.stringify(asJson(sound, range, level), undefined, 2))
    describe(sound, file, log)
    table(level, log)
    log(`${bytesText(sound.bytesOf(range).length)} read in ${speedText(sound.bytesOf(range).length, began)}`)
  } finally {
    sound.close()
  }
}

/** @typedef {Awaited<ReturnType<typeof measure>>} Level */

/** @param {Sound} sound @param {import('../wave/sound.mjs').Range} range @param {Level} level */
function asJson({ container, format, frames, offset }, range, level) {
  const { encoding, channels, rate } = format
  const row = (/** @type {{ peak: number, rms: number }} */ { peak, rms }) => ({ peak, rms, peakDb: decibels(peak), rmsDb: decibels(rms) })
  return {
    container,
    encoding,
    channels,
    rate,
    frames,
    offset,
    range,
    broken: level.broken,
    overall: row(level.overall),
    levels: level.channels.map(row),
  }
}

/** @param {Sound} sound @param {string} file @param {(line: string) => void} log */
function describe({ container, format, frames, offset }, file, log) {
  const { encoding, channels, rate } = format
  log(file)
  log(`${container} WAVE, ${ENCODINGS[encoding].name}, ${channels} channel${channels === 1 ? '' : 's'}, ${rate} Hz`)
  log(`${durationText(frames / rate)}, ${frames} frames, from byte ${offset}`)
}

/** @param {Level} level @param {(line: string) => void} log */
function table({ channels, overall, broken }, log) {
  const line = (/** @type {string} */ name, /** @type {string} */ peak, /** @type {string} */ rms) =>
    log(`${name.padEnd(10)}${peak.padStart(10)}${rms.padStart(10)}`)
  line('channel', 'peak dBFS', 'RMS dBFS')
  for (const [index, { peak, rms }] of channels.slice(0, MAX_ROWS).entries()) line(String(index + 1), decibelsText(peak), decibelsText(rms))
  if (channels.length > MAX_ROWS) log(`… ${channels.length - MAX_ROWS} more: --json has them`)
  line('overall', decibelsText(overall.peak), decibelsText(overall.rms))
  if (broken > 0) log(`${broken} samples are no finite number; they count as silence`)
}
