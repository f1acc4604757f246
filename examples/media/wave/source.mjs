import { MediaError } from '../media-error.mjs'

/**
 * Where a header is read from: a `MappedFile`, or bytes in memory. `read` copies, and a header is small: so what was
 * checked is what is used, whoever writes to the file meanwhile.
 *
 * @typedef {{ readonly length: number, read(offset: number, target: Uint8Array): number }} Source
 */

/**
 * A copy of some bytes.
 * @param {Source} source
 * @param {number} offset
 * @param {number} length
 * @param {string} what  they are, for the message
 * @throws {MediaError} when the file ends before
 */
export function bytesAt(source, offset, length, what) {
  if (offset > source.length || length > source.length - offset)
    throw new MediaError(`the file ends at byte ${source.length}, within ${what} at byte ${offset}`)
  const bytes = new Uint8Array(length)
  const count = source.read(offset, bytes)
  if (count !== length) throw new MediaError(`the file became shorter: byte ${offset + count} is gone`)
  return new DataView(bytes.buffer)
}

/** The four letters that name a chunk. @param {DataView} view @param {number} at */
export function idAt(view, at) {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))
}

/** @param {string} id */
export function isId(id) {
  return /^[\x20-\x7e]{4}$/.test(id)
}

/** A name for a message; bytes that a terminal should not be sent, as numbers. @param {string} id */
export function quote(id) {
  return isId(id) ? `'${id}'` : `0x${Buffer.from(id, 'latin1').toString('hex')}`
}
