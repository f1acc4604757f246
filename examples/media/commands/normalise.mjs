import { MediaError } from '../media-error.mjs'
import { measure } from '../passes.mjs'
import { decibels, decibelsText } from '../terminal/words.mjs'
import { ENCODINGS, isFloat, limitsOf } from '../wave/format.mjs'
import { change } from './gain.mjs'

/**
 * Makes a sound as loud as its loudest sample allows. Nothing is clipped.
 * @param {import('./gain.mjs').Target & { peak?: number }} options  `peak` in dBFS
 * @param {(line: string) => void} log
 */
export async function normalise({ peak = -1, ...target }, log) {
  await change(target, log, async (sound, range, crew) => {
    const { overall } = await measure(sound, range, crew)
    if (overall.peak === 0) throw new MediaError(`${target.file}: all samples are 0; no gain makes them louder`)
    const factor = Math.min(10 ** (peak / 20), loudest(sound.format)) / overall.peak
    log(`peak ${decibelsText(overall.peak)} dBFS, gain ${decibels(factor).toFixed(2)} dB`)
    return factor
  })
}

/** In whole numbers, full scale is reached below 0 only: above, the largest is one step less. @param {import('../wave/format.mjs').Format} format */
function loudest(format) {
  return isFloat(format.encoding) ? 1 : limitsOf(format).highest / ENCODINGS[format.encoding].fullScale
}
