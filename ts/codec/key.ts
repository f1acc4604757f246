// Keys as they lie in memory: the words that a KeyStage writes.

import { hashWords } from './hash'
import type { Key } from './key-stage'
import { BYTES, DOUBLE, INTEGER, LATIN1, MAX_KEY_LENGTH, UTF16, wordsFor } from './tags'
import { MALFORMED, readValue } from './value'

const KEY_TAGS = (1 << INTEGER) | (1 << DOUBLE) | (1 << LATIN1) | (1 << UTF16) | (1 << BYTES)

/** How many words the key with this head has, the head counted; 0 if no key has such a head. */
export function keyWordCount(head: number): number {
  const length = head >>> 4
  if (((KEY_TAGS >>> (head & 15)) & 1) === 0 || length > MAX_KEY_LENGTH) return 0
  return 1 + wordsFor(length)
}

/** The key from `index`, or {@link MALFORMED}. As cautious as `readValue`, and like it for bytes that may change. */
export function readKey(bytes: Buffer, words: Int32Array, index: number): Key | typeof MALFORMED {
  const head = words[index] ?? 0
  if (keyWordCount(head) === 0) return MALFORMED
  return readValue(head & 15, bytes, words, (index + 1) * 4, head >>> 4) as Key | typeof MALFORMED
}

/** The hash of the key from `index`, as its stage computed it; undefined where there is none. For checks and repairs. */
export function hashKey(words: Int32Array, index: number, low: number, high: number): number | undefined {
  const count = keyWordCount(words[index] ?? 0)
  return count === 0 || count > words.length - index ? undefined : hashWords(words, index, count, low, high)
}
