import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { SystemError } from '../../ts/errors'
import { thrownBy } from '../support/errors'
import { canMount, smallDisk } from '../support/small-disk'
import { atTestEnd } from '../support/temp'
import { CELLS, Warehouse } from '../sync/programs/warehouse'
import { accountFor } from './accounting'

if (!canMount) process.stderr.write('this user may not mount file systems: growth on a full disk is not tested\n')

const KILOBYTES = 8192
const options = { maxSize: 2 ** 26, openers: 4 }

function problemsOf(warehouse: Warehouse): readonly string[] {
  return accountFor(warehouse.region, warehouse.inUse()).problems
}

/** Puts blocks until there is an error; gives that, and how many there were. */
function fillUp(warehouse: Warehouse, granules: number): { error: NodeJS.ErrnoException; count: number } {
  let count = 0
  const error = thrownBy(() => {
    for (; count < CELLS; count++) warehouse.put(count, granules)
  })
  return { error, count }
}

function open(path: string, keeper: number): Warehouse {
  const warehouse = Warehouse.open(path, keeper, options)
  atTestEnd(() => warehouse.close())
  return warehouse
}

;(canMount ? describe : describe.skip)('a region on a disk that is full', () => {
  // Blocks of 24 KiB are small ones, of 400 KB large ones.
  test.each([
    ['small', 3000, 2 ** 23],
    ['large', 50_000, 2 ** 22],
  ])('refuses %s blocks by a SystemError, stays whole, and grows when there is room', (_, granules, filler) => {
    const disk = smallDisk(KILOBYTES)
    writeFileSync(join(disk, 'filler'), Buffer.alloc(granules === 3000 ? KILOBYTES * 1024 - 2 ** 20 : filler))
    const path = join(disk, 'region')
    const [one, other] = [open(path, 0), open(path, 1)]
    const { error, count } = fillUp(one, granules)
    expect(error).toBeInstanceOf(SystemError)
    expect(error).toMatchObject({ code: 'ENOSPC', syscall: 'fallocate' })
    expect(count).toBeGreaterThan(2)
    expect(problemsOf(one)).toEqual([])

    expect(thrownBy(() => one.put(count, granules)).code).toBe('ENOSPC')
    one.take(0)
    expect(one.put(0, granules)).toBe(true) // what was given back serves again
    other.put(0, 1)
    expect(problemsOf(other)).toEqual([])

    rmSync(join(disk, 'filler'))
    expect(one.put(count, granules)).toBe(true)
    expect(other.put(1, granules)).toBe(true)
    for (let cell = 0; cell <= count; cell++) one.take(cell)
    expect(problemsOf(one)).toEqual([])
  })

  test('refuses to make one there, and makes it when there is room', () => {
    const disk = smallDisk(KILOBYTES)
    writeFileSync(join(disk, 'filler'), Buffer.alloc(KILOBYTES * 1024 - 2 ** 13))
    const path = join(disk, 'region')
    expect(thrownBy(() => open(path, 0))).toMatchObject({ name: 'SystemError', code: 'ENOSPC' })
    rmSync(join(disk, 'filler'))
    expect(open(path, 0).put(0, 1)).toBe(true)
  })
})
