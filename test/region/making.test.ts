import { closeSync, constants, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { binding } from '../../ts/native/binding'
import { destroyRegion, openRegion, regionOver } from '../../ts/region/open-region'
import type { Region } from '../../ts/region/region'
import { RegionState, RestState, Superblock } from '../../ts/region/superblock'
import { crashAtEveryStep } from '../instruments/steps'
import { thrownBy } from '../support/errors'
import { Probe, probeBuffer, probeFormat, probeOver } from '../support/probe-region'
import { canMount, smallDisk } from '../support/small-disk'
import { atTestEnd, tempDirectory } from '../support/temp'

const format = probeFormat()

function open(path: string, options = {}): Region {
  const region = openRegion(path, format, { maxSize: 2 ** 26, openers: 4, lockTimeout: 100, ...options })
  atTestEnd(() => region.close())
  return region
}

describe('a maker that dies', () => {
  test('at any store leaves something that the next opener makes anew, or finds ready', () => {
    const buffer = probeBuffer()
    const joinTable = jest.spyOn(binding, 'joinTable')
    const die = () => {
      for (const { value } of joinTable.mock.results.splice(0)) binding.leaveTable(value as number)
    }
    const steps = crashAtEveryStep(
      () => {
        new Uint8Array(buffer).fill(0)
        die()
        return {
          op: () => probeOver(buffer),
          die,
          check: () => {
            die()
            const next = new Probe(probeOver(buffer))
            next.increment()
            next.put(0, 10)
            expect([next.pair, next.problems()]).toEqual([[1, 1], []])
            next.region.close()
          },
        }
      },
      { natives: [binding] },
    )
    joinTable.mockRestore()
    expect(steps).toBeGreaterThan(5)
  })

  test('after its first write leaves a file that the next opener makes anew', () => {
    const path = join(tempDirectory(), 'region')
    open(path).close()
    const whole = readFileSync(path)
    const half = Buffer.from(whole.subarray(0, 4096))
    half.writeUInt32LE(RegionState.CREATING, Superblock.offset.state)
    const fd = openSync(path, constants.O_RDWR | constants.O_TRUNC)
    writeSync(fd, half)
    closeSync(fd)
    const probe = new Probe(open(path))
    probe.increment()
    expect([probe.pair, probe.problems()]).toEqual([[1, 1], []])
  })
})

describe('a disk that is full', () => {
  ;(canMount ? test : test.skip)('lets nothing be made, and nothing lie about', () => {
    const path = join(smallDisk(12), 'region')
    expect(thrownBy(() => open(path))).toMatchObject({ name: 'SystemError', code: 'ENOSPC', syscall: 'fallocate' })
    expect(statSync(path).size).toBe(0)
  })
  ;(canMount ? test : test.skip)('is an error of the call that needs room, and no longer when there is some', () => {
    const disk = smallDisk(4096)
    const path = join(disk, 'region')
    const probe = new Probe(open(path))
    let count = 0
    const full = thrownBy(() => {
      while (count < 15) probe.put(count++, 2 ** 16)
    })
    expect(full).toMatchObject({ name: 'SystemError', code: 'ENOSPC' })
    const used = count - 1
    expect(probe.problems()).toEqual([])
    expect(thrownBy(() => probe.put(15, 2 ** 16))).toMatchObject({ code: 'ENOSPC' })
    probe.put(0, 0)
    expect(probe.put(15, 2 ** 16)).toBe(true)
    expect(probe.problems()).toEqual([])
    expect(used).toBeGreaterThan(2)
    probe.region.close()
  })
})

describe('a region of another boot', () => {
  /** As if the system had gone down: the boot id is another, and nobody has a slot locked. */
  function otherBoot(path: string, rest: number): void {
    const fd = openSync(path, 'r+')
    writeSync(fd, Buffer.from(new Int32Array([1, 2, 3, 4]).buffer), 0, 16, Superblock.offset.boot)
    writeSync(fd, Buffer.from(new Int32Array([rest]).buffer), 0, 4, Superblock.offset.rest)
    closeSync(fd)
  }

  function madeAndClosed(): string {
    const path = join(tempDirectory(), 'region')
    const probe = new Probe(open(path))
    probe.increment()
    probe.region.close()
    return path
  }

  test('that its last opener closed is whole', () => {
    const path = madeAndClosed()
    const block = readFileSync(path)
    expect(block.readUInt32LE(Superblock.offset.rest)).toBe(RestState.CLEAN)
    otherBoot(path, RestState.CLEAN)
    const probe = new Probe(open(path))
    expect([probe.region.powerWasLost, probe.pair]).toEqual([false, [1, 1]])
    expect(readFileSync(path).readUInt32LE(Superblock.offset.rest)).toBe(RestState.OPEN)
  })

  test('that was open then says so to everybody, until somebody vouches for it', () => {
    const path = madeAndClosed()
    otherBoot(path, RestState.OPEN)
    const early = open(path, { mode: 'ro' })
    expect(early.powerWasLost).toBe(true)
    early.close()
    const first = open(path)
    const second = open(path)
    expect([first.powerWasLost, second.powerWasLost]).toEqual([true, true])
    first.close()
    second.close()
    const third = open(path)
    const reader = open(path, { mode: 'ro' })
    expect([third.powerWasLost, reader.powerWasLost]).toEqual([true, true])
    third.vouch()
    expect([third.powerWasLost, reader.powerWasLost]).toEqual([false, false])
    third.close()
    reader.close()
    expect(open(path).powerWasLost).toBe(false)
  })

  test.each([RestState.OPEN, RestState.TORN])('that was %i then has no openers of before, and no mutex of theirs', (rest) => {
    const path = madeAndClosed()
    const probe = new Probe(open(path))
    const { slots, lease, place } = probe.region
    lease.begin()
    probe.mutex().acquire()
    const whenThePowerFailed = readFileSync(path).subarray(0, place.arena)
    probe.mutex().release()
    lease.end()
    const state = slots.state(0)
    probe.region.close()
    const fd = openSync(path, 'r+')
    writeSync(fd, whenThePowerFailed)
    closeSync(fd)
    otherBoot(path, rest)
    const next = new Probe(open(path))
    expect([next.region.lease.slot, next.region.slots.state(0) > state]).toEqual([0, true])
    next.increment()
    expect(next.pair).toEqual([2, 2])
  })

  test('that was open then is made anew by who wants that', () => {
    const path = madeAndClosed()
    otherBoot(path, RestState.OPEN)
    const probe = new Probe(open(path, { afterPowerLoss: 'discard' }))
    expect([probe.region.powerWasLost, probe.pair]).toEqual([false, [0, 0]])
  })

  test('is of this one, as long as somebody has it open', () => {
    const path = join(tempDirectory(), 'region')
    const probe = new Probe(open(path))
    otherBoot(path, RestState.OPEN)
    const second = new Probe(open(path))
    expect([second.region.lease.slot, second.region.powerWasLost]).toEqual([1, false])
    probe.increment()
    second.increment()
    expect(probe.pair).toEqual([2, 2])
  })
})

describe('a buffer that had something else in it', () => {
  test('is refused', () => {
    const buffer = new SharedArrayBuffer(2 ** 20)
    new Uint8Array(buffer).fill(7)
    expect(thrownBy(() => regionOver(buffer, format))).toMatchObject({ code: 'ERR_NOT_A_REGION' })
  })

  test('of an odd length is used up to its last whole page', () => {
    const region = regionOver(new SharedArrayBuffer(2 ** 20 + 100), format, { openers: 4 })
    expect(region.maxSize).toBe(2 ** 20)
    region.close()
  })
})

test('a destruction that was cut off is finished by the next opener', () => {
  const path = join(tempDirectory(), 'region')
  open(path).close()
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.from(new Int32Array([RegionState.DESTROYED]).buffer), 0, 4, Superblock.offset.state)
  closeSync(fd)
  expect(thrownBy(() => open(path, { mode: 'ro' }))).toMatchObject({ code: 'ERR_REGION_DESTROYED' })
  const probe = new Probe(open(path))
  expect(probe.pair).toEqual([0, 0])
  probe.region.close()
  expect(destroyRegion(path)).toBe(true)
  expect(existsSync(path)).toBe(false)
})
