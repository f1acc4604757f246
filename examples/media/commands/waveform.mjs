import { writeFile } from 'node:fs/promises'
import { trace } from '../passes.mjs'
import { layOut } from '../picture/layout.mjs'
import { drawWaveform } from '../picture/waveform.mjs'
import { withCrew } from '../threads/crew.mjs'
import { finish } from '../unfinished.mjs'
import { ENCODINGS, limitsOf } from '../wave/format.mjs'
import { Sound } from '../wave/sound.mjs'
import { checkOutput } from './output.mjs'

/**
 * Draws a sound as a PNG.
 *
 * @param {object} options
 * @param {string} options.file
 * @param {string} options.out
 * @param {number} [options.width]
 * @param {number} [options.height]
 * @param {number} [options.from]
 * @param {number} [options.to]
 * @param {number} [options.threads]
 * @param {(line: string) => void} log
 */
export async function waveform({ file, out, width = 1600, height = 400, from, to, threads }, log) {
  const sound = await Sound.open(file)
  try {
    await checkOutput(out, file)
    const range = sound.range(from, to)
    const { channels, rate, encoding } = sound.format
    const layout = layOut({ width, height, channels })
    const size = { columns: layout.lanes[0].width, lanes: layout.lanes.length }
    const envelope = await withCrew(threads, (crew) => trace(sound, range, crew, size))
    const { whole, highest } = limitsOf(sound.format)
    const { fullScale } = ENCODINGS[encoding]
    const scale = { fullScale, highest: whole ? highest : 1, from: range.first / rate, seconds: range.count / rate }
    const png = drawWaveform(envelope, scale, layout)
    await finish(out, (temporary) => writeFile(temporary, png))
    log(`drew ${out}: ${width} × ${height}, ${range.count} frames`)
  } finally {
    sound.close()
  }
}
