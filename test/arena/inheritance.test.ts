import { expect, test } from '@jest/globals'
import { census } from '../../ts/arena/census'
import { arenaPlaceOf } from '../../ts/region/region'
import { die, ProbeOpeners } from '../support/probe-openers'

const openers = new ProbeOpeners()
const GRANULES = 3

test('a full region gives out the blocks that a dead opener kept, before it says that it is full', () => {
  openers.fresh()
  const [dying, heir] = [openers.open(), openers.open()]
  dying.put(0, GRANULES) // and keeps the rest of what it took
  const { arena, lease, memory, place, slots } = heir.region
  const free = () => census(arenaPlaceOf(memory, place), slots).free.size
  die(dying)
  expect(free()).toBeGreaterThan(0)
  lease.begin()
  while (arena.alloc(GRANULES) !== 0);
  lease.end()
  expect(free()).toBe(0)
})
