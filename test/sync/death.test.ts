import { describe, expect, test } from '@jest/globals'
import { crewOfTest } from '../instruments/crew-of-test'
import { atTestEnd, tempDirectory } from '../support/temp'
import { GRIEFS, type Grief, grieve, newMemoryName, removeMemory } from './deaths'

const asked = Number(process.env.MMAP_IO_TEST_ROUNDS)
// A kill costs a process, and a core as well a file; the others cost next to nothing.
const ROUNDS: Readonly<Record<Grief, number>> = { kill: 16, abort: 3, terminate: 6, timeOut: 12, overflow: 12, fail: 12 }
const HANG = 180_000 + (asked || 0) * 2000

describe('a mutex whose holder comes to grief', () => {
  test.each(GRIEFS)(
    'is had by the next one, with what it protects whole: %s',
    async (grief) => {
      const path = newMemoryName()
      atTestEnd(() => removeMemory(path))
      const rounds = asked || ROUNDS[grief]
      const cwd = tempDirectory()
      const { stalls, total, counts } = await grieve(crewOfTest(), path, grief, { rounds, cwd })
      expect(counts).toEqual({ total, recoveries: rounds, problems: [] })
      expect(stalls).toHaveLength(rounds)
    },
    HANG,
  )
})
