import { ENCODINGS } from '../wave/format.mjs'
import { codecOf } from './codec.mjs'
import { elementsOf } from './elements.mjs'

/**
 * @typedef {object} Samples  what every task begins with
 * @property {Uint8Array} bytes  whole frames, over memory that all threads share
 * @property {import('../wave/format.mjs').Encoding} encoding
 * @property {number} channels
 *
 * @typedef {object} Strip  some frames of a block, as numbers
 * @property {import('./elements.mjs').Elements} numbers  the samples themselves, or a copy
 * @property {number} begin  index of the first
 * @property {number} end  index behind the last
 * @property {number} first  frames of the block before these
 */

// What is looked at once for each channel should stay in the processor's first cache: 32 KiB of numbers.
const STRIP = 4096

/**
 * Calls `visit` for one strip of a block after another, so that every loop over numbers is written once, not once a
 * format. Where a typed array fits over the samples the loop runs on them; elsewhere on a decoded copy.
 *
 * @param {Samples} samples
 * @param {(strip: Strip) => void} visit
 * @param {'read' | 'change'} purpose  `change`: numbers are put back
 */
export function forEachStrip({ bytes, encoding, channels }, visit, purpose) {
  const most = Math.max(1, Math.floor(STRIP / channels)) * channels
  const total = bytes.length / ENCODINGS[encoding].bytes
  const elements = elementsOf(encoding, bytes)
  if (elements !== undefined) {
    for (let at = 0; at < total; at += most) visit({ numbers: elements, begin: at, end: Math.min(at + most, total), first: at / channels })
    return
  }
  const codec = codecOf(encoding, bytes)
  const numbers = new Float64Array(most)
  for (let at = 0; at < total; at += most) {
    const count = Math.min(most, total - at)
    codec.decode(numbers, at, count)
    visit({ numbers, begin: 0, end: count, first: at / channels })
    if (purpose === 'change') codec.encode(numbers, at, count)
  }
}
