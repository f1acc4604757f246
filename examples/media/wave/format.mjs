import { MediaError } from '../media-error.mjs'
import { bytesAt } from './source.mjs'

/**
 * @typedef {'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64'} Encoding
 * @typedef {object} Format
 * @property {Encoding} encoding
 * @property {number} channels
 * @property {number} rate   frames a second; a frame is one sample of every channel
 * @property {number} blockAlign  bytes of a frame
 * @property {number} step   distance between two values: 16 where 20 bits are valid of 24; 1 for all others
 */

const PCM = 1
const FLOAT = 3
const EXTENSIBLE = 0xfffe
const FMT_LENGTH = 16
const EXTENSIBLE_LENGTH = 40
// What follows the two bytes of the tag in the GUID of a sub-format.
const GUID_TAIL = '000000001000800000aa00389b71'

/** @type {Record<Encoding, { tag: number, bytes: number, fullScale: number, name: string }>} */
export const ENCODINGS = {
  pcm8: { tag: PCM, bytes: 1, fullScale: 2 ** 7, name: 'PCM 8 bit' },
  pcm16: { tag: PCM, bytes: 2, fullScale: 2 ** 15, name: 'PCM 16 bit' },
  pcm24: { tag: PCM, bytes: 3, fullScale: 2 ** 23, name: 'PCM 24 bit' },
  pcm32: { tag: PCM, bytes: 4, fullScale: 2 ** 31, name: 'PCM 32 bit' },
  float32: { tag: FLOAT, bytes: 4, fullScale: 1, name: 'float 32 bit' },
  float64: { tag: FLOAT, bytes: 8, fullScale: 1, name: 'float 64 bit' },
}

/** Those that people meet; the numbers are Microsoft's (mmreg.h). @type {Record<number, string>} */
const COMPRESSED = {
  2: 'Microsoft ADPCM',
  6: 'A-law',
  7: 'µ-law',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG',
  85: 'MP3',
  146: 'Dolby AC-3',
  255: 'AAC',
  353: 'Windows Media Audio',
  5648: 'AAC',
  26447: 'Ogg Vorbis',
  61868: 'FLAC',
}

/** @param {Encoding} encoding */
export function isFloat(encoding) {
  return ENCODINGS[encoding].tag === FLOAT
}

/**
 * What a sample can be. A float may be more than full scale, as far as its bits go.
 * @param {Format} format
 */
export function limitsOf({ encoding, step }) {
  const { fullScale } = ENCODINGS[encoding]
  if (!isFloat(encoding)) return { whole: true, step, lowest: -fullScale, highest: fullScale - step }
  const highest = encoding === 'float32' ? (2 - 2 ** -23) * 2 ** 127 : Number.MAX_VALUE
  return { whole: false, step, lowest: -highest, highest }
}

/**
 * Reads the body of a `fmt ` chunk.
 * @param {import('./source.mjs').Source} source
 * @param {import('./chunks.mjs').Chunk} chunk
 * @returns {Format}
 * @throws {MediaError} for what is corrupt, and for what is compressed
 */
export function readFormat(source, { offset, length }) {
  if (length < FMT_LENGTH) throw new MediaError(`'fmt ' at byte ${offset - 8} has ${length} bytes, not ${FMT_LENGTH} or more`)
  const view = bytesAt(source, offset, Math.min(length, EXTENSIBLE_LENGTH), "'fmt '")
  const extensible = view.getUint16(0, true) === EXTENSIBLE
  const tag = extensible ? subFormat(view, offset) : view.getUint16(0, true)
  const bits = view.getUint16(14, true)
  const encoding = encodingOf(tag, bits, offset)
  const format = {
    encoding,
    channels: view.getUint16(2, true),
    rate: view.getUint32(4, true),
    blockAlign: view.getUint16(12, true),
    step: extensible && tag === PCM ? stepOf(bits, view.getUint16(18, true), offset) : 1,
  }
  // The average bytes a second, at 8, are often wrong and nothing here needs them.
  const { bytes } = ENCODINGS[encoding]
  if (format.channels === 0) throw new MediaError(`no channels: at byte ${offset + 2} is 0`)
  if (format.rate === 0) throw new MediaError(`no sample rate: at byte ${offset + 4} is 0`)
  if (format.blockAlign !== format.channels * bytes) {
    throw new MediaError(
      `block align at byte ${offset + 12} is ${format.blockAlign}; ${format.channels} channels of ${bytes} bytes make ${format.channels * bytes}`,
    )
  }
  return format
}

/** @param {DataView} view @param {number} offset */
function subFormat(view, offset) {
  if (view.byteLength < EXTENSIBLE_LENGTH) {
    throw new MediaError(`an extensible 'fmt ' has ${EXTENSIBLE_LENGTH} bytes; the one at byte ${offset - 8} has ${view.byteLength}`)
  }
  const guid = Buffer.from(view.buffer, 24, 16).toString('hex')
  if (guid.slice(4) !== GUID_TAIL) throw new MediaError(`unknown sub-format ${guid} at byte ${offset + 24}`)
  return view.getUint16(24, true)
}

/** @param {number} tag @param {number} bits @param {number} offset @returns {Encoding} */
function encodingOf(tag, bits, offset) {
  if (tag !== PCM && tag !== FLOAT) {
    const name = COMPRESSED[tag] ?? 'no format known here'
    throw new MediaError(`format 0x${tag.toString(16).padStart(4, '0')} at byte ${offset} (${name}): only PCM and float are read`)
  }
  const encodings = /** @type {Encoding[]} */ (Object.keys(ENCODINGS))
  const encoding = encodings.find((key) => ENCODINGS[key].tag === tag && ENCODINGS[key].bytes * 8 === bits)
  if (encoding !== undefined) return encoding
  const known = tag === PCM ? '8, 16, 24 or 32' : '32 or 64'
  throw new MediaError(`${bits} bits a sample at byte ${offset + 14}: ${tag === PCM ? 'PCM' : 'float'} has ${known}`)
}

/** The valid bits are the upper ones of a sample. @param {number} bits @param {number} valid @param {number} offset */
function stepOf(bits, valid, offset) {
  if (valid > bits) throw new MediaError(`${valid} valid bits at byte ${offset + 18}, in samples of ${bits}`)
  return valid === 0 ? 1 : 2 ** (bits - valid)
}
