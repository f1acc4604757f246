import fc from 'fast-check'
import { ENCODINGS } from '../wave/format.mjs'
import { makeHeader } from '../wave/header.mjs'

/** @typedef {(bytes: Buffer) => Buffer} Damage */

const FRAMES = 64
const IDS = ['RIFF', 'RF64', 'BW64', 'WAVE', 'fmt ', 'data', 'ds64', 'LIST']
const LENGTHS = [0, 1, 2, 15, 16, 17, 28, 40, 44, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff]

const encodings = fc.constantFrom(.../** @type {(keyof typeof ENCODINGS)[]} */ (Object.keys(ENCODINGS)))

const wholeFile = fc
  .record({ encoding: encodings, channels: fc.integer({ min: 1, max: 4 }), large: fc.boolean(), tail: fc.nat(20) })
  .map(({ encoding, channels, large, tail }) => {
    const blockAlign = channels * ENCODINGS[encoding].bytes
    const { header } = makeHeader({ encoding, channels, rate: 48_000, blockAlign, step: 1 }, large ? 2 ** 32 : FRAMES)
    // An RF64 header, and then the length that there is.
    if (large) header.writeBigUInt64LE(BigInt(FRAMES * blockAlign), 28)
    const samples = Array.from({ length: FRAMES * blockAlign + tail }, (_, index) => (index * 37) % 251)
    return Buffer.concat([header, Buffer.from(samples)])
  })

const place = fc.nat(110)
const damage = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(([at, value]) => changed(at, (bytes) => bytes.writeUInt8(value, at))),
  fc.tuple(place, fc.constantFrom(...LENGTHS)).map(([at, value]) => changed(at, (bytes) => bytes.writeUInt32LE(value, at))),
  fc.tuple(place, fc.nat(400)).map(([at, value]) => changed(at, (bytes) => bytes.writeUInt32LE(value, at))),
  fc.tuple(place, fc.constantFrom(...IDS)).map(([at, id]) => changed(at, (bytes) => bytes.write(id, at, 'latin1'))),
  fc.tuple(place, fc.uint8Array({ maxLength: 24 })).map(([at, more]) => spliced(at, () => Buffer.from(more))),
  fc.tuple(place, fc.nat(60)).map(([at, length]) => spliced(at, (bytes) => bytes.subarray(at, at + length))),
  fc.nat(700).map((length) => (/** @type {Buffer} */ bytes) => bytes.subarray(0, length)),
)

/** A WAV file that up to five accidents have befallen. */
export const spoiltFile = fc.tuple(wholeFile, fc.array(damage, { maxLength: 5 })).map(([whole, accidents]) => {
  /** @type {Buffer} */
  let bytes = whole
  for (const spoil of accidents) bytes = spoil(bytes)
  return bytes
})

/** @param {number} at @param {(bytes: Buffer) => void} change  of four bytes, or fewer @returns {Damage} */
function changed(at, change) {
  return (bytes) => {
    const copy = Buffer.from(bytes)
    if (at + 4 <= copy.length) change(copy)
    return copy
  }
}

/** @param {number} at @param {Damage} more @returns {Damage} */
function spliced(at, more) {
  return (bytes) => Buffer.concat([bytes.subarray(0, at), more(bytes), bytes.subarray(at)])
}
