import { MediaError } from '../media-error.mjs'
import { bytesAt, idAt, isId, quote } from './source.mjs'

/**
 * @typedef {import('./source.mjs').Source} Source
 * @typedef {{ id: string, offset: number, length: number }} Chunk  `offset` is that of the body, in the file
 * @typedef {{ kind: 'RIFF' | 'RF64' | 'BW64', size: number }} Riff
 */

const HEADER = 8
const RIFF_HEADER = 12
const DS64_FIXED = 28
const DS64_ENTRY = 12
/** A length, in 32 or in 64 bits, that says: it is not known here. */
const UNKNOWN_32 = 0xffff_ffff
const UNKNOWN_64 = 0xffff_ffff_ffff_ffffn
/** No honest file has this many; a hostile one could have a hundred million to the GiB. */
const MAX_CHUNKS = 4096

/**
 * Finds the two chunks that matter, in either order; others are skipped, and nothing behind both is looked at.
 *
 *     RIFF header (12)  then chunks:  id (4)  length (4)  body (length)  padding (0 or 1, to an even offset)
 *     RF64, BW64: the first chunk is ds64, with the 64-bit lengths of chunks that say 0xFFFFFFFF
 *
 * (1) A body lies in the file before anything else is believed of it. (2) Every step goes forward, by 8 bytes or more.
 *
 * @param {Source} source
 * @returns {{ riff: Riff, fmt: Chunk, data: Chunk }}
 * @throws {MediaError} naming the byte
 */
export function findChunks(source) {
  const riff = readRiff(source)
  const lengths = riff.kind === 'RIFF' ? new Map() : readDs64(source, riff)
  /** @type {Map<string, Chunk>} */
  const found = new Map()
  let at = RIFF_HEADER
  for (let count = 0; at < source.length; count++) {
    if (count === MAX_CHUNKS) throw new MediaError(`${MAX_CHUNKS} chunks, and at byte ${at} still no sound`)
    const chunk = readChunk(source, at, riff, lengths)
    if (!found.has(chunk.id)) found.set(chunk.id, chunk)
    const fmt = found.get('fmt ')
    const data = found.get('data')
    if (fmt !== undefined && data !== undefined) return { riff, fmt, data }
    at = chunk.offset + chunk.length + (chunk.length % 2)
  }
  const missing = ['fmt ', 'data'].filter((id) => !found.has(id)).map((id) => `'${id}'`)
  throw new MediaError(`no ${missing.join(' and no ')} chunk: the file ends at byte ${source.length}`)
}

/** @param {Source} source @returns {Riff} */
function readRiff(source) {
  const view = bytesAt(source, 0, RIFF_HEADER, 'the RIFF header')
  const id = idAt(view, 0)
  const form = idAt(view, 8)
  if (id !== 'RIFF' && id !== 'RF64' && id !== 'BW64') {
    throw new MediaError(`not a RIFF, RF64 or BW64 file: at byte 0 is ${quote(id)}${id === 'RIFX' ? ', which is big-endian' : ''}`)
  }
  if (form !== 'WAVE') throw new MediaError(`a ${id} file, but not of sound: at byte 8 is ${quote(form)}, not 'WAVE'`)
  return { kind: id, size: from32(view.getUint32(4, true)) }
}

/**
 * The 64-bit lengths, by chunk. Puts the file's own in place of the 32-bit one.
 * @param {Source} source
 * @param {Riff} riff
 * @returns {Map<string, number>}
 */
function readDs64(source, riff) {
  const header = bytesAt(source, RIFF_HEADER, HEADER, 'a chunk header')
  const length = header.getUint32(4, true)
  const offset = RIFF_HEADER + HEADER
  if (idAt(header, 0) !== 'ds64') throw new MediaError(`${riff.kind} without 'ds64': at byte 12 is ${quote(idAt(header, 0))}`)
  if (length < DS64_FIXED) throw new MediaError(`'ds64' at byte 12 has ${length} bytes, not ${DS64_FIXED} or more`)
  const view = bytesAt(source, offset, DS64_FIXED, "'ds64'")
  const entries = view.getUint32(24, true)
  if (entries > MAX_CHUNKS || entries > (length - DS64_FIXED) / DS64_ENTRY) {
    throw new MediaError(`the table of 'ds64' at byte ${offset + 24} says ${entries} entries, which its ${length} bytes cannot hold`)
  }
  riff.size = from64(view.getBigUint64(0, true))
  const lengths = new Map([['data', from64(view.getBigUint64(8, true))]])
  const table = bytesAt(source, offset + DS64_FIXED, entries * DS64_ENTRY, "the table of 'ds64'")
  for (let at = 0; at < table.byteLength; at += DS64_ENTRY) {
    const id = idAt(table, at)
    if (!lengths.has(id)) lengths.set(id, from64(table.getBigUint64(at + 4, true)))
  }
  return lengths
}

/**
 * @param {Source} source
 * @param {number} at
 * @param {Riff} riff
 * @param {Map<string, number>} lengths
 * @returns {Chunk}
 */
function readChunk(source, at, riff, lengths) {
  const header = bytesAt(source, at, HEADER, 'a chunk header')
  const id = idAt(header, 0)
  if (!isId(id)) throw new MediaError(`no chunk begins at byte ${at}: there is ${quote(id)}`)
  const short = from32(header.getUint32(4, true))
  const length = short === Number.POSITIVE_INFINITY ? (lengths.get(id) ?? short) : short
  const offset = at + HEADER
  const rest = source.length - offset
  if (id === 'data' && isOpenEnded(length, riff, offset)) return { id, offset, length: rest }
  if (length === Number.POSITIVE_INFINITY) throw new MediaError(`${quote(id)} at byte ${at} does not say how long it is`)
  if (length > rest) throw new MediaError(`${quote(id)} at byte ${at} says it has ${length} bytes; the file has ${rest} more`)
  return { id, offset, length }
}

/**
 * Whether the sound goes on to the end of the file: a program that wrote into a pipe, or died, could not go back to say
 * how long it is. A length of 0 also stands in an empty file, but there the RIFF header tells of what follows.
 *
 * @param {number} length
 * @param {Riff} riff
 * @param {number} offset
 */
function isOpenEnded(length, riff, offset) {
  return length === Number.POSITIVE_INFINITY || (length === 0 && (riff.size === Number.POSITIVE_INFINITY || riff.size + HEADER <= offset))
}

/** @param {number} length */
function from32(length) {
  return length === UNKNOWN_32 ? Number.POSITIVE_INFINITY : length
}

/** Past 2^53 a number is not exact, but far past the end of any file. @param {bigint} length */
function from64(length) {
  return length === UNKNOWN_64 ? Number.POSITIVE_INFINITY : Number(length)
}
