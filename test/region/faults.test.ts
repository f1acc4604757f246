import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openRegion } from '../../ts/region/open-region'
import type { Region } from '../../ts/region/region'
import { thrownBy } from '../support/errors'
import { Probe, probeFormat } from '../support/probe-region'
import { atTestEnd, tempDirectory } from '../support/temp'

const format = probeFormat()

function open(path: string, mode: 'rw' | 'ro' = 'rw'): Region {
  const region = openRegion(path, format, { maxSize: 2 ** 24, openers: 4, lockTimeout: 200, mode })
  atTestEnd(() => region.close())
  return region
}

describe('a region whose file is cut off under it', () => {
  test('is broken for who touches what is gone, and no store of that one reaches the file any more', () => {
    const path = join(tempDirectory(), 'region')
    const victim = new Probe(open(path))
    const witness = open(path)
    victim.put(0, 100)
    const { size } = victim.region
    truncateSync(path, size - 4096)
    const before = witness.memory.front[victim.region.place.header / 4]
    victim.region.memory.front[size / 4 - 1] = 1 // the fault
    victim.region.memory.front[victim.region.place.header / 4] = 99
    expect(witness.memory.front[victim.region.place.header / 4]).toBe(before)
    expect(thrownBy(() => victim.region.lease)).toMatchObject({ code: 'ERR_MAPPING_TRUNCATED' })
    expect(thrownBy(() => victim.region.check())).toMatchObject({ code: 'ERR_MAPPING_TRUNCATED' })
  })

  test('lets go of what its opener had locked, so that others bury it', () => {
    const path = join(tempDirectory(), 'region')
    const victim = new Probe(open(path))
    const heir = new Probe(open(path))
    const { size } = victim.region
    victim.region.lease.begin()
    victim.mutex().acquire()
    truncateSync(path, size - 4096)
    victim.region.memory.front[size / 4 - 1] = 1
    heir.increment()
    expect(heir.pair).toEqual([1, 1])
    victim.region.close()
  })

  test('can be closed', () => {
    const path = join(tempDirectory(), 'region')
    const victim = open(path)
    truncateSync(path, 0)
    expect(victim.memory.front[3]).toBe(0)
    victim.close()
    expect(thrownBy(() => victim.check())).toMatchObject({ code: 'ERR_MAPPING_CLOSED' })
  })
})

describe('a region that was opened for reading', () => {
  test('takes a stray store for itself', () => {
    const path = join(tempDirectory(), 'region')
    const writer = new Probe(open(path))
    const reader = open(path, 'ro')
    reader.memory.front[reader.place.header / 4] = 99
    expect(writer.region.memory.front[reader.place.header / 4]).toBe(0)
    expect(thrownBy(() => reader.check())).toMatchObject({ code: 'ERR_MAPPING_READ_ONLY' })
    writer.increment()
    expect(writer.pair).toEqual([1, 1])
  })
})

describe('a region that is closed', () => {
  test('reads as zeros through views that somebody kept', () => {
    const region = open(join(tempDirectory(), 'region'))
    const words = region.memory.front
    region.close()
    expect(words[0]).toBe(0)
    words[0] = 5
    expect(thrownBy(() => region.check())).toMatchObject({ code: 'ERR_MAPPING_CLOSED' })
  })
})

describe('what belongs to others', () => {
  test('is not for an opener that has closed, or that only reads', () => {
    const path = join(tempDirectory(), 'region')
    const witness = new Probe(open(path))
    witness.increment()
    const closed = open(path)
    closed.close()
    for (const action of [() => closed.punch(0, 2 ** 20), () => closed.allocate(0, 4096)]) {
      expect(thrownBy(action)).toMatchObject({ code: 'ERR_MAPPING_CLOSED' })
    }
    const reader = open(path, 'ro')
    expect(thrownBy(() => reader.punch(0, 2 ** 20))).toMatchObject({ code: 'ERR_NOT_WRITABLE' })
    expect(witness.pair).toEqual([1, 1])
  })
})

describe('a word that cannot be', () => {
  test('is refused', () => {
    const region = open(join(tempDirectory(), 'region'))
    for (const offset of [-8, 4, 1.5, region.size, Number.NaN]) {
      expect(thrownBy(() => region.mutex(offset, 0))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    }
    expect(thrownBy(() => region.waiter(0, region.size))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
  })

  test('is not waited for once the region is closed', () => {
    const region = open(join(tempDirectory(), 'region'))
    const waiter = region.waiter(region.place.header, region.place.header + 4)
    region.close()
    expect(thrownBy(() => waiter.waitSync(1, 10))).toMatchObject({ code: 'ERR_MAPPING_CLOSED' })
  })
})
