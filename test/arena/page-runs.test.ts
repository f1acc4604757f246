import { expect, test } from '@jest/globals'
import { Probe, probeBuffer, probeOver } from '../support/probe-region'

const PAGE = 512 // granules
const SHORT = 20 // pages; in the bin of 20 to 23
const WANTED = 22

test('finds room when a free run at the end is long enough, behind more shorter ones than are looked through', () => {
  const { region } = new Probe(probeOver(probeBuffer(8 * 2 ** 20)))
  const { arena, lease, memory, place } = region
  const word = place.header / 8
  const publish = (block: number, old: number): number => {
    arena.publishing(word, 0, block, old)
    Atomics.store(memory.front, word * 2, block) // PUBLISH: nobody else is there
    arena.published()
    arena.freeOld()
    return block
  }
  const change = (action: () => number): number => {
    lease.begin()
    const result = action()
    lease.end()
    return result
  }
  const alloc = (pages: number): number => change(() => publish(arena.alloc(pages * PAGE), 0))
  const { table } = arena.runs
  const tail = (): number => (table.isFree(table.limit - 1) ? table.lengthAt(table.limit - 1) : 0)

  const short = Array.from({ length: 17 }, () => {
    const block = alloc(SHORT)
    alloc(9)
    return block
  })
  while (tail() < 2 * WANTED) alloc(tail() + 1)
  alloc(tail() - WANTED)
  expect(tail()).toBe(WANTED)
  for (const block of short) change(() => publish(0, block))

  expect(alloc(WANTED)).not.toBe(0)
})
