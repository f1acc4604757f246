import { ENCODINGS, isFloat } from './format.mjs'

const RIFF_LIMIT = 0xffff_ffff
const UNKNOWN = 0xffff_ffff

/**
 * What stands before the samples of a new file: a RIFF header, or an RF64 one when 32 bits cannot count the bytes.
 *
 * @param {import('./format.mjs').Format} format
 * @param {number} frames
 * @returns {{ header: Buffer, size: number }} `size` is that of the whole file, padding included
 */
export function makeHeader(format, frames) {
  const length = frames * format.blockAlign
  const padded = length + (length % 2)
  const parts = [chunk('fmt ', fmtBody(format))]
  // Readers of float samples, by the book, look for the number of frames here.
  if (isFloat(format.encoding)) parts.push(chunk('fact', uint32(Math.min(frames, UNKNOWN))))
  const small = 4 + byteLength(parts) + 8 + padded
  if (small <= RIFF_LIMIT) {
    const header = Buffer.concat([id('RIFF'), uint32(small), id('WAVE'), ...parts, id('data'), uint32(length)])
    return { header, size: header.length + padded }
  }
  const large = small + 8 + 28
  const ds64 = chunk('ds64', Buffer.concat([uint64(large), uint64(length), uint64(frames), uint32(0)]))
  const header = Buffer.concat([id('RF64'), uint32(UNKNOWN), id('WAVE'), ds64, ...parts, id('data'), uint32(UNKNOWN)])
  return { header, size: header.length + padded }
}

/** @param {import('./format.mjs').Format} format */
function fmtBody({ encoding, channels, rate, blockAlign }) {
  const { tag, bytes } = ENCODINGS[encoding]
  const body = Buffer.alloc(16)
  body.writeUInt16LE(tag, 0)
  body.writeUInt16LE(channels, 2)
  body.writeUInt32LE(rate, 4)
  body.writeUInt32LE(Math.min(rate * blockAlign, UNKNOWN), 8)
  body.writeUInt16LE(blockAlign, 12)
  body.writeUInt16LE(bytes * 8, 14)
  return body
}

/** @param {string} name @param {Buffer} body */
function chunk(name, body) {
  return Buffer.concat([id(name), uint32(body.length), body])
}

/** @param {string} name */
function id(name) {
  return Buffer.from(name, 'latin1')
}

/** @param {number} value */
function uint32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** @param {number} value */
function uint64(value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

/** @param {Buffer[]} parts */
function byteLength(parts) {
  return parts.reduce((sum, part) => sum + part.length, 0)
}
