// A bigint is stored as a two's complement number of one or more 64-bit words, little-endian, as few as hold it.

import { rangeError } from '../errors'

const wide = new BigInt64Array(1)
const halves = new Int32Array(wide.buffer)

/** Packs a bigint of up to 64 bits into two words; false, with rubbish in the words, when it has more. */
export function packBigint(value: bigint, words: Int32Array, index: number): boolean {
  wide[0] = value
  words[index] = halves[0]!
  words[index + 1] = halves[1]!
  return wide[0] === value
}

/** The bigint of two words, whatever they are. */
export function readBigint(words: Int32Array, index: number): bigint {
  halves[0] = words[index]!
  halves[1] = words[index + 1]!
  return wide[0]!
}

/** The bytes of any bigint. Allocates three times its size. */
export function bytesOfBigint(value: bigint): Uint8Array {
  const digits = (value < 0n ? ~value : value).toString(16)
  const bits = digits.length * 4 - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28
  const length = (Math.floor(bits / 64) + 1) * 8 // one bit more, for the sign
  const bytes: Uint8Array = Buffer.from(digits.padStart(length * 2, '0'), 'hex').reverse()
  if (value < 0n) invert(bytes)
  return bytes
}

/**
 * The bigint of private bytes, one or more times eight, which are used up.
 * @throws {RangeError} `ERR_OUT_OF_RANGE`: this runtime has no bigint that large; another one wrote it.
 */
export function bigintOfBytes(bytes: Uint8Array): bigint {
  const isNegative = bytes[bytes.length - 1]! > 0x7f
  if (isNegative) invert(bytes)
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).reverse().toString('hex')
  try {
    const magnitude = BigInt(`0x${digits}`)
    return isNegative ? ~magnitude : magnitude
  } catch {
    throw rangeError('ERR_OUT_OF_RANGE', `a bigint of ${bytes.length} bytes is too large for this runtime`)
  }
}

function invert(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = ~bytes[i]!
}
