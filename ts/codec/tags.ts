/**
 * What a run of bytes is: four bits that stand beside its length, never inside it. Part of the format:
 * see `docs/format/values.md`.
 *
 * 0 is no tag, so that zeroed memory is no value; 12 to 15 are free.
 */
export const UNDEFINED = 1
export const NULL = 2
export const FALSE = 3
export const TRUE = 4
export const INTEGER = 5
export const DOUBLE = 6
export const BIGINT = 7
export const LATIN1 = 8
export const UTF16 = 9
export const BYTES = 10
export const OBJECT = 11

/** The names of the tags, for tools that print what they find. */
export const TAG_NAMES: Readonly<Record<number, string>> = {
  [UNDEFINED]: 'undefined',
  [NULL]: 'null',
  [FALSE]: 'false',
  [TRUE]: 'true',
  [INTEGER]: 'integer',
  [DOUBLE]: 'double',
  [BIGINT]: 'bigint',
  [LATIN1]: 'latin1',
  [UTF16]: 'utf16',
  [BYTES]: 'bytes',
  [OBJECT]: 'object',
}

/** The most bytes of one value. */
export const MAX_VALUE_LENGTH = 2 ** 30

/** The most bytes of one key: a stage keeps room for the longest it has met. */
export const MAX_KEY_LENGTH = 2 ** 20

/** The most UTF-16 units of one string: what a string can have on every Node that this package runs on. */
export const MAX_TEXT_LENGTH = 2 ** 29 - 24

/** 32-bit words that hold so many bytes. */
export function wordsFor(length: number): number {
  return (length + 3) >>> 2
}
