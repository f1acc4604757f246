import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { crewOfTest } from '../instruments/crew-of-test'
import { Random } from '../instruments/random'
import { atTestEnd } from '../support/temp'
import { memberOf, newMemoryName, PROGRAMS, removeMemory } from './deaths'
import type { Counter } from './programs/counter'
import { Ledger } from './programs/ledger'

const SECTIONS = Number(process.env.MMAP_IO_TEST_SECTIONS ?? 200_000)
const KILLS = Number(process.env.MMAP_IO_TEST_ROUNDS ?? 8)
const HANG = 120_000 + SECTIONS / 10 + KILLS * 1000

describe('sections of several processes and threads', () => {
  test(
    'exclude each other: a plain counter is exact',
    async () => {
      const path = newMemoryName()
      atTestEnd(() => removeMemory(path))
      const crew = crewOfTest({ seconds: HANG / 1000 })
      const processes = [0, 1].map(() => crew.spawn<Counter>(join(PROGRAMS, 'counter.ts')))
      await Promise.all(processes.map((process) => process.ask('start', path, 2, SECTIONS / 4)))
      await Promise.all(processes.map((process) => process.ask('run')))
      const ledger = Ledger.open(path, 100)
      expect(ledger.plain).toBe(SECTIONS)
      ledger.close()
    },
    HANG,
  )

  test(
    'are counted once or not at all when they are killed',
    async () => {
      const path = newMemoryName()
      atTestEnd(() => removeMemory(path))
      const crew = crewOfTest()
      const random = new Random()
      let number = 0
      const start = async () => {
        const member = await memberOf(crew, path, number++, { lockTimeout: 10_000 })
        member.ask('sections', 1e9).catch(() => {})
        return member
      }
      const members = await Promise.all([start(), start(), start()])
      for (let kill = 0; kill < KILLS; kill++) {
        const place = random.below(members.length)
        const heir = start()
        await sleep(random.between(0, 40))
        await members[place]!.kill()
        members[place] = await heir
      }
      await Promise.all(members.map((member) => member.kill()))
      const auditor = Ledger.open(path, number)
      auditor.section()
      const { total, problems } = auditor.counts()
      auditor.close()
      expect(problems).toEqual([])
      expect(total).toBeGreaterThan(KILLS)
    },
    HANG,
  )
})
