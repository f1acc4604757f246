import { readFileSync, truncateSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import mmap from '../../ts'
import { rejectionOf, thrownBy } from '../support/errors'
import { openDescriptor, pattern, tempFile } from '../support/temp'

const { PAGESIZE, PROT_READ, PROT_WRITE, PROT_NONE, MAP_SHARED, MAP_PRIVATE, MAP_ANONYMOUS } = mmap
const RW = PROT_READ | PROT_WRITE
const GIB = 2 ** 30

// biome-ignore lint/suspicious/noExplicitAny: what users of untyped JavaScript may pass
const untyped = mmap as any

function anonymous(pages: number): Buffer {
  return mmap.map(pages * PAGESIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1)
}

describe('residency', () => {
  test('has one entry a page: 1 in memory, 0 not', () => {
    const buffer = anonymous(5)
    buffer[PAGESIZE] = 1
    buffer[4 * PAGESIZE] = 1
    expect([...mmap.residency(buffer)]).toEqual([0, 1, 0, 0, 1])
    expect([...mmap.residency(buffer.subarray(PAGESIZE, 2 * PAGESIZE + 1))]).toEqual([1, 0])
  })

  test('has none for an empty part', () => {
    expect(mmap.residency(anonymous(1).subarray(0, 0))).toHaveLength(0)
  })
})

describe('cacheStat', () => {
  test('counts the pages of a file in the page cache', () => {
    const fd = openDescriptor(tempFile(4 * PAGESIZE))
    if (!mmap.supports('cachestat')) return expect(thrownBy(() => mmap.cacheStat(fd)).code).toBe('ENOSYS')
    expect(mmap.cacheStat(fd)).toMatchObject({ cached: 4, evicted: 0 })
    expect(mmap.cacheStat(fd, PAGESIZE, 2 * PAGESIZE)).toMatchObject({ cached: 2 })
  })

  test('refuses what is no descriptor or range', () => {
    expect(thrownBy(() => untyped.cacheStat('1')).code).toBe('ERR_INVALID_ARG_TYPE')
    expect(thrownBy(() => untyped.cacheStat(0, -1)).code).toBe('ERR_OUT_OF_RANGE')
    expect(thrownBy(() => mmap.cacheStat(12_345))).toMatchObject({ syscall: 'cachestat' })
  })
})

describe('lock', () => {
  test('brings pages in, and unlock lets them go', () => {
    const buffer = anonymous(3)
    mmap.lock(buffer, PAGESIZE, PAGESIZE)
    expect([...mmap.residency(buffer)]).toEqual([0, 1, 0])
    mmap.lock(buffer, 0, undefined, { onFault: true })
    expect([...mmap.residency(buffer)]).toEqual([0, 1, 0])
    expect(lockedKilobytes()).toBeGreaterThan(0)
    mmap.unlock(buffer)
    expect(lockedKilobytes()).toBe(0)
  })

  test('refuses a range past the end', () => {
    expect(thrownBy(() => mmap.lock(anonymous(1), 0, 2 * PAGESIZE))).toMatchObject({ code: 'ERR_OUT_OF_RANGE', name: 'RangeError' })
    expect(thrownBy(() => mmap.unlock(anonymous(1), -1)).code).toBe('ERR_OUT_OF_RANGE')
  })
})

function lockedKilobytes(): number {
  return Number(/VmLck:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1])
}

describe('protect', () => {
  test('turns a store into an error of the next call', () => {
    const buffer = anonymous(2)
    buffer.fill(5)
    mmap.protect(buffer, PROT_READ, PAGESIZE)
    buffer[0] = 1
    mmap.sync(buffer)
    buffer[PAGESIZE] = 2
    expect([buffer[PAGESIZE], buffer[PAGESIZE + 1]]).toEqual([2, 5])
    expect(thrownBy(() => mmap.sync(buffer))).toMatchObject({ code: 'ERR_MAPPING_READ_ONLY', name: 'MappingError' })
  })

  test('turns a load from pages without access into an error of the next call', () => {
    const buffer = anonymous(2)
    buffer.fill(5)
    mmap.protect(buffer, PROT_NONE, 0, PAGESIZE)
    expect(buffer[PAGESIZE]).toBe(5)
    expect(buffer[0]).toBe(5)
    expect(thrownBy(() => mmap.incore(buffer)).code).toBe('ERR_MAPPING_NO_ACCESS')
  })

  test('gives write access only where the file was opened for writing', () => {
    const path = tempFile(PAGESIZE)
    const writable = mmap.map(PAGESIZE, PROT_READ, MAP_SHARED, openDescriptor(path, 'r+'))
    mmap.protect(writable, RW)
    writable[0] = 0xee
    expect(readFileSync(path)[0]).toBe(0xee)
    const readable = mmap.map(PAGESIZE, PROT_READ, MAP_SHARED, openDescriptor(path, 'r'))
    expect(thrownBy(() => mmap.protect(readable, RW))).toMatchObject({ code: 'EACCES', errno: -13, syscall: 'mprotect' })
  })
})

