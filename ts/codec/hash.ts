// The hash of a key: 32 bits that follow from its words and a seed of 64 bits, in every process and program alike.
//
// (1) A small integer goes through a permutation, so that two of them never have the same hash, whatever the seed.
// (2) Everything else goes through MurmurHash3 (32 bits, for x86) over whole words, with one difference: its two
//     multipliers follow from the seed. In the original they are known, so anybody can make keys that collide under
//     every seed. Here a difference between two words turns into one that depends on secret bits before it reaches the
//     state. It is no cryptography: who sees the seed, or can measure long enough, still makes such keys.
//
// Both mix well enough that any bits of the result may be used alone.

import { INTEGER } from './tags'

/** The first word of a staged small integer. */
export const INTEGER_HEAD = (4 << 4) | INTEGER

// Odd, and odd whatever is laid over their other bits: so that multiplying by them loses nothing.
const FIRST = 0xcc9e2d51
const SECOND = 0x1b873593
const STEP = 0xe6546b64

/** The hash of a small integer as a key. Signed. */
export function hashInteger(value: number, low: number, high: number): number {
  let h = ((value ^ low) + high) | 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return h ^ (h >>> 15)
}

/** The hash of `count` words of a key from `index`, its head first; `low` and `high` are the seed. Signed. */
export function hashWords(words: Int32Array, index: number, count: number, low: number, high: number): number {
  if (words[index] === INTEGER_HEAD) return hashInteger(words[index + 1]!, low, high)
  const first = firstMultiplier(low)
  const second = secondMultiplier(high)
  let state = low ^ high
  for (let i = 0; i < count; i++) state = mixWord(state, words[index + i]!, first, second)
  return finishHash(state)
}

export function firstMultiplier(low: number): number {
  return FIRST ^ (low << 1)
}

export function secondMultiplier(high: number): number {
  return SECOND ^ (high << 1)
}

/** The state after one more word. It begins as `low ^ high`. */
export function mixWord(state: number, word: number, first: number, second: number): number {
  const scattered = Math.imul(word, first)
  const mixed = state ^ Math.imul((scattered << 15) | (scattered >>> 17), second)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + STEP) | 0
}

/** The hash, when the last word is in the state. */
export function finishHash(state: number): number {
  let h = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
