import { chmod, copyFile, constants as fs, stat } from 'node:fs/promises'
import { amplify } from '../passes.mjs'
import { bytesText, speedText } from '../terminal/words.mjs'
import { withCrew } from '../threads/crew.mjs'
import { finish } from '../unfinished.mjs'
import { Sound } from '../wave/sound.mjs'
import { checkOutput } from './output.mjs'

/**
 * @typedef {object} Target
 * @property {string} file
 * @property {string} [out]  a copy; without it the file itself is changed
 * @property {number} [from]
 * @property {number} [to]
 * @property {number} [threads]
 */

/**
 * Makes a sound louder or softer.
 * @param {Target & { db: number }} options
 * @param {(line: string) => void} log
 */
export async function gain({ db, ...target }, log) {
  await change(target, log, async () => 10 ** (db / 20))
}

/**
 * Multiplies the samples of a file, or of a copy of it, with what `choose` finds fit.
 *
 * @param {Target} target
 * @param {(line: string) => void} log
 * @param {(sound: Sound, range: import('../wave/sound.mjs').Range, crew: import('../threads/crew.mjs').Crew) => Promise<number>} choose
 */
export async function change({ file, out, from, to, threads }, log, choose) {
  const changeIn = async (/** @type {string} */ path) => {
    const began = performance.now()
    const sound = await Sound.open(path, { writable: true })
    try {
      const range = sound.range(from, to)
      const report = await withCrew(threads, async (crew) => amplify(sound, range, crew, await choose(sound, range, crew)))
      log(describe(report, sound.format.channels * range.count))
      log(`${out ?? file}: ${bytesText(sound.bytesOf(range).length)} changed in ${speedText(sound.bytesOf(range).length, began)}`)
    } finally {
      sound.close()
    }
  }
  if (out === undefined) return changeIn(file)
  // What can be found wrong is found before there are gigabytes copied.
  const sound = await Sound.open(file)
  sound.close()
  await checkOutput(out, file)
  await finish(out, async (temporary) => {
    await copyFile(file, temporary, fs.COPYFILE_EXCL | fs.COPYFILE_FICLONE)
    // It copied the permissions, too; a master that nobody may write to is what copies are made of.
    await chmod(temporary, (await stat(file)).mode | 0o200)
    await changeIn(temporary)
  })
}

/** @param {{ clipped: number, loud: number }} report @param {number} samples */
function describe({ clipped, loud }, samples) {
  const beyond = loud === 0 ? '' : `; ${loud} are beyond full scale, as floats may be`
  return `${samples} samples, ${clipped} clipped${beyond}`
}