describe('guard pages', () => {
  test('are a fault, not the end of the process', () => {
    if (!mmap.supports('MADV_GUARD_INSTALL')) return expect(mmap.MADV_GUARD_INSTALL).toBe(102)
    const buffer = anonymous(2)
    mmap.advise(buffer, PAGESIZE, PAGESIZE, mmap.MADV_GUARD_INSTALL)
    expect(buffer[PAGESIZE]).toBe(0)
    expect(thrownBy(() => mmap.incore(buffer)).code).toMatch(/^ERR_MAPPING_/)
  })
})

describe('prefetch', () => {
  test('brings pages in without blocking the event loop', async () => {
    const buffer = anonymous(2000)
    let turns = 0
    const ticking = setInterval(() => turns++, 0)
    await mmap.prefetch(buffer, 3 * PAGESIZE, 1000 * PAGESIZE, { write: true })
    clearInterval(ticking)
    const pages = mmap.residency(buffer)
    expect([pages[2], pages[3], pages[1002], pages[1003]]).toEqual([0, 1, 1, 0])
  })

  test('takes any range and rounds it to pages', async () => {
    const buffer = anonymous(4)
    await mmap.prefetch(buffer, PAGESIZE + 5, 1, { write: true })
    expect([...mmap.residency(buffer)]).toEqual([0, 1, 0, 0])
  })

  test('rejects when the file ends before', async () => {
    const path = tempFile(8 * PAGESIZE)
    const buffer = mmap.map(8 * PAGESIZE, RW, MAP_SHARED, openDescriptor(path))
    truncateSync(path, 0)
    expect(await rejectionOf(mmap.prefetch(buffer))).toMatchObject({ code: 'EFAULT', syscall: 'madvise' })
  })

  test('rejects when the mapping is closed meanwhile', async () => {
    const buffer = anonymous(30_000)
    const running = mmap.prefetch(buffer, 0, undefined, { write: true })
    mmap.unmap(buffer)
    expect((await rejectionOf(running)).code).toBe('ERR_MAPPING_CLOSED')
  })

  test('rejects bad arguments', async () => {
    expect((await rejectionOf(mmap.prefetch(Buffer.alloc(8)))).code).toBe('ERR_NOT_MAPPED')
    expect((await rejectionOf(mmap.prefetch(anonymous(1), 0, 2 * PAGESIZE))).code).toBe('ERR_OUT_OF_RANGE')
  })
})

describe('syncAsync', () => {
  test('resolves when the pages are written', async () => {
    const fd = openDescriptor(tempFile(16 * PAGESIZE))
    const buffer = mmap.map(16 * PAGESIZE, RW, MAP_SHARED, fd)
    buffer.fill(1)
    await mmap.syncAsync(buffer)
    if (mmap.supports('cachestat')) expect(mmap.cacheStat(fd)).toMatchObject({ cached: 16, dirty: 0, writeback: 0 })
  })

  test('never says that it wrote what a close took away', async () => {
    const buffer = mmap.map(PAGESIZE, RW, MAP_SHARED, openDescriptor(tempFile(PAGESIZE)))
    const running = mmap.syncAsync(buffer)
    mmap.unmap(buffer)
    expect((await rejectionOf(running)).code).toBe('ERR_MAPPING_CLOSED')
  })

  test('rejects as sync throws', async () => {
    const buffer = mmap.map(PAGESIZE, RW, MAP_SHARED, openDescriptor(tempFile(PAGESIZE)))
    expect(await rejectionOf(mmap.syncAsync(buffer, 1))).toMatchObject({ message: 'msync() failed, 22', code: 'EINVAL' })
    expect((await rejectionOf(mmap.syncAsync(Buffer.alloc(1)))).code).toBe('ERR_NOT_MAPPED')
  })
})

describe('large files', () => {
  test('are mapped at offsets past 2 and 4 GiB', () => {
    const path = tempFile(0)
    truncateSync(path, 6 * GIB)
    const fd = openDescriptor(path)
    for (const offset of [2 * GIB, 2 * GIB + PAGESIZE, 4 * GIB, 6 * GIB - PAGESIZE]) {
      const buffer = mmap.map(PAGESIZE, RW, MAP_SHARED, fd, offset)
      buffer.writeDoubleLE(offset, 8)
      mmap.unmap(buffer)
      const again = mmap.map(PAGESIZE, PROT_READ, MAP_SHARED, fd, offset)
      expect(again.readDoubleLE(8)).toBe(offset)
      mmap.unmap(again)
    }
  })

  test('are mapped whole up to what one buffer can hold', () => {
    const path = tempFile(0)
    truncateSync(path, 5 * GIB)
    const fd = openDescriptor(path)
    const buffer = mmap.map(3 * GIB, RW, MAP_SHARED, fd)
    buffer[3 * GIB - 1] = 77
    expect(mmap.map(PAGESIZE, PROT_READ, MAP_SHARED, fd, 3 * GIB - PAGESIZE)[PAGESIZE - 1]).toBe(77)
    mmap.sync(buffer, 3 * GIB - PAGESIZE, PAGESIZE, true)
    mmap.unmap(buffer)
    expect(thrownBy(() => mmap.map(2 ** 52, PROT_READ, MAP_SHARED, fd)).name).toMatch(/RangeError|SystemError/)
  })
})

test('pattern files are what the tests believe them to be', () => {
  expect(readFileSync(tempFile(3000)).equals(pattern(3000))).toBe(true)
})
