import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import mmap, { MappedFile } from '../../ts'
import { PAGE_SIZE } from '../../ts/memory/page'
import { askChild, runChild } from '../support/child'
import { thrownBy } from '../support/errors'
import { canMount, smallDisk } from '../support/small-disk'
import { openDescriptor, pattern, patternAt, tempDirectory, tempFile } from '../support/temp'

const LENGTH = 1 << 20
// Fewer in a build with sanitizers, where a process takes a second to start.
const ROUNDS = Number(process.env.MMAP_IO_TEST_ROUNDS ?? 100)

const content = pattern(LENGTH)
const sums = { whole: content.reduce((a, b) => a + b, 0), firstPage: content.subarray(0, 4096).reduce((a, b) => a + b, 0) }

const expected: Record<string, object> = {
  'truncated raw': {
    before: sums.whole,
    after: sums.firstPage,
    next: 'ERR_MAPPING_TRUNCATED',
    again: 'ERR_MAPPING_TRUNCATED',
    end: 'value',
  },
  'truncated file': {
    before: sums.whole,
    after: sums.firstPage,
    next: 'ERR_MAPPING_TRUNCATED',
    faults: [
      ['channel', 'ERR_MAPPING_TRUNCATED', 4096],
      ['ERR_MAPPING_TRUNCATED', 4096],
    ],
    fault: 'ERR_MAPPING_TRUNCATED',
    end: 'value',
  },
  'stored raw': { before: sums.whole, stored: 9, kept: patternAt(10_001), next: 'ERR_MAPPING_READ_ONLY', end: 'value' },
  'stored file': {
    before: sums.whole,
    stored: 9,
    kept: patternAt(4999),
    next: 'ERR_MAPPING_READ_ONLY',
    faults: [
      ['channel', 'ERR_MAPPING_READ_ONLY', 5000],
      ['ERR_MAPPING_READ_ONLY', 5000],
    ],
    end: 'value',
  },
}

/** Runs `rounds` jobs, two at a time. */
async function repeat(rounds: number, job: (round: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < rounds) await job(next++)
  }
  await Promise.all([lane(), lane()])
}

describe.each(Object.keys(expected))('a mapping that is %s', (kind) => {
  test.each(['main', 'worker'])(
    `leaves the process alive in the ${'%s'} thread, and the next call throws, ${ROUNDS} times`,
    async (thread) => {
      const directory = tempDirectory()
      await repeat(ROUNDS, async (round) => {
        const path = join(directory, `${round}`)
        writeFileSync(path, content)
        expect(await askChild('faults.cjs', { args: [kind, thread, path] })).toEqual(expected[kind])
        rmSync(path)
      })
    },
    240_000,
  )
})

describe('a fault that is not ours', () => {
  test.each(['a load from nowhere', 'a sent SIGSEGV', 'a sent SIGBUS', 'a WebAssembly trap', 'a stack overflow'])(
    '%s ends as it does without the package',
    async (kind) => {
      const library = join(tempDirectory(), 'crash.so')
      writeFileSync(`${library}.cc`, '__attribute__((constructor)) static void Crash() { *static_cast<volatile int*>(nullptr) = 1; }\n')
      execFileSync('g++', ['-shared', '-fPIC', '-o', library, `${library}.cc`])
      const without = await runChild('foreign-faults.cjs', { args: [kind, '-', library] })
      expect(without.signal ?? without.stdout.trim()).toMatch(/^(SIGSEGV|SIGBUS|RuntimeError|RangeError)$/)
      const file = tempFile(4096)
      await repeat(ROUNDS, async () => {
        expect(await runChild('foreign-faults.cjs', { args: [kind, file, library] })).toEqual(without)
      })
    },
    240_000,
  )
})

describe('a broken mapping', () => {
  test('reads zeros behind the end of a truncated file, and the file before it', () => {
    const path = tempFile(10 * PAGE_SIZE)
    const buffer = mmap.map(10 * PAGE_SIZE, mmap.PROT_READ, mmap.MAP_SHARED, openDescriptor(path))
    truncateSync(path, 3 * PAGE_SIZE + 1)
    expect(buffer[9 * PAGE_SIZE]).toBe(0)
    expect(buffer[4 * PAGE_SIZE]).toBe(0)
    expect(buffer.subarray(0, 3 * PAGE_SIZE + 1).equals(pattern(3 * PAGE_SIZE + 1))).toBe(true)
  })

  test('is one piece of address space however its pages were touched', () => {
    const pages = 2000
    const path = tempFile(pages * PAGE_SIZE)
    const buffer = mmap.map(pages * PAGE_SIZE, mmap.PROT_READ, mmap.MAP_SHARED, openDescriptor(path))
    truncateSync(path, 0)
    for (let page = pages - 1; page >= 0; page--) expect(buffer[page * PAGE_SIZE]).toBe(0)
    const pieces = readFileSync('/proc/self/maps', 'utf8').split('\n').length
    expect(pieces).toBeLessThan(2000)
  })

  test('survives a store into every page of a large read-only mapping', () => {
    const pages = 100_000
    const path = tempFile(0)
    truncateSync(path, pages * PAGE_SIZE)
    const buffer = mmap.map(pages * PAGE_SIZE, mmap.PROT_READ, mmap.MAP_SHARED, openDescriptor(path))
    for (let page = 0; page < pages; page += 2) buffer[page * PAGE_SIZE] = 1
    expect(buffer[4 * PAGE_SIZE]).toBe(1)
    expect(thrownBy(() => mmap.sync(buffer)).code).toBe('ERR_MAPPING_READ_ONLY')
    mmap.unmap(buffer)
  })

  test('survives a store into every other page that protect closed', () => {
    const pages = 150_000
    const buffer = mmap.map(pages * PAGE_SIZE, 3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1)
    mmap.protect(buffer, mmap.PROT_READ)
    for (let page = 0; page < pages; page += 2) buffer[page * PAGE_SIZE] = 1
    expect(buffer[4 * PAGE_SIZE]).toBe(1)
    mmap.unmap(buffer)
  })

  test('has no effect on another mapping of the same file', () => {
    const path = tempFile(4 * PAGE_SIZE)
    const broken = mmap.map(4 * PAGE_SIZE, mmap.PROT_READ, mmap.MAP_SHARED, openDescriptor(path))
    const sound = mmap.map(4 * PAGE_SIZE, mmap.PROT_READ, mmap.MAP_SHARED, openDescriptor(path))
    broken.fill(1)
    expect(sound.equals(pattern(4 * PAGE_SIZE))).toBe(true)
    mmap.sync(sound)
  })

  test('keeps a fault in a system call an error of that call', () => {
    const path = tempFile(4 * PAGE_SIZE)
    const buffer = mmap.map(4 * PAGE_SIZE, mmap.PROT_READ, mmap.MAP_SHARED, openDescriptor(path))
    truncateSync(path, 0)
    expect(thrownBy(() => writeFileSync(join(tempDirectory(), 'out'), buffer)).code).toBe('EFAULT')
    mmap.sync(buffer)
  })
})

