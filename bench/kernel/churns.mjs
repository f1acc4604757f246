// A seeded life of blocks: a live set, every member of which is replaced ten times, in random order, by blocks of
// log-normal lengths. Written down once, so that all allocators live the same.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { xorshift32 } from '../frame/random.mjs'

const LIVE = 20_000
const TURNS = 10
const MEDIAN = 400
const DEVIATION = 1.5 // of the logarithm
const LEAST = 16
const MOST = 2 ** 18

/** Words in pairs: which slot, and the length of its next block. Returns the file. */
export function writeChurn(folder, seed) {
  const next = xorshift32(seed)
  const uniform = () => ((next() >>> 0) + 0.5) / 2 ** 32
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const length = () => Math.round(Math.min(MOST, Math.max(LEAST, MEDIAN * Math.exp(DEVIATION * normal()))))
  const words = new Uint32Array(LIVE * (TURNS + 1) * 2)
  for (let i = 0; i < words.length; i += 2) {
    words[i] = i < LIVE * 2 ? i / 2 : (next() >>> 0) % LIVE
    words[i + 1] = length()
  }
  const file = join(folder, 'churn')
  writeFileSync(file, words)
  return { file, live: LIVE }
}

export function readChurn({ file }) {
  const bytes = readFileSync(file)
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}
