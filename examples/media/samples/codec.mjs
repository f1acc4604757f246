/**
 * Samples that no typed array can lie over, to numbers and back: whole numbers around 0 for PCM, and floats as they are.
 *
 * @typedef {object} Codec
 * @property {(to: Float64Array, first: number, count: number) => void} decode  samples `first`… of the bytes, to `to[0]`…
 * @property {(from: Float64Array, first: number, count: number) => void} encode  numbers that the format can hold
 */

/**
 * @param {import('../wave/format.mjs').Encoding} encoding
 * @param {Uint8Array} bytes  whole samples
 * @returns {Codec}
 */
export function codecOf(encoding, bytes) {
  if (encoding === 'pcm8') return overBytes(bytes)
  if (encoding === 'pcm24') return overTriples(bytes)
  return overView(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), ACCESSORS[encoding])
}

/** Eight bits are unsigned: silence is 128. @param {Uint8Array} bytes @returns {Codec} */
function overBytes(bytes) {
  return {
    decode(to, first, count) {
      for (let index = 0; index < count; index++) to[index] = bytes[first + index] - 128
    },
    encode(from, first, count) {
      for (let index = 0; index < count; index++) bytes[first + index] = from[index] + 128
    },
  }
}

/** @param {Uint8Array} bytes @returns {Codec} */
function overTriples(bytes) {
  return {
    decode(to, first, count) {
      for (let index = 0, at = first * 3; index < count; index++, at += 3)
        to[index] = bytes[at] | (bytes[at + 1] << 8) | ((bytes[at + 2] << 24) >> 8)
    },
    encode(from, first, count) {
      for (let index = 0, at = first * 3; index < count; index++, at += 3) {
        const value = from[index]
        bytes[at] = value
        bytes[at + 1] = value >> 8
        bytes[at + 2] = value >> 16
      }
    },
  }
}

/**
 * @typedef {{ size: number, get(view: DataView, at: number): number, set(view: DataView, at: number, value: number): void }} Accessor
 * @type {Record<string, Accessor>}
 */
const ACCESSORS = {
  pcm16: { size: 2, get: (view, at) => view.getInt16(at, true), set: (view, at, value) => view.setInt16(at, value, true) },
  pcm32: { size: 4, get: (view, at) => view.getInt32(at, true), set: (view, at, value) => view.setInt32(at, value, true) },
  float32: { size: 4, get: (view, at) => view.getFloat32(at, true), set: (view, at, value) => view.setFloat32(at, value, true) },
  float64: { size: 8, get: (view, at) => view.getFloat64(at, true), set: (view, at, value) => view.setFloat64(at, value, true) },
}

/** At odd places, and on processors of the other byte order. @param {DataView} view @param {Accessor} accessor @returns {Codec} */
function overView(view, { size, get, set }) {
  return {
    decode(to, first, count) {
      for (let index = 0, at = first * size; index < count; index++, at += size) to[index] = get(view, at)
    },
    encode(from, first, count) {
      for (let index = 0, at = first * size; index < count; index++, at += size) set(view, at, from[index])
    },
  }
}
