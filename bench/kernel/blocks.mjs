// Replacing blocks of one length: one is allocated and published in a word, and the one that was there is freed.

import { limit } from './limit.mjs'
import { openRegion } from './regions.mjs'

const SLOTS = 256 // limit.cc
const GRANULE = 8

/** `place(slot, bytes)` publishes a block of so many bytes, or none (0), in one of the first words; returns it. */
export function placer(region) {
  const { arena, lease, memory } = region
  const { front } = memory
  const first = region.place.header / 4
  return (slot, bytes) => {
    const word = first + slot
    lease.begin()
    const block = bytes === 0 ? 0 : arena.alloc(Math.ceil(bytes / GRANULE))
    if (bytes !== 0 && block === 0) throw new Error('the region is full')
    arena.publishing(word >>> 1, word & 1, block, front[word] >>> 0)
    Atomics.store(front, word, block)
    arena.published()
    arena.freeOld()
    lease.end()
    return block
  }
}

const byArena = (bytes) => ({
  begin(setting) {
    const place = placer(openRegion(setting, `blocks-${process.pid}`, true))
    let next = 0
    const run = (count) => {
      for (let i = 0; i < count; i++) place(next++ & (SLOTS - 1), bytes)
      return count
    }
    return { answer: () => run(SLOTS), run }
  },
})

export const blocks = (bytes) => ({
  'mmap-io, alloc, publish, free': byArena(bytes),
  'C++ malloc, free': limit('block', () => String(bytes)),
})
export const blockRatios = [['mmap-io, alloc, publish, free', 'C++ malloc, free']]
