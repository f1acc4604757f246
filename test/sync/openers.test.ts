import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import { binding } from '../../ts/native/binding'
import { destroyRegion } from '../../ts/region/open-region'
import { pathOf } from '../../ts/region/region-file'
import { crewOfTest } from '../instruments/crew-of-test'
import { thrownBy } from '../support/errors'
import { atTestEnd } from '../support/temp'
import { memberOf, newMemoryName, removeMemory } from './deaths'
import { Ledger } from './programs/ledger'

const OPENINGS = Number(process.env.MMAP_IO_TEST_OPENINGS ?? 1000)
const HANG = 120_000 + OPENINGS * 20

function newMemory(): string {
  const name = newMemoryName()
  atTestEnd(() => removeMemory(name))
  return name
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What this process has because of a region, once what nobody holds any more is collected. */
async function holdings(path: string) {
  let mappings = binding.count()
  for (let before = Number.POSITIVE_INFINITY; mappings < before; mappings = binding.count()) {
    before = mappings
    collect()
    await sleep(10)
    collect()
    await sleep(10)
  }
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n')
  return {
    mappings,
    descriptors: readdirSync('/proc/self/fd').length,
    maps: maps.filter((line) => line.includes(pathOf(path))).length,
  }
}

/** Gives the opener, as it was named in its section. */
function comeAndGo(path: string, member: number): number {
  const ledger = Ledger.open(path, member)
  ledger.section()
  const { owner } = ledger.region.lease
  ledger.close()
  return owner
}

describe('openers', () => {
  test(
    'come and go by the thousand, and leave no slot, descriptor or mapping behind',
    async () => {
      const path = newMemory()
      const observer = Ledger.open(path, 1000, { openers: 4 })
      Ledger.open(path, 0).close() // whatever a first one loads
      const before = await holdings(path)
      const owners = new Set<number>()
      for (let i = 0; i < OPENINGS; i++) owners.add(comeAndGo(path, i % 1000))
      expect(await holdings(path)).toEqual(before)
      expect(liveIn(observer)).toBe(1) // none was left to be buried
      observer.close()
      expect(owners.size).toBe(OPENINGS) // no generation was confused with another
      expect(auditOf(path)).toEqual({ live: 1, held: 0, counts: { total: OPENINGS, recoveries: 0, problems: [] } })
      expect(destroyRegion(path)).toBe(true)
    },
    HANG,
  )

  test('may be as many as there are slots, and no more, until one of them leaves', () => {
    const path = newMemory()
    const ledgers = [0, 1, 2].map((number) => Ledger.open(path, number, { openers: 3 }))
    for (let i = 0; i < 100; i++) {
      expect(thrownBy(() => Ledger.open(path, 3))).toMatchObject({ name: 'SharingError', code: 'ERR_TOO_MANY_OPENERS' })
      const leaving = ledgers.shift()!
      const { slot, owner } = leaving.region.lease
      leaving.close()
      const next = Ledger.open(path, 3)
      expect(next.region.lease.slot).toBe(slot)
      expect(next.region.lease.owner).not.toBe(owner)
      ledgers.push(next)
    }
    expect(thrownBy(() => destroyRegion(path)).code).toBe('ERR_REGION_IN_USE')
    for (const ledger of ledgers) ledger.close()
  })

  test('that are killed give their slots to the next ones', async () => {
    const path = newMemory()
    const crew = crewOfTest()
    Ledger.open(path, 0, { openers: 3 }).close()
    const members = await Promise.all([0, 1, 2].map((number) => memberOf(crew, path, number)))
    const heirs: Ledger[] = []
    for (const member of members) {
      expect(thrownBy(() => Ledger.open(path, 9)).code).toBe('ERR_TOO_MANY_OPENERS')
      member.ask('hold', 'half').catch(() => {})
      await member.reached('inside')
      await member.kill()
      heirs.push(Ledger.open(path, 10 + heirs.length))
      heirs.at(-1)!.section()
    }
    expect(thrownBy(() => Ledger.open(path, 9)).code).toBe('ERR_TOO_MANY_OPENERS')
    for (const heir of heirs) heir.close()
    expect(auditOf(path)).toEqual({ live: 1, held: 0, counts: { total: 6, recoveries: 3, problems: [] } })
  })

  test('of an earlier generation hold nothing: not even when they are named by a word that was left', () => {
    const path = newMemory()
    const ledger = Ledger.open(path, 0)
    const past = Ledger.open(path, 1)
    const { slot, owner } = past.region.lease
    past.die('half')
    expect(ledger.region.lease.undertaker.tryBury(slot, ledger.region.lease.slot)).toBe(true)
    const heir = Ledger.open(path, 2)
    expect(heir.region.lease.slot).toBe(slot)
    expect(heir.region.lease.owner).not.toBe(owner)
    expect(ledger.region.slots.isDead(slot)).toBe(false)
    expect(ledger.region.lease.undertaker.tryBury(slot, ledger.region.lease.slot)).toBe(false)
    heir.section()
    ledger.section()
    expect(ledger.counts()).toEqual({ total: 3, recoveries: 1, problems: [] })
    heir.close()
    ledger.close()
  })
})

function slotsOf({ region }: Ledger): number[] {
  return Array.from({ length: region.slots.count }, (_, slot) => slot)
}

function liveIn(ledger: Ledger): number {
  return slotsOf(ledger).filter((slot) => ledger.region.slots.isLive(slot)).length
}

/** What somebody who opens it now finds: one live slot, his own, and nothing held. */
function auditOf(path: string) {
  const ledger = Ledger.open(path, 9)
  const { slots } = ledger.region
  const live = liveIn(ledger)
  const held = slotsOf(ledger).filter((slot) => slots.held(slot, 0) !== 0).length
  const counts = ledger.counts()
  ledger.close()
  return { live, held, counts }
}
