// What the contestants work on, and the frame that each runs in.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { xorshift32 } from '../frame/random.mjs'

const require = createRequire(import.meta.url)

export const COUNT = 256
export const STRIDE = 1024

/** A module of ts/codec, as it is built. */
export const codec = ({ built }, name) => require(join(built, `${name}.js`))

/** Strings that V8 keeps in one piece and one byte each, as strings from outside are. */
export function texts({ seed }, length) {
  const next = xorshift32(seed)
  return Array.from({ length: COUNT }, () =>
    Buffer.from({ length }, () => 0)
      .map(() => 97 + ((next() >>> 8) % 26))
      .toString('latin1'),
  )
}

/** Shared memory with a place of STRIDE bytes for each input. */
export function newRoom() {
  const memory = new SharedArrayBuffer(COUNT * STRIDE)
  return { bytes: Buffer.from(memory), words: new Int32Array(memory) }
}

/** A contestant: `make(setting)` returns `once(i)`, which works on input `i` and returns a number that depends on it. */
export const turns = (make, missing) => ({
  missing,
  begin(setting) {
    const once = make(setting)
    const run = (count) => {
      let sum = 0
      for (let i = 0; i < count; i++) sum = (sum + once(i & (COUNT - 1))) | 0
      return sum
    }
    return { answer: () => run(COUNT), run }
  },
})
