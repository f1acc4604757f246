// Decoding in two steps: readValue while the bytes may still change, finishValue once they are known to be whole.

import { FormatError } from '../errors'
import { bigintOfBytes, readBigint } from './bigint'
import type { Codec } from './codec'
import { readDouble } from './double'
import { copyBytes } from './plain-bytes'
import {
  BIGINT,
  BYTES,
  DOUBLE,
  FALSE,
  INTEGER,
  LATIN1,
  MAX_TEXT_LENGTH,
  MAX_VALUE_LENGTH,
  NULL,
  OBJECT,
  TRUE,
  UNDEFINED,
  UTF16,
} from './tags'
import { readLatin1, readUtf16 } from './text'

/** What {@link readValue} gives for bytes that no writer stores. A reader that was overtaken meets such bytes, too. */
export const MALFORMED: unique symbol = Symbol('malformed')

/** A private copy of bytes whose decoding is dear or runs code of a user, and so waits until they are believed. */
export class Encoded {
  readonly tag: number
  readonly bytes: Uint8Array

  constructor(tag: number, bytes: Uint8Array) {
    this.tag = tag
    this.bytes = bytes
  }
}

/**
 * The value of `length` bytes from `at`, or {@link MALFORMED}, or an {@link Encoded}: to be given to {@link finishValue}
 * when the bytes are known to be whole. `bytes` and `words` are views of the same memory.
 *
 * Nothing is believed: any tag, place, length and bytes, also while somebody changes them, give one of the three. Never
 * throws, runs no code of a user, reads nothing outside, and allocates no more than twice the length.
 */
export function readValue(tag: number, bytes: Buffer, words: Int32Array, at: number, length: number): unknown {
  const isInside = (at & 3) === 0 && at >= 0 && length >= 0 && length <= bytes.length - at // not so for NaN
  if (!isInside) return MALFORMED
  if (tag === LATIN1) return length <= MAX_TEXT_LENGTH ? readLatin1(bytes, at, length) : MALFORMED
  if (tag === INTEGER) return length === 4 ? words[at >>> 2] : MALFORMED
  if (tag === DOUBLE) return length === 8 ? readDouble(words, at >>> 2) : MALFORMED
  return readOther(tag, bytes, words, at, length)
}

function readOther(tag: number, bytes: Buffer, words: Int32Array, at: number, length: number): unknown {
  if (length > MAX_VALUE_LENGTH) return MALFORMED
  switch (tag) {
    case UTF16:
      return (length & 1) === 0 && length / 2 <= MAX_TEXT_LENGTH ? readUtf16(bytes, at, length) : MALFORMED
    case BYTES:
      return copyBytes(bytes, at, length)
    case OBJECT:
      return new Encoded(OBJECT, copyBytes(bytes, at, length))
    case BIGINT:
      if (length === 8) return readBigint(words, at >>> 2)
      return length > 0 && (length & 7) === 0 ? new Encoded(BIGINT, copyBytes(bytes, at, length)) : MALFORMED
    default:
      return length === 0 ? readConstant(tag) : MALFORMED
  }
}

function readConstant(tag: number): unknown {
  switch (tag) {
    case UNDEFINED:
      return undefined
    case NULL:
      return null
    case FALSE:
      return false
    case TRUE:
      return true
    default:
      return MALFORMED
  }
}

/**
 * The value that {@link readValue} has read from bytes that were whole; `at` is where, for the message.
 * @throws {FormatError} `ERR_CORRUPT`: whole, and still no value.
 * @throws whatever the codec throws; the default one, `ERR_CORRUPT`.
 */
export function finishValue(read: unknown, codec: Codec, at: number): unknown {
  if (read === MALFORMED || (typeof read === 'object' && read instanceof Encoded)) return finishOther(read, codec, at)
  return read
}

function finishOther(read: typeof MALFORMED | Encoded, codec: Codec, at: number): unknown {
  if (read === MALFORMED) throw new FormatError('ERR_CORRUPT', `the bytes at offset ${at} are no value`)
  return read.tag === BIGINT ? bigintOfBytes(read.bytes) : codec.decode(read.bytes)
}

/** Both steps at once, for bytes that nobody changes any more. Blocks for as long as the codec does. */
export function decodeValue(codec: Codec, tag: number, bytes: Buffer, words: Int32Array, at: number, length: number): unknown {
  return finishValue(readValue(tag, bytes, words, at, length), codec, at)
}
