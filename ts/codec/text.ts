// Strings are stored as the units that they are made of: a byte each while none is above 0xff, else two bytes each,
// little-endian. Never UTF-8: see docs/format/values.md.

import { readShortLatin1, SHORT_READ } from './read-latin1'

/** Up to this many characters a string is packed without a call into C++. Measured: `npm run bench -- codec stage-text`. */
export const SHORT_TEXT = 36

/** What every runtime's `Buffer` has, and `@types/node` does not tell. */
interface TextMethods {
  latin1Slice(start: number, end: number): string
  ucs2Slice(start: number, end: number): string
  latin1Write(text: string, offset: number, length: number): number
  ucs2Write(text: string, offset: number, length: number): number
}

const methods = (bytes: Buffer) => bytes as unknown as TextMethods

// V8 keeps strings without such a character in one byte each, knows so at once, and leaves after 11 ns.
const WIDE = /[^\0-\xff]/

/** Whether a character is above 0xff. Also makes a rope one piece, so that writing it later allocates nothing. */
export function isWide(text: string): boolean {
  return WIDE.test(text)
}

/**
 * Packs a string into words from `index`, four characters a word, the last filled up with zeros. Made for
 * {@link SHORT_TEXT} characters; right for more. False, with rubbish in the words, when a character is above 0xff.
 */
export function packLatin1(text: string, words: Int32Array, index: number): boolean {
  const whole = text.length & ~3
  let seen = 0
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    seen |= a | b | c | d
    words[index++] = a | (b << 8) | (c << 16) | (d << 24)
  }
  if (whole < text.length) {
    const last = packTail(text, whole)
    seen |= last & WIDE_TAIL
    words[index] = last
  }
  return seen <= 0xff
}

/** In what {@link packTail} returns: a character is above 0xff. */
export const WIDE_TAIL = 2 ** 24

/** The last one to three characters, from `i`, as one word. */
export function packTail(text: string, i: number): number {
  const a = text.charCodeAt(i)
  const b = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
  const c = i + 2 < text.length ? text.charCodeAt(i + 2) : 0
  return (a | b | c) > 0xff ? WIDE_TAIL : a | (b << 8) | (c << 16)
}

/** As {@link packLatin1}, two characters a word, for any characters. */
export function packUtf16(text: string, words: Int32Array, index: number): void {
  const whole = text.length & ~1
  for (let i = 0; i < whole; i += 2) words[index++] = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16)
  if (whole < text.length) words[index] = text.charCodeAt(whole)
}

/** Writes a string of which {@link isWide} said `wide`. Does not throw while its bytes lie inside. */
export function writeText(text: string, wide: boolean, bytes: Buffer, at: number): void {
  if (wide) methods(bytes).ucs2Write(text, at, text.length * 2)
  else methods(bytes).latin1Write(text, at, text.length)
}

/** The string of `length` bytes, which lie inside; one character a byte. */
export function readLatin1(bytes: Buffer, at: number, length: number): string {
  return length <= SHORT_READ ? readShortLatin1(bytes, at, length) : methods(bytes).latin1Slice(at, at + length)
}

/** The string of `length` bytes, which lie inside and are an even number; two bytes a character. */
export function readUtf16(bytes: Buffer, at: number, length: number): string {
  return methods(bytes).ucs2Slice(at, at + length)
}
