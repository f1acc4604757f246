/**
 * The quickest way to samples: a typed array over them. It needs a place in memory, and so in the file, that is a multiple
 * of the element's size, and a processor whose byte order is the file's.
 *
 * @typedef {Int16Array | Int32Array | Float32Array | Float64Array} Elements
 */

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/**
 * By encoding; 8 bits are missing, as they are counted from 128, and 24, for which there is no array.
 * @type {Record<string, { BYTES_PER_ELEMENT: number, new (buffer: ArrayBufferLike, byteOffset: number, length: number): Elements }>}
 */
const TYPES = { pcm16: Int16Array, pcm32: Int32Array, float32: Float32Array, float64: Float64Array }

/**
 * @param {import('../wave/format.mjs').Encoding} encoding
 * @param {Uint8Array} bytes  whole samples
 * @returns {Elements | undefined}  undefined where no array can lie: a codec reads there
 */
export function elementsOf(encoding, bytes) {
  const { [encoding]: Type } = TYPES
  if (Type === undefined || !LITTLE_ENDIAN || bytes.byteOffset % Type.BYTES_PER_ELEMENT !== 0) return undefined
  return new Type(bytes.buffer, bytes.byteOffset, bytes.length / Type.BYTES_PER_ELEMENT)
}
