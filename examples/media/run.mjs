import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { info } from './commands/info.mjs'
import { make } from './commands/make.mjs'
import { normalise } from './commands/normalise.mjs'
import { waveform } from './commands/waveform.mjs'

// 256 MiB of stereo in 16 bits, 48,000 times a second.
const SECONDS = (256 * 2 ** 20) / (2 * 2 * 48_000)

/**
 * The tour: makes a sound of 256 MiB unless there is one, measures it, normalises a copy, and draws that.
 *
 * @param {object} options
 * @param {string} options.file  a WAV file, or where to make one
 * @param {string} options.picture  where to draw
 * @param {(line: string) => void} [options.log]
 * @param {number} [options.threads]
 * @returns {Promise<{ picture: string, copy: string, seconds: number, bytes: number }>} the copy lies beside `file`;
 *   `seconds` is what all of it took, `bytes` the length of `file`
 */
export async function run({ file, picture, log = console.log, threads }) {
  const began = performance.now()
  await mkdir(dirname(file), { recursive: true })
  await mkdir(dirname(picture), { recursive: true })
  if (!existsSync(file)) await make({ file, seconds: SECONDS, threads }, log)
  const { dir, name, ext } = parse(file)
  const copy = join(dir, `${name}.normalised${ext}`)
  await info({ file, threads }, log)
  await normalise({ file, out: copy, peak: -1, threads }, log)
  await waveform({ file: copy, out: picture, threads }, log)
  return { picture, copy, seconds: (performance.now() - began) / 1000, bytes: (await stat(file)).size }
}
