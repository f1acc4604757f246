import { chmodSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { anonymousRegion, destroyRegion, openRegion, regionOver, reopenRegion } from '../../ts/region/open-region'
import type { Region } from '../../ts/region/region'
import type { RegionOptions } from '../../ts/region/region-options'
import { thrownBy } from '../support/errors'
import { Probe, probeFormat } from '../support/probe-region'
import { answerOfWorker } from '../support/program-worker'
import { atTestEnd, tempDirectory } from '../support/temp'
import { askProgram } from '../support/typescript-child'

const format = probeFormat()
const MAX_SIZE = 64 * 2 ** 20

let names = 0

/** A name of shared memory that is gone when the test ends. */
function memoryName(): string {
  const name = `memory://test ${process.pid}/${++names}`
  atTestEnd(() => destroyRegion(name))
  return name
}

function open(path: string, options: RegionOptions = {}): Region {
  const region = openRegion(path, format, { maxSize: MAX_SIZE, openers: 8, ...options })
  atTestEnd(() => region.close())
  return region
}

function filePath(): string {
  return join(tempDirectory(), 'region')
}

const places: Record<string, () => () => Region> = {
  'a file': () => {
    const path = filePath()
    return () => open(path)
  },
  'a file on /dev/shm': () => {
    const path = `/dev/shm/mmap-io-test-${process.pid}-${++names}`
    atTestEnd(() => destroyRegion(path))
    return () => open(path)
  },
  'named shared memory': () => {
    const name = memoryName()
    return () => open(name)
  },
  'a SharedArrayBuffer': () => {
    const buffer = new SharedArrayBuffer(MAX_SIZE)
    return () => {
      const region = regionOver(buffer, format, { openers: 8 })
      atTestEnd(() => region.close())
      return region
    }
  },
}

describe.each(Object.entries(places))('a region in %s', (_, place) => {
  test('is one for all who open it', () => {
    const opener = place()
    const [first, second, third] = [new Probe(opener()), new Probe(opener()), new Probe(opener())]
    first.increment()
    second.increment()
    expect(third.pair).toEqual([2, 2])
    expect(first.region.creation).toBe(third.region.creation)
    expect([first, second, third].map(({ region }) => region.lease.slot)).toEqual([0, 1, 2])
  })

  test('keeps what was in it when the last one closes it', () => {
    const opener = place()
    const first = new Probe(opener())
    first.increment()
    first.put(3, 1000)
    const block = first.published(3)
    first.region.close()
    const second = new Probe(opener())
    expect([second.pair, second.published(3)]).toEqual([[1, 1], block])
    expect(second.problems()).toEqual([])
  })

  test('grows in place, for everybody', () => {
    const opener = place()
    const [first, second] = [opener(), opener()]
    const words = second.memory.front
    first.lease.begin()
    expect(first.grow(10 * 2 ** 20)).toBe(true)
    first.lease.end()
    expect(second.size).toBe(first.size)
    expect(second.size).toBeGreaterThanOrEqual(10 * 2 ** 20)
    first.memory.front[first.size / 4 - 1] = 12345
    expect(words[second.size / 4 - 1]).toBe(12345)
  })

  test('does not grow past the size that it was made for', () => {
    const region = place()()
    region.lease.begin()
    expect(region.grow(region.maxSize)).toBe(true)
    expect(region.grow(region.maxSize + 1)).toBe(false)
    region.lease.end()
    expect(region.size).toBe(region.maxSize)
  })

  test('says that a block does not fit any more, and takes one again when there is room', () => {
    const probe = new Probe(place()())
    const granules = 2 ** 20 // 8 MiB
    let count = 0
    while (probe.put(count, granules)) count++
    expect(count).toBeGreaterThanOrEqual(6)
    expect(probe.put(15, 0)).toBe(true)
    probe.put(0, 0)
    expect(probe.put(0, granules)).toBe(true)
    expect(probe.problems()).toEqual([])
  })

  test('is closed once', () => {
    const region = place()()
    region.close()
    region.close()
    expect(thrownBy(() => region.lease)).toMatchObject({ code: 'ERR_MAPPING_CLOSED' })
    expect(thrownBy(() => region.grow(1))).toMatchObject({ code: 'ERR_MAPPING_CLOSED' })
  })

  test('is opened in a worker thread by its handle', async () => {
    const opener = place()
    const probe = new Probe(opener())
    probe.increment()
    const answer = await answerOfWorker(join(__dirname, 'programs', 'reopen.ts'), { handle: probe.region.handle })
    expect(answer).toEqual({ slot: 1, pair: [2, 2] })
    expect(probe.pair).toEqual([2, 2])
  })
})

describe('an anonymous region', () => {
  test('is opened in a worker thread by its handle', async () => {
    const region = anonymousRegion(format, { maxSize: 2 ** 31 + 2 ** 20 })
    atTestEnd(() => region.close())
    const probe = new Probe(region)
    probe.increment()
    const answer = await answerOfWorker(join(__dirname, 'programs', 'reopen.ts'), { handle: region.handle })
    expect(answer).toEqual({ slot: 1, pair: [2, 2] })
  })

  test('gives blocks in every part of its size', () => {
    const region = anonymousRegion(format, { maxSize: 2 ** 31 + 2 ** 29 })
    atTestEnd(() => region.close())
    const probe = new Probe(region)
    const almostHalf = (2 ** 30 - 2 ** 25) / 8
    for (let i = 0; i < 2; i++) expect(putUnwritten(probe, i, almostHalf)).toBe(true)
    expect(probe.put(2, 2 ** 15)).toBe(true)
    expect(probe.published(1)).toBeGreaterThanOrEqual(2 ** 27)
    expect(probe.published(1) + almostHalf).toBeLessThanOrEqual(2 ** 28)
    expect(probe.problems()).toEqual([])
  })
})

/** Without filling it: a block of a gigabyte. */
function putUnwritten(probe: Probe, index: number, granules: number): boolean {
  return probe.put(index, granules, undefined, false)
}

describe('opening for reading', () => {
  test('sees what writers do, and takes no slot', () => {
    const path = filePath()
    const writer = new Probe(open(path))
    const reader = openRegion(path, format, { mode: 'ro' })
    writer.increment()
    const at = (reader.place.header + 128) / 4
    expect(reader.memory.front[at]).toBe(1)
    expect(thrownBy(() => reader.lease)).toMatchObject({ code: 'ERR_NOT_WRITABLE' })
    expect(open(path).lease.slot).toBe(1)
    reader.close()
  })

  test('follows a region that grows', () => {
    const path = filePath()
    const writer = open(path)
    const reader = open(path, { mode: 'ro' })
    writer.lease.begin()
    writer.grow(20 * 2 ** 20)
    writer.lease.end()
    writer.memory.front[writer.size / 4 - 1] = 7
    expect(reader.size).toBe(writer.size)
    expect(reader.memory.front[reader.size / 4 - 1]).toBe(7)
  })

  const isRoot = process.getuid?.() === 0
  ;(isRoot ? test : test.skip)('needs no permission but to read', async () => {
    const directory = tempDirectory()
    chmodSync(directory, 0o755)
    const path = join(directory, 'region')
    open(path, { permissions: 0o644 })
    const program = join(__dirname, 'programs', 'open-as-nobody.ts')
    expect(await askProgram(program, [path])).toEqual({ ro: 'value', rw: 'EACCES' })
  })

  test('makes nothing', () => {
    const path = filePath()
    expect(thrownBy(() => open(path, { mode: 'ro' }))).toMatchObject({ code: 'ENOENT' })
    writeFileSync(path, '')
    expect(thrownBy(() => open(path, { mode: 'ro' }))).toMatchObject({ code: 'ERR_NOT_READY' })
    expect(statSync(path).size).toBe(0)
  })
})

describe('a path', () => {
  test('to a file that is no region is refused, and the file left alone', () => {
    for (const content of ['hello', Buffer.alloc(10_000), 'x'.repeat(5000)]) {
      const path = filePath()
      writeFileSync(path, content)
      expect(thrownBy(() => open(path))).toMatchObject({ name: 'FormatError', code: 'ERR_NOT_A_REGION' })
      expect(readFileSync(path)).toEqual(Buffer.from(content))
    }
  })

  test('to a region of another structure, or another version, is refused', () => {
    const path = filePath()
    open(path)
    const other = { ...format, kind: 'Other' }
    const newer = { ...format, headerBytes: format.headerBytes + 64 }
    expect(thrownBy(() => openRegion(path, other))).toMatchObject({
      code: 'ERR_FORMAT_MISMATCH',
      message: expect.stringContaining('holds a Probe, not a Other'),
    })
    expect(thrownBy(() => openRegion(path, newer))).toMatchObject({ code: 'ERR_FORMAT_MISMATCH' })
  })

  test('to a region that was cut off is refused', () => {
    const path = filePath()
    const region = open(path)
    const { size } = region
    region.close()
    truncateSync(path, size - 4096)
    expect(thrownBy(() => open(path))).toMatchObject({ code: 'ERR_CORRUPT' })
  })

  test('to a directory, or through one that is not there, is refused', () => {
    expect(thrownBy(() => open(tempDirectory()))).toMatchObject({ code: 'EISDIR' })
    expect(thrownBy(() => open(join(tempDirectory(), 'no', 'region')))).toMatchObject({ code: 'ENOENT' })
    expect(thrownBy(() => open(3 as unknown as string))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(thrownBy(() => open('memory://'))).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
  })

  test('is not followed through a symbolic link in a directory that everybody may write to', () => {
    const link = join(tmpdir(), `mmap-io-test-link-${process.pid}`)
    const target = filePath()
    symlinkSync(target, link)
    atTestEnd(() => rmSync(link))
    expect(thrownBy(() => open(link))).toMatchObject({ code: 'ELOOP' })
    expect(existsSync(target)).toBe(false)
  })

  test('gets a file that only its owner may touch', () => {
    const path = filePath()
    open(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

describe('options', () => {
  test.each([
    [{ maxSize: 4096 }, 'ERR_OUT_OF_RANGE'],
    [{ maxSize: 2 ** 36 }, 'ERR_OUT_OF_RANGE'],
    [{ maxSize: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ maxSize: '1' as unknown as number }, 'ERR_INVALID_ARG_TYPE'],
    [{ openers: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ openers: 1024 }, 'ERR_OUT_OF_RANGE'],
    [{ mode: 'r' as 'ro' }, 'ERR_INVALID_ARG_VALUE'],
  ])('%j are refused', (options, code) => {
    const path = filePath()
    expect(thrownBy(() => open(path, options))).toMatchObject({ code })
    if (existsSync(path)) expect(statSync(path).size).toBe(0)
  })
})

describe('destroying a region', () => {
  test('removes it once nobody has it open', () => {
    const path = filePath()
    const writer = open(path)
    const reader = open(path, { mode: 'ro' })
    expect(thrownBy(() => destroyRegion(path))).toMatchObject({ code: 'ERR_REGION_IN_USE' })
    writer.close()
    expect(thrownBy(() => destroyRegion(path))).toMatchObject({ code: 'ERR_REGION_IN_USE' })
    reader.close()
    expect(destroyRegion(path)).toBe(true)
    expect(existsSync(path)).toBe(false)
    expect(destroyRegion(path)).toBe(false)
  })

  test('refuses what is no region', () => {
    const path = filePath()
    writeFileSync(path, 'x'.repeat(5000))
    expect(thrownBy(() => destroyRegion(path))).toMatchObject({ code: 'ERR_NOT_A_REGION' })
    expect(existsSync(path)).toBe(true)
  })

  test('makes handles of it worthless, also when another has its name', () => {
    const path = filePath()
    const first = open(path)
    const { handle } = first
    first.close()
    destroyRegion(path)
    expect(thrownBy(() => reopenRegion(handle, format))).toMatchObject({ code: 'ERR_REGION_DESTROYED' })
    open(path)
    expect(thrownBy(() => reopenRegion(handle, format))).toMatchObject({ code: 'ERR_REGION_DESTROYED' })
  })
})

describe('a region that nobody holds any more', () => {
  test('is collected, with its slot, its descriptor and its memory', async () => {
    const program = join(__dirname, 'programs', 'forgotten.ts')
    const answer = await askProgram(program, [filePath()], ['--expose-gc'])
    expect(answer).toEqual({ descriptors: 0, mappings: 0, slot: 0 })
  })
})

describe('many who open at once', () => {
  test('make one region', async () => {
    const path = filePath()
    const at = String(Date.now() + 1500)
    const program = join(__dirname, 'programs', 'open-at-once.ts')
    const answers = await Promise.all(Array.from({ length: 6 }, () => askProgram<{ creation: string; made: boolean }>(program, [path, at])))
    expect(new Set(answers.map(({ creation }) => creation)).size).toBe(1)
    expect(answers.filter(({ made }) => made)).toHaveLength(1)
  })
})
