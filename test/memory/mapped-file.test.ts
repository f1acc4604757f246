import { constants as bufferConstants } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { MappedFile } from '../../ts'
import { PAGE_SIZE } from '../../ts/memory/page'
import { rejectionOf, thrownBy } from '../support/errors'
import { atTestEnd, openDescriptor, pattern, patternAt, tempDirectory, tempFile } from '../support/temp'

const GIB = 2 ** 30

type OpenArguments = Parameters<typeof MappedFile.open>

function opened(...args: OpenArguments): MappedFile {
  const file = MappedFile.open(...args)
  atTestEnd(() => file.close())
  return file
}

function isMapped(path: string): boolean {
  return readFileSync('/proc/self/maps', 'utf8').includes(path)
}

describe('open', () => {
  test('takes a path, a Buffer, a URL, a descriptor and a FileHandle', async () => {
    const path = tempFile(100)
    const handle = await open(path)
    for (const target of [path, Buffer.from(path), pathToFileURL(path), openDescriptor(path), handle]) {
      expect(opened(target).buffer.equals(pattern(100))).toBe(true)
    }
    await handle.close()
  })

  test('leaves a descriptor of the caller open, and does not need it any more', () => {
    const path = tempFile(100)
    const fd = openSync(path, 'r+')
    const file = opened(fd, { mode: 'r+' })
    closeSync(fd)
    file.resize(200)
    file.buffer[199] = 1
    expect(readFileSync(path)[199]).toBe(1)
  })

  test("reads with mode 'r', needing read permission only", () => {
    const file = opened(openDescriptor(tempFile(100), 'r'))
    expect(file).toMatchObject({ mode: 'r', offset: 0, length: 100, shared: false, closed: false, fault: undefined })
  })

  test("writes to the file with mode 'r+'", () => {
    const path = tempFile(100)
    opened(path, { mode: 'r+' }).buffer.write('hello', 50)
    expect(readFileSync(path).toString('latin1', 50, 55)).toBe('hello')
  })

  test("creates the file with mode 'w+', of the given size, for its owner alone", () => {
    const path = join(tempDirectory(), 'new')
    const file = opened(path, { mode: 'w+', size: 10_000 })
    expect(file.length).toBe(10_000)
    expect(statSync(path)).toMatchObject({ size: 10_000 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(10_000)
    const open = join(tempDirectory(), 'open')
    opened(open, { mode: 'w+', size: 1, permissions: 0o644 })
    expect(statSync(open).mode & 0o777).toBe(0o644)
  })

  test("empties an existing file with mode 'w+'", () => {
    const path = tempFile(10_000)
    const file = opened(path, { mode: 'w+', size: 5000 })
    expect(file.buffer.equals(Buffer.alloc(5000))).toBe(true)
    expect(opened(openDescriptor(path), { mode: 'w+', size: 10 }).buffer.equals(Buffer.alloc(10))).toBe(true)
  })

  test("leaves the file alone with mode 'copy'", () => {
    const path = tempFile(100)
    const file = opened(openDescriptor(path, 'r'), { mode: 'copy' })
    file.buffer.fill(0)
    expect(file.buffer[0]).toBe(0)
    expect(readFileSync(path).equals(pattern(100))).toBe(true)
  })

  test("grows a shorter file to size with mode 'r+', and never cuts a longer one", () => {
    const path = tempFile(100)
    expect(opened(path, { mode: 'r+', size: 300 }).length).toBe(300)
    expect(opened(path, { mode: 'r+', size: 50 }).length).toBe(300)
    expect(readFileSync(path).subarray(0, 100).equals(pattern(100))).toBe(true)
  })

  test.each([[1], [100], [4095], [4096], [4097], [10_001]])('begins at offset %i, aligned or not', (offset) => {
    const path = tempFile(12_000)
    const file = opened(path, { mode: 'r+', offset })
    expect(file.length).toBe(12_000 - offset)
    expect(file.buffer.equals(pattern(12_000 - offset, offset))).toBe(true)
    file.buffer[0] = 0xaa
    expect(readFileSync(path)[offset]).toBe(0xaa)
  })

  test('maps a length from an offset, and nothing else', () => {
    const file = opened(tempFile(20_000), { offset: 5001, length: 5000 })
    expect(file.length).toBe(5000)
    expect(file.buffer.equals(pattern(5000, 5001))).toBe(true)
  })

  test('opens an empty file', () => {
    const path = tempFile(0)
    const file = opened(path, { mode: 'r+' })
    expect([file.length, file.buffer.length, file.residency().length]).toEqual([0, 0, 0])
    file.sync()
    file.resize(10)
    expect(file.buffer).toHaveLength(10)
  })

  test.each([
    ['an offset past the end', { offset: 101 }],
    ['a length past the end', { length: 101 }],
    ['a length past the end, from an offset', { offset: 50, length: 51 }],
    ['a negative offset', { offset: -1 }],
    ['a fraction', { offset: 0.5 }],
    ['no number', { length: Number.NaN }],
    ['a maxSize below the size of the file', { mode: 'r+', maxSize: 99 }],
    ['permissions with more bits than there are', { permissions: 0o10000 }],
  ] as const)('refuses %s', (_, options) => {
    expect(thrownBy(() => MappedFile.open(tempFile(100), options))).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
  })

  test.each([
    ['an unknown mode', { mode: 'x' }, 'ERR_INVALID_ARG_VALUE'],
    ['an unknown option', { readonly: true }, 'ERR_INVALID_ARG_VALUE'],
    ['a string for a number', { offset: '1' }, 'ERR_INVALID_ARG_TYPE'],
    ['a number for a boolean', { shared: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ["mode 'w+' without a size", { mode: 'w+' }, 'ERR_INVALID_ARG_VALUE'],
    ["a size with mode 'r'", { size: 1 }, 'ERR_INVALID_ARG_VALUE'],
    ["maxSize with mode 'copy'", { mode: 'copy', maxSize: 1000 }, 'ERR_INVALID_ARG_VALUE'],
    ['length with maxSize', { length: 1, maxSize: 1000 }, 'ERR_INVALID_ARG_VALUE'],
    ['unknown advice', { advice: 'quickly' }, 'ERR_INVALID_ARG_VALUE'],
    ['options that are no object', 5, 'ERR_INVALID_ARG_TYPE'],
    ['null for options', null, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %s, before it touches the file', (_, options, code) => {
    const path = join(tempDirectory(), 'untouched')
    expect(thrownBy(() => MappedFile.open(path, options as never))).toMatchObject({ name: 'TypeError', code })
    expect(existsSync(path)).toBe(false)
  })

  test.each([[undefined], [null], [{}], [[]], [() => 1], [1n]])('refuses %p as a file', (target) => {
    expect(thrownBy(() => MappedFile.open(target as never)).code).toBe('ERR_INVALID_ARG_TYPE')
  })

  test('refuses what cannot be mapped, as the system does', () => {
    const directory = tempDirectory()
    expect(thrownBy(() => MappedFile.open(join(directory, 'missing')))).toMatchObject({ code: 'ENOENT', syscall: 'open' })
    expect(thrownBy(() => MappedFile.open(directory))).toMatchObject({ code: 'EISDIR', syscall: 'mmap', name: 'SystemError' })
    expect(thrownBy(() => MappedFile.open('/dev/zero'))).toMatchObject({ code: 'ENODEV' })
    expect(thrownBy(() => MappedFile.open(12_345))).toMatchObject({ code: 'EBADF' })
    expect(thrownBy(() => MappedFile.open(openDescriptor(tempFile(10), 'r'), { mode: 'r+' }))).toMatchObject({
      code: 'EACCES',
      syscall: 'mmap',
    })
  })

  test('refuses a named pipe at once, and does not wait for its other end', () => {
    const pipe = join(tempDirectory(), 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const options of [{ mode: 'r' }, { mode: 'r+' }, { mode: 'copy' }, { mode: 'w+', size: 10 }] as const) {
      expect(thrownBy(() => MappedFile.open(pipe, options)).code).toBe('ENODEV')
    }
  })

  test.each([
    ['an offset past size', { mode: 'w+', size: 10, offset: 20 }],
    ['a length past size', { mode: 'w+', size: 10, length: 11 }],
    ['a maxSize below size', { mode: 'w+', size: 10, maxSize: 9 }],
    ['a maxSize below size, growing', { mode: 'r+', size: 1000, maxSize: 999 }],
    ['an offset past a file that would grow', { mode: 'r+', size: 1000, offset: 1001 }],
    ['more address space than there is', { mode: 'w+', size: 10, maxSize: 2 ** 52 }],
  ] as const)('refuses %s before it changes the file', (_, options) => {
    const path = tempFile(100)
    expect(thrownBy(() => MappedFile.open(path, options)).code).toMatch(/^ERR_(OUT_OF_RANGE|ADDRESS_SPACE)$/)
    expect(readFileSync(path).equals(pattern(100))).toBe(true)
  })

  test('takes a path of bytes that are no text', () => {
    const path = Buffer.concat([Buffer.from(`${tempDirectory()}/`), Buffer.from([0xff, 0x80])])
    opened(path, { mode: 'w+', size: 10 }).buffer[0] = 3
    expect(readFileSync(path)[0]).toBe(3)
  })

  test("copies more than there is memory with mode 'copy'", () => {
    const path = tempFile(0)
    truncateSync(path, 200 * GIB)
    const file = opened(path, { mode: 'copy' })
    file.view(Uint8Array, 199 * GIB, 1)[0] = 1
    expect(file.view(Uint8Array, 199 * GIB, 1)[0]).toBe(1)
  })

  test('names address space when there is none, and not when nobody asked for it', () => {
    const path = tempFile(100)
    expect(thrownBy(() => MappedFile.open(path, { mode: 'r+', maxSize: 2 ** 52 }))).toMatchObject({
      name: 'MappingError',
      code: 'ERR_ADDRESS_SPACE',
    })
    expect(opened(path, { mode: 'r+' }).maxSize).toBe(4 * GIB)
  })

  test('follows no symbolic link when it creates in a directory that everybody may write to', () => {
    const directory = join(tempDirectory(), 'shared')
    mkdirSync(directory)
    const victim = tempFile(100)
    symlinkSync(victim, join(directory, 'link'))
    chmodSync(directory, 0o1777)
    expect(thrownBy(() => MappedFile.open(join(directory, 'link'), { mode: 'w+', size: 10 })).code).toBe('ELOOP')
    expect(readFileSync(victim).equals(pattern(100))).toBe(true)
    chmodSync(directory, 0o755)
    expect(opened(join(directory, 'link'), { mode: 'w+', size: 10 }).length).toBe(10)
  })

  test('populates, takes advice and asks for huge pages when told to', () => {
    const file = opened(tempFile(4 * PAGE_SIZE), { populate: true, advice: 'random' })
    expect([...file.residency()]).toEqual([1, 1, 1, 1])
    const onShm = join('/dev/shm', `mmap-io-test-${process.pid}`)
    writeFileSync(onShm, '')
    atTestEnd(() => rmSync(onShm))
    expect(opened(onShm, { mode: 'r+', size: 1000, hugePages: true }).length).toBe(1000)
  })
})

describe('view', () => {
  test('makes every kind of view, over the file itself', () => {
    const file = opened(tempFile(4096), { mode: 'r+' })
    for (const Type of [Int8Array, Uint8ClampedArray, Uint16Array, Int32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array]) {
      const view = file.view<NodeJS.TypedArray>(Type, 64, 3)
      expect(view.constructor.name).toBe(Type.name)
      expect([view.length, view.byteLength]).toEqual([3, 3 * Type.BYTES_PER_ELEMENT])
    }
    file.view(Float64Array, 8)[0] = Math.PI
    expect(file.view(DataView, 8, 8).getFloat64(0, true)).toBe(Math.PI)
    expect(file.view(Buffer, 8, 8).readDoubleLE()).toBe(Math.PI)
  })

  test('reaches to the end, in whole elements', () => {
    const file = opened(tempFile(103))
    expect(file.view(Uint32Array, 8).length).toBe(23)
    expect(file.view(Uint8Array, 103).length).toBe(0)
    expect(file.view(DataView, 100).byteLength).toBe(3)
  })

  test('counts alignment from the start of the file', () => {
    const path = tempFile(1000)
    expect(opened(path, { offset: 4 }).view(Uint32Array, 4)[0]).toBe(pattern(1000).readUInt32LE(8))
    expect(opened(path, { offset: 3 }).view(Uint32Array, 1)[0]).toBe(pattern(1000).readUInt32LE(4))
    const refused = thrownBy(() => opened(path, { offset: 3 }).view(Uint32Array, 0))
    expect(refused).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })
    expect(opened(path, { offset: 3 }).view(DataView).getUint32(0, true)).toBe(pattern(1000).readUInt32LE(3))
  })

  test.each([
    [101, undefined],
    [-1, undefined],
    [0, 101],
    [96, 5],
    [0.5, 1],
    [0, -1],
    [8, Number.MAX_SAFE_INTEGER],
  ])('refuses offset %p with length %p', (offset, length) => {
    expect(thrownBy(() => opened(tempFile(100)).view(Uint8Array, offset, length))).toMatchObject({
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
    })
  })

  test.each([[undefined], [Array], [{}], ['Uint8Array'], [ArrayBuffer]])('refuses %p as a type', (Type) => {
    expect(thrownBy(() => opened(tempFile(100)).view(Type as never)).code).toBe('ERR_INVALID_ARG_TYPE')
  })

  test('shares one buffer among the views of a file', () => {
    const file = opened(tempFile(100))
    expect(file.view(Uint8Array, 3).buffer).toBe(file.view(Uint16Array).buffer)
  })

  test('is over a SharedArrayBuffer when the file is shared', () => {
    const file = opened(tempFile(100), { shared: true, mode: 'r+', offset: 5 })
    expect(Object.prototype.toString.call(file.buffer.buffer)).toBe('[object SharedArrayBuffer]')
    expect(file.buffer.equals(pattern(95, 5))).toBe(true)
  })
})

describe('files larger than one buffer', () => {
  test.each([false, true])('are read and written at their far end (shared: %p)', (shared) => {
    const path = tempFile(0)
    truncateSync(path, 40 * GIB)
    const file = opened(path, { mode: 'r+', shared })
    expect(file.length).toBe(40 * GIB)
    const end = 40 * GIB - 16
    file.view(Float64Array, end, 2).set([1.5, 2.5])
    expect([...file.view(Float64Array, end)]).toEqual([1.5, 2.5])
    const bytes = Buffer.alloc(32)
    expect(file.read(end, bytes)).toBe(16)
    expect(bytes.readDoubleLE(8)).toBe(2.5)
    file.write(20 * GIB + 1, Buffer.from('middle'))
    expect(file.view(Buffer, 20 * GIB + 1, 6).toString()).toBe('middle')
    file.sync({ offset: end, length: 16 })
  })

  test('are viewed across the boundary of two windows', () => {
    const path = tempFile(0)
    truncateSync(path, 10 * GIB)
    const file = opened(path, { mode: 'r+', offset: 3 })
    const across = file.view(Buffer, 7 * GIB - 1000, 2000)
    across.fill(3)
    expect(file.view(Buffer, 7 * GIB + 990, 20)[5]).toBe(3)
    expect(file.view(Buffer, 7 * GIB - 1001, 1)[0]).toBe(0)
  })

  test('are viewed by windows as large as a buffer can be, from any byte', () => {
    const { MAX_LENGTH } = bufferConstants
    const path = tempFile(0)
    truncateSync(path, 10 * GIB)
    const file = opened(path)
    const length = Math.min(MAX_LENGTH, 4 * GIB)
    expect(file.view(Buffer, 1, length)).toHaveLength(length)
    if (MAX_LENGTH < 10 * GIB) expect(thrownBy(() => file.view(Buffer, 1, MAX_LENGTH + 1)).code).toBe('ERR_BUFFER_TOO_LARGE')
    expect(file.view(Buffer, 0, 10)).toHaveLength(10)
  })

  test('have no single buffer where the runtime cannot have one', () => {
    const { MAX_LENGTH } = bufferConstants
    const path = tempFile(0)
    truncateSync(path, 5 * GIB)
    const file = opened(path)
    if (MAX_LENGTH >= 5 * GIB) return expect(file.buffer).toHaveLength(5 * GIB)
    expect(thrownBy(() => file.buffer)).toMatchObject({ name: 'RangeError', code: 'ERR_BUFFER_TOO_LARGE' })
  })
})

describe('read and write', () => {
  test('copy bytes out and in', () => {
    const file = opened(tempFile(100), { mode: 'r+', offset: 7 })
    const target = Buffer.alloc(10)
    expect(file.read(3, target)).toBe(10)
    expect(target.equals(pattern(10, 10))).toBe(true)
    file.write(3, new Uint16Array([0x0102, 0x0304]))
    expect([...file.buffer.subarray(3, 7)]).toEqual([2, 1, 4, 3])
  })

  test('read less at the end, and nothing at the end itself', () => {
    const file = opened(tempFile(100))
    const target = Buffer.alloc(10, 0xff)
    expect([file.read(95, target), file.read(100, target)]).toEqual([5, 0])
    expect(target.subarray(5).equals(Buffer.alloc(5, 0xff))).toBe(true)
  })

  test('refuse what does not fit, and write none of it', () => {
    const file = opened(tempFile(100), { mode: 'r+' })
    expect(thrownBy(() => file.write(95, Buffer.alloc(6)))).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
    expect(thrownBy(() => file.read(101, Buffer.alloc(1))).code).toBe('ERR_OUT_OF_RANGE')
    expect(file.buffer.equals(pattern(100))).toBe(true)
  })

  test("refuse to write with mode 'r', and without a view", () => {
    const file = opened(tempFile(100))
    expect(thrownBy(() => file.write(0, Buffer.alloc(1)))).toMatchObject({ name: 'TypeError', code: 'ERR_NOT_WRITABLE' })
    expect(thrownBy(() => file.write(0, 'text' as never)).code).toBe('ERR_INVALID_ARG_TYPE')
    expect(thrownBy(() => file.read(0, new ArrayBuffer(1) as never)).code).toBe('ERR_INVALID_ARG_TYPE')
  })

  test('copy between parts of one file that overlap', () => {
    const file = opened(tempFile(100), { mode: 'r+' })
    file.write(10, file.view(Uint8Array, 0, 50))
    expect(file.view(Buffer, 10, 50).equals(pattern(50))).toBe(true)
  })
})

describe('resize', () => {
  test('grows the file and the mapping under existing views', () => {
    const path = tempFile(100)
    const file = opened(path, { mode: 'r+' })
    const before = file.buffer
    file.resize(1_000_000)
    expect([file.length, file.buffer.length, before.length, statSync(path).size]).toEqual([1_000_000, 1_000_000, 100, 1_000_000])
    before[0] = 0x11
    file.buffer[999_999] = 0x22
    expect([file.buffer[0], readFileSync(path)[999_999]]).toEqual([0x11, 0x22])
    expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(1_000_000)
  })

  test('leaves holes when sparse', () => {
    const path = tempFile(0)
    const file = opened(path, { mode: 'r+', sparse: true, size: 1_000_000 })
    file.resize(100_000_000)
    expect(statSync(path).size).toBe(100_000_000)
    expect(statSync(path).blocks * 512).toBeLessThan(100_000)
    file.buffer[99_999_999] = 1
  })

  test('shrinks the file, and views behind its end read zeros and write nowhere', () => {
    const path = tempFile(10 * PAGE_SIZE)
    const file = opened(path, { mode: 'r+' })
    const before = file.buffer
    file.resize(PAGE_SIZE + 100)
    expect([file.length, statSync(path).size]).toEqual([PAGE_SIZE + 100, PAGE_SIZE + 100])
    expect([before[PAGE_SIZE + 99], before[PAGE_SIZE + 100], before[5 * PAGE_SIZE]]).toEqual([patternAt(PAGE_SIZE + 99), 0, 0])
    before.fill(1)
    expect(statSync(path).size).toBe(PAGE_SIZE + 100)
    expect(file.fault).toBeUndefined()
    file.resize(10 * PAGE_SIZE)
    expect([before[PAGE_SIZE], before[5 * PAGE_SIZE]]).toEqual([1, 0])
    before[5 * PAGE_SIZE] = 7
    expect(readFileSync(path)[5 * PAGE_SIZE]).toBe(7)
  })

  test('shrinks to nothing and grows again, any number of times', () => {
    const path = tempFile(PAGE_SIZE)
    const file = opened(path, { mode: 'r+', offset: 10 })
    for (let round = 1; round <= 200; round++) {
      file.resize(10)
      expect(file.length).toBe(0)
      file.resize(round * 1000)
      file.buffer[file.length - 1] = round
      expect(readFileSync(path)[round * 1000 - 1]).toBe(round & 0xff)
    }
  })

  test('keeps the advice for the pages that growth brings', () => {
    const path = tempFile(PAGE_SIZE)
    const file = opened(path, { mode: 'r+', advice: 'random' })
    file.resize(10 * PAGE_SIZE)
    const areas = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
    const flags = areas.filter((area) => area.includes(path)).map((area) => /VmFlags:(.*)/.exec(area)![1])
    expect(flags.length).toBeGreaterThan(0)
    for (const flag of flags) expect(flag).toContain(' rr')
  })

  test('follows the file when no size is given', () => {
    const path = tempFile(100)
    const reader = opened(path)
    const writer = opened(path, { mode: 'r+' })
    writer.resize(50_000)
    writer.buffer[49_999] = 9
    reader.resize()
    expect([reader.length, reader.buffer[49_999]]).toEqual([50_000, 9])
    expect(thrownBy(() => reader.resize(50_001)).code).toBe('ERR_OUT_OF_RANGE')
    reader.resize(10)
    expect([reader.length, statSync(path).size]).toEqual([10, 50_000])
  })

  test('does not cut what somebody else appended', () => {
    const path = tempFile(100)
    const file = opened(path, { mode: 'r+' })
    const fd = openDescriptor(path)
    ftruncateSync(fd, 100_000)
    file.resize(50_000)
    expect([file.length, statSync(path).size]).toEqual([50_000, 100_000])
  })

  test('shows the same bytes to every mapping of the file', () => {
    const path = tempFile(100)
    const one = opened(path, { mode: 'r+' })
    const two = opened(path, { mode: 'r+', shared: true })
    one.resize(20_000)
    two.resize()
    one.buffer[19_999] = 42
    expect(two.buffer[19_999]).toBe(42)
  })

  test.each([
    ['past maxSize', { mode: 'r+', maxSize: 1000 }, 1001, 'ERR_OUT_OF_RANGE'],
    ['before the offset', { mode: 'r+', offset: 50 }, 49, 'ERR_OUT_OF_RANGE'],
    ['to a fraction', { mode: 'r+' }, 1.5, 'ERR_OUT_OF_RANGE'],
    ['to a string', { mode: 'r+' }, '1', 'ERR_INVALID_ARG_TYPE'],
    ['a mapping of fixed length', { mode: 'r+', length: 10 }, 100, 'ERR_NOT_RESIZABLE'],
    ['a private copy', { mode: 'copy' }, 100, 'ERR_NOT_RESIZABLE'],
  ] as const)('refuses to go %s, and changes nothing', (_, options, size, code) => {
    const path = tempFile(100)
    const file = opened(path, options)
    const { length } = file
    expect(thrownBy(() => file.resize(size as number)).code).toBe(code)
    expect([file.length, statSync(path).size]).toEqual([length, 100])
  })
})

describe('pages', () => {
  test('are synced, advised, locked and prefetched by ranges of bytes', async () => {
    const file = opened(tempFile(5 * PAGE_SIZE), { mode: 'r+', offset: 100 })
    const range = { offset: PAGE_SIZE, length: 1 }
    file.sync()
    file.sync(range)
    await file.syncAsync(range)
    await file.prefetch(range)
    await file.prefetch({ write: true })
    for (const advice of ['normal', 'random', 'sequential', 'willneed', 'cold', 0] as const) file.advise(advice, range)
    file.lock(range)
    file.unlock()
    expect(file.residency(range)).toHaveLength(1)
    expect(file.residency({ offset: PAGE_SIZE - 101, length: 2 })).toHaveLength(2)
    expect([...file.residency()]).toEqual([1, 1, 1, 1, 1])
  })

  test('that the file has lost cannot be prefetched', async () => {
    const path = tempFile(5 * PAGE_SIZE)
    const file = opened(path, { mode: 'r+' })
    truncateSync(path, PAGE_SIZE)
    expect((await rejectionOf(file.prefetch())).code).toBe('ERR_MAPPING_TRUNCATED')
  })

  test.each([[{ offset: 101 }], [{ length: 101 }], [{ offset: 50, length: 51 }], [{ offset: -1 }]])('refuse the range %j', (range) => {
    const file = opened(tempFile(100), { mode: 'r+' })
    for (const call of [() => file.sync(range), () => file.residency(range), () => file.lock(range), () => file.advise('normal', range)]) {
      expect(thrownBy(call)).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
    }
  })
})

describe('close', () => {
  test('unmaps at once, and empties every view', () => {
    const path = tempFile(100)
    const file = MappedFile.open(path)
    const views = [file.buffer, file.view(Uint16Array), file.view(Uint8Array, 5)]
    file.close()
    expect(isMapped(path)).toBe(false)
    expect(views.map((view) => view.length)).toEqual([0, 0, 0])
    expect(file).toMatchObject({ closed: true, length: 0 })
  })

  test('does nothing the second time', () => {
    const file = MappedFile.open(tempFile(100))
    file.close()
    expect(file.close()).toBeUndefined()
  })

  test('is called by using and await using', async () => {
    const path = tempFile(100)
    const file = MappedFile.open(path)
    file[Symbol.dispose]()
    expect(file.closed).toBe(true)
    const other = MappedFile.open(path)
    await other[Symbol.asyncDispose]()
    expect(other.closed).toBe(true)
  })

  test('closes its descriptor, also when a shared view lives on', () => {
    const path = tempFile(100)
    const before = descriptors()
    const file = MappedFile.open(path, { shared: true })
    const view = file.view(Uint8Array)
    file.close()
    expect(descriptors()).toBe(before)
    expect(view[0]).toBe(0)
  })

  test('closes the descriptors of many files', () => {
    const before = descriptors()
    const files = Array.from({ length: 50 }, () => MappedFile.open(tempFile(10), { mode: 'r+' }))
    expect(descriptors()).toBe(before + 50)
    for (const file of files) file.close()
    expect(descriptors()).toBe(before)
  })
})

function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}

test('cannot be posted to another thread, and says so', () => {
  const file = opened(tempFile(100), { shared: true })
  expect(thrownBy(() => structuredClone(file)).name).toBe('DataCloneError')
  expect(structuredClone(file.view(Uint8Array))).toHaveLength(100)
})
