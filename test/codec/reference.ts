import type { Key } from '../../ts/codec/key-stage'

// The canonical words of a key and their hash once more, from docs/format/values.md alone, and as slowly as can be: in
// bigints, which need no tricks to stay within 32 bits.

const MASK = 0xffffffffn
const times = (a: bigint, b: bigint) => (a * b) & MASK
const rotated = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & MASK

/** The key's words, as bytes. */
export function canonicalBytes(key: Key): Buffer {
  const [tag, bytes] = taggedBytes(key)
  const head = Buffer.alloc(4)
  head.writeUInt32LE(bytes.length * 16 + tag)
  return Buffer.concat([head, bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}

function taggedBytes(key: Key): [tag: number, bytes: Uint8Array] {
  if (typeof key === 'object') return [10, key]
  if (typeof key === 'string') {
    return [...Array(key.length).keys()].some((i) => key.charCodeAt(i) > 255)
      ? [9, Buffer.from(key, 'utf16le')]
      : [8, Buffer.from(key, 'latin1')]
  }
  const bytes = Buffer.alloc(8)
  if (Number.isInteger(key) && Math.abs(key + 0.5) < 2 ** 31) {
    bytes.writeInt32LE(key)
    return [5, bytes.subarray(0, 4)]
  }
  if (Number.isNaN(key)) bytes.writeBigUInt64LE(0x7ff8000000000000n)
  else bytes.writeDoubleLE(key)
  return [6, bytes]
}

/** The hash of canonical bytes, unsigned. */
export function referenceHash(bytes: Buffer, low: number, high: number): number {
  const [l, h] = [BigInt(low >>> 0), BigInt(high >>> 0)]
  const words = Array.from({ length: bytes.length / 4 }, (_, i) => BigInt(bytes.readUInt32LE(i * 4)))
  if (words[0] === 0x45n) {
    let x = ((words[1]! ^ l) + h) & MASK
    x = times(x ^ (x >> 16n), 0x21f0aaadn)
    x = times(x ^ (x >> 15n), 0x735a2d97n)
    return Number(x ^ (x >> 15n))
  }
  let x = l ^ h
  for (const word of words) {
    x ^= times(rotated(times(word, 0xcc9e2d51n ^ ((l << 1n) & MASK)), 15n), 0x1b873593n ^ ((h << 1n) & MASK))
    x = (times(rotated(x, 13n), 5n) + 0xe6546b64n) & MASK
  }
  x = times(x ^ (x >> 16n), 0x85ebca6bn)
  x = times(x ^ (x >> 13n), 0xc2b2ae35n)
  return Number(x ^ (x >> 16n))
}