describe('MappedFile', () => {
  test('copies out what is there and throws when the file was cut meanwhile', () => {
    const path = tempFile(4 * PAGE_SIZE)
    const file = MappedFile.open(path, { mode: 'r+' })
    truncateSync(path, PAGE_SIZE)
    const target = Buffer.alloc(2 * PAGE_SIZE, 0xff)
    expect(thrownBy(() => file.read(0, target)).code).toBe('ERR_MAPPING_TRUNCATED')
    expect(target.subarray(0, PAGE_SIZE).equals(pattern(PAGE_SIZE))).toBe(true)
    expect(thrownBy(() => file.write(0, target)).code).toBe('ERR_MAPPING_TRUNCATED')
    expect(file).toMatchObject({ closed: false, fault: { code: 'ERR_MAPPING_TRUNCATED' } })
    file.close()
  })
})

// Only who may mount a small file system can fill it.
const testOnSmallDisk = canMount ? test : test.skip

describe('a full disk', () => {
  testOnSmallDisk('is an error of the call that needed room, and nothing changes', () => {
    const file = MappedFile.open(join(smallDisk(64), 'file'), { mode: 'w+', size: 4 * PAGE_SIZE })
    file.buffer.fill(7)
    expect(thrownBy(() => file.resize(1 << 20))).toMatchObject({ code: 'ENOSPC', syscall: 'fallocate' })
    expect(file.length).toBe(4 * PAGE_SIZE)
    expect(file.buffer[4 * PAGE_SIZE - 1]).toBe(7)
    file.resize(8 * PAGE_SIZE)
    file.buffer.fill(8)
    expect(file.fault).toBeUndefined()
    file.close()
  })

  testOnSmallDisk('costs a store into a hole that page only, and not the process', () => {
    const file = MappedFile.open(join(smallDisk(64), 'file'), { mode: 'w+', size: 100 * PAGE_SIZE, sparse: true })
    const { buffer } = file
    buffer[99 * PAGE_SIZE] = 5
    for (let page = 0; page < 50; page++) buffer[page * PAGE_SIZE] = page
    expect([buffer[0], buffer[3 * PAGE_SIZE], buffer[99 * PAGE_SIZE]]).toEqual([0, 3, 5])
    expect(thrownBy(() => file.sync()).code).toBe('ERR_MAPPING_TRUNCATED')
    file.close()
  })

  testOnSmallDisk('leaves the data behind a hole readable', () => {
    const file = MappedFile.open(join(smallDisk(64), 'file'), { mode: 'w+', size: 200 * PAGE_SIZE, sparse: true })
    const { buffer } = file
    buffer[100 * PAGE_SIZE] = 42
    for (let page = 0; page < 50; page++) buffer[page * PAGE_SIZE] = 1
    expect([buffer[100 * PAGE_SIZE], file.fault?.code]).toEqual([42, 'ERR_MAPPING_TRUNCATED'])
    file.close()
  })

  testOnSmallDisk('is survived by stores into more holes than there can be pieces of address space', () => {
    const pages = 150_000
    const file = MappedFile.open(join(smallDisk(64), 'file'), { mode: 'w+', size: pages * PAGE_SIZE, sparse: true })
    const { buffer } = file
    for (let page = 0; page < pages; page += 2) buffer[page * PAGE_SIZE] = 1
    expect(file.fault?.code).toBe('ERR_MAPPING_TRUNCATED')
    file.close()
  })
})

describe('handlers and listeners of the program', () => {
  test.each([
    ['a listener for SIGBUS', 0],
    ['a listener for SIGBUS that was removed', 0],
    ['a listener for faults that throws', 'from the listener'],
  ])('%s does what it would without the guard', async (kind, answer) => {
    expect(await askChild('handlers.cjs', { args: [kind, tempFile(8192)] })).toBe(answer)
  })
})
