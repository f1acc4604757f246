// Regions for the contestants: a header of bare words, and an arena where one is asked for.

import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const HEADER_BYTES = 2 ** 18
const STRIDE = 128 // no two words share a cache line, nor a pair of them

/** `name`: the same for all processes that are to meet in it. */
export function openRegion({ built, memory }, name, arena = false) {
  const { openRegion: open } = require(join(built, 'region', 'open-region.js'))
  const format = { kind: 'Bench', layouts: [], headerBytes: HEADER_BYTES, arena }
  return open(join(memory, name), format, { maxSize: 2 ** 31, openers: 8 })
}

/** The n-th pair of words of the header, to wait on. */
export function pair(region, n) {
  const data = region.place.header + n * STRIDE
  return region.waiter(data, data + 4)
}

/** The n-th word of the header, as an offset. */
export const wordAt = (region, n) => region.place.header + n * STRIDE
