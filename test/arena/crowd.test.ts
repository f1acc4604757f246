import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Child, Crew } from '../instruments/crew'
import { crewOfTest } from '../instruments/crew-of-test'
import { Random } from '../instruments/random'
import { atTestEnd } from '../support/temp'
import { newMemoryName, removeMemory } from '../sync/deaths'
import type { Keeper } from '../sync/programs/keeper'
import { Warehouse } from '../sync/programs/warehouse'
import { accountFor } from './accounting'

const KEEPER = join(__dirname, '..', 'sync', 'programs', 'keeper.ts')
const TURNS = Number(process.env.MMAP_IO_TEST_ROUNDS ?? 2) * 1000
const MAX_SIZE = 2 ** 26
const MOST = 2 ** 19
const HANG = 120_000 + TURNS * 2

async function keeperOf(crew: Crew, path: string, number: number, traced = false): Promise<Child<Keeper>> {
  const keeper = crew.spawn<Keeper>(KEEPER, { name: `keeper ${number}`, seconds: HANG / 1000 })
  await keeper.ask('open', path, number, MAX_SIZE, traced)
  return keeper
}

function expectWhole(path: string, seed = 0): void {
  const auditor = Warehouse.open(path, 15)
  const { problems, ...sums } = accountFor(auditor.region, auditor.inUse())
  auditor.close()
  expect({ seed, problems }).toEqual({ seed, problems: [] })
  expect(sums.inUse).toBeGreaterThan(0)
}

describe('an arena that several processes allocate from', () => {
  test(
    'loses no block, and gives none twice, while it grows',
    async () => {
      const crew = crewOfTest()
      const path = newMemoryName()
      atTestEnd(() => removeMemory(path))
      const keepers = await Promise.all([0, 1, 2, 3].map((number) => keeperOf(crew, path, number)))
      const work = await Promise.all(keepers.map((keeper, seed) => keeper.ask('work', TURNS, seed, MOST)))
      expect(work).toHaveLength(4)
      expectWhole(path) // with magazines full
      await Promise.all(keepers.map((keeper) => keeper.ask('close')))
      expectWhole(path)
    },
    HANG,
  )

  test(
    'and while some of them are killed',
    async () => {
      const crew = crewOfTest()
      const path = newMemoryName()
      atTestEnd(() => removeMemory(path))
      const keepers = await Promise.all([0, 1, 2, 3].map((number) => keeperOf(crew, path, number)))
      const work = keepers.map((keeper, seed) => keeper.ask('work', TURNS * (seed < 2 ? 1 : 1000), seed, MOST))
      await Promise.all(keepers.map((keeper) => keeper.reached('working')))
      await Promise.all(work.slice(0, 2))
      await Promise.all(keepers.slice(2).map((keeper) => keeper.kill()))
      await keepers[0]!.ask('work', TURNS, 7, MOST)
      expectWhole(path)
      const heir = await keeperOf(crew, path, 2) // works on with the cells of a dead one
      await heir.ask('work', TURNS, 8, MOST)
      expectWhole(path)
    },
    HANG,
  )

  test(
    'and while some of them die ahead of some store of theirs',
    async () => {
      const crew = crewOfTest()
      const path = newMemoryName()
      atTestEnd(() => removeMemory(path))
      const random = new Random()
      const victim = async (number: number): Promise<void> => {
        const keeper = await keeperOf(crew, path, number, true)
        const death = keeper.ask('workAndDie', random.below(60), random.bits(), 2 ** random.between(10, 18), random.between(1, 60))
        await expect(death).rejects.toThrow('SIGKILL')
      }
      const survivor = await keeperOf(crew, path, 0)
      for (let round = 0; round < TURNS / 250; round++) {
        const deaths = Promise.all([1, 2].map(victim))
        await survivor.ask('work', 100, round, MOST)
        await deaths
        expectWhole(path, random.seed)
      }
    },
    HANG,
  )
})
