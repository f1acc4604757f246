import { describe, expect, test } from '@jest/globals'
import { hashInteger, hashWords } from '../../ts/codec/hash'
import { type Key, KeyStage } from '../../ts/codec/key-stage'

const COUNT = 50_000
const SEEDS = [[0, 0], [0x12345678, -0x76543211], [-1, 1]] as const // biome-ignore format: a table

const FAMILIES: Record<string, (i: number) => Key> = {
  'integers in a row': (i) => i,
  'every 4096th integer': (i) => i * 4096,
  'negative integers': (i) => -i,
  halves: (i) => i + 0.5,
  'large integers in a row': (i) => 2 ** 40 + i,
  'numbers as strings': (i) => String(i),
  'a common prefix': (i) => `user:session:${i}`,
  'a common suffix': (i) => `${i}:user:session`,
  'a long common prefix': (i) => `/a/long/path/that/many/keys/share/${i}`,
  'padded numbers': (i) => String(i).padStart(12, '0'),
  'wide strings': (i) => `ключ ${i}`,
  'two words': (i) => new Uint8Array(new Uint32Array([i, i]).buffer),
  'few bits of many': (i) => new Uint8Array([i & 1, i & 2, i & 4, i & 8, i & 16, i & 32, i & 64, i >> 7, i >> 15]),
  'strings of zeros': (i) => '\0'.repeat(i % 50) + String.fromCharCode(i / 50),
}

const PARTS: Record<string, { buckets: number; of: (hash: number) => number }> = {
  'top 12 bits': { buckets: 4096, of: (hash) => hash >>> 20 },
  'low 12 bits': { buckets: 4096, of: (hash) => hash & 4095 },
  'middle 12 bits': { buckets: 4096, of: (hash) => (hash >>> 10) & 4095 },
  'low byte within one top byte': { buckets: 256, of: (hash) => (hash >>> 24 === 7 ? hash & 255 : -1) },
}

/** How many standard deviations the chi-square of the counts lies above what chance gives. */
function excess(hashes: Int32Array, { buckets, of }: { buckets: number; of: (hash: number) => number }): number {
  const counts = new Float64Array(buckets)
  let total = 0
  for (const hash of hashes) {
    const bucket = of(hash)
    if (bucket < 0) continue
    counts[bucket]!++
    total++
  }
  const expected = total / buckets
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  return (chiSquare - (buckets - 1)) / Math.sqrt(2 * (buckets - 1))
}

function hashesOf(keyOf: (i: number) => Key, [low, high]: readonly [number, number], count = COUNT): Int32Array {
  const stage = new KeyStage(low, high)
  return Int32Array.from({ length: count }, (_, i) => {
    stage.stage(keyOf(i))
    return stage.hash
  })
}

describe('the hash', () => {
  test.each(Object.keys(FAMILIES))('spreads %s over the buckets of any of its bits', (name) => {
    for (const seed of SEEDS) {
      const hashes = hashesOf(FAMILIES[name]!, seed)
      for (const part of Object.keys(PARTS)) {
        const found = excess(hashes, PARTS[part]!)
        expect({ seed, part, isSpread: found < 5 }).toEqual({ seed, part, isSpread: true })
      }
      // Of 50,000 keys chance lets one pair collide every third time.
      expect(COUNT - new Set(hashes).size).toBeLessThanOrEqual(8)
    }
  })

  test('never is the same for two small integers', () => {
    for (const [low, high] of SEEDS) {
      const hashes = Int32Array.from({ length: 2 ** 20 }, (_, i) => hashInteger((i - 2 ** 19) * 1013, low, high)).sort()
      expect(hashes.findIndex((hash, i) => hash === hashes[i + 1])).toBe(-1)
    }
  })

  test.each([1, 2, 5])('changes each of its bits half of the time when a bit of %i words changes', (count) => {
    const samples = 1000
    const words = new Int32Array(count + 1)
    let state = 1
    const random = () => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
      return state ^ (state >>> 13)
    }
    for (let bit = 32; bit < (count + 1) * 32; bit++) {
      const changes = new Int32Array(32)
      for (let sample = 0; sample < samples; sample++) {
        for (let i = 1; i <= count; i++) words[i] = random()
        words[0] = count === 1 ? 0x45 : (count << 6) | 8
        const before = hashWords(words, 0, count + 1, 5, 6)
        words[bit >>> 5]! ^= 1 << (bit & 31)
        const changed = before ^ hashWords(words, 0, count + 1, 5, 6)
        for (let out = 0; out < 32; out++) changes[out]! += (changed >>> out) & 1
      }
      const worst = Math.max(...changes.map((change) => Math.abs(change - samples / 2)))
      expect(worst).toBeLessThan(6 * Math.sqrt(samples / 4)) // six standard deviations
    }
  })

  test('lets keys that collide under one seed go separate ways under another', () => {
    const count = 300_000
    const keyOf = (i: number) => `key ${i}`
    const [first, second] = [hashesOf(keyOf, [0, 0], count), hashesOf(keyOf, [0x5bd1e995, 0x1f83d9ab], count)]
    const seen = new Map<number, number>()
    let collisions = 0
    for (let i = 0; i < count; i++) {
      const other = seen.get(first[i]!)
      if (other === undefined) {
        seen.set(first[i]!, i)
      } else {
        collisions++
        expect(second[other]).not.toBe(second[i])
      }
    }
    expect(collisions).toBeGreaterThan(0)
  })

  test('is not broken by the keys that collide in MurmurHash3 under every seed', () => {
    const keys = murmurCollisions(8)
    const hashes = (seed: readonly [number, number]) => new Set(hashesOf((i) => keys[i]!, seed, keys.length))
    expect(hashes([0, 0]).size).toBe(1)
    expect(hashes([0x5bd1e995, 0x1f83d9ab]).size).toBe(keys.length)
  })
})

/** 2 ** pairs keys, made of pairs of words that leave every state of MurmurHash3 alike, or not at all. */
function murmurCollisions(pairs: number): Uint8Array[] {
  const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by))
  const inverse = (odd: number) => {
    let x = odd
    for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(odd, x))
    return x
  }
  // The word that reaches the state as `mixed`.
  const wordFor = (mixed: number) => Math.imul(rotate(Math.imul(mixed, inverse(0x1b873593)), 17), inverse(0xcc9e2d51))
  // Bit 18 of the state becomes bit 31 by the rotation; times five and plus a constant it stays bit 31 alone.
  const choices = [[0, 0], [1 << 18, 1 << 31]].map((pair) => pair.map(wordFor)) // biome-ignore format: a table
  return Array.from({ length: 2 ** pairs }, (_, i) => {
    const words = Array.from({ length: pairs }, (_, pair) => choices[(i >> pair) & 1]!)
    return new Uint8Array(Int32Array.from(words.flat()).buffer)
  })
}
