import { closeSync, openSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import mmap from '../../ts'
import { thrownBy } from '../support/errors'
import { openDescriptor, pattern, tempFile } from '../support/temp'

const { PAGESIZE, PROT_READ, PROT_WRITE, MAP_SHARED, MAP_PRIVATE, MAP_ANONYMOUS } = mmap
const RW = PROT_READ | PROT_WRITE

// biome-ignore lint/suspicious/noExplicitAny: what users of untyped JavaScript may pass
const untyped = mmap as any

function mapFile(content: Uint8Array | number = 3 * PAGESIZE): { buffer: Buffer; path: string } {
  const path = tempFile(content)
  const length = readFileSync(path).length
  return { buffer: mmap.map(length, RW, MAP_SHARED, openDescriptor(path)), path }
}

describe('map', () => {
  test('returns a Buffer with the bytes of the file', () => {
    const { buffer } = mapFile(10_000)
    expect(Buffer.isBuffer(buffer)).toBe(true)
    expect(buffer).toHaveLength(10_000)
    expect(buffer.equals(pattern(10_000))).toBe(true)
  })

  test('writes through to the file with MAP_SHARED', () => {
    const { buffer, path } = mapFile()
    buffer.write('written', 5000)
    expect(readFileSync(path).toString('latin1', 5000, 5007)).toBe('written')
  })

  test('keeps writes to itself with MAP_PRIVATE', () => {
    const path = tempFile(PAGESIZE)
    const buffer = mmap.map(PAGESIZE, RW, MAP_PRIVATE, openDescriptor(path, 'r'))
    buffer.fill(0)
    expect(readFileSync(path).equals(pattern(PAGESIZE))).toBe(true)
  })

  test('maps anonymous memory of zeros', () => {
    const buffer = mmap.map(PAGESIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1)
    expect(buffer.every((byte) => byte === 0)).toBe(true)
    buffer[0] = 1
    expect(buffer[0]).toBe(1)
  })

  test('begins at an offset of whole pages', () => {
    const path = tempFile(3 * PAGESIZE)
    const buffer = mmap.map(PAGESIZE, PROT_READ, MAP_SHARED, openDescriptor(path), 2 * PAGESIZE)
    expect(buffer.equals(pattern(PAGESIZE, 2 * PAGESIZE))).toBe(true)
  })

  test('takes advice and a name that only Windows uses', () => {
    const path = tempFile(PAGESIZE)
    const buffer = mmap.map(PAGESIZE, PROT_READ, MAP_SHARED, openDescriptor(path), 0, mmap.MADV_SEQUENTIAL, Buffer.from('name'))
    expect(buffer).toHaveLength(PAGESIZE)
  })

  test('keeps the mapping after the descriptor was closed', () => {
    const path = tempFile(PAGESIZE)
    const fd = openSync(path, 'r')
    const buffer = mmap.map(PAGESIZE, PROT_READ, MAP_SHARED, fd)
    closeSync(fd)
    expect(buffer.equals(pattern(PAGESIZE))).toBe(true)
  })

  test('cuts a size to an integer', () => {
    const path = tempFile(PAGESIZE)
    expect(mmap.map(1.9, PROT_READ, MAP_SHARED, openDescriptor(path))).toHaveLength(1)
  })

  test('accepts a size past the end of the file, and reads zeros there', () => {
    const path = tempFile(100)
    const buffer = mmap.map(4 * PAGESIZE, PROT_READ, MAP_SHARED, openDescriptor(path))
    expect(buffer[99]).toBe(pattern(100)[99])
    expect(buffer[2 * PAGESIZE]).toBe(0)
    expect(thrownBy(() => mmap.incore(buffer)).code).toBe('ERR_MAPPING_TRUNCATED')
  })

  test.each([
    [[], 'mmap: size (arg[0]) must be an integer'],
    [['1', 1, 1, 1], 'mmap: size (arg[0]) must be an integer'],
    [[1, '1', 1, 1], 'mmap: protection_flags (arg[1]) must be an integer'],
    [[1, 1, null, 1], 'mmap: flags (arg[2]) must be an integer'],
    [[1, 1, 1, undefined], 'mmap: fd (arg[3]) must be an integer (a file descriptor)'],
  ])('refuses arguments %j in the ancestors words', (args, message) => {
    const error = thrownBy(() => untyped.map(...args))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe(message)
    expect(error.code).toBe('ERR_INVALID_ARG_TYPE')
  })

  test.each([
    ['size 0', () => mmap.map(0, PROT_READ, MAP_SHARED, readable()), 22, 'EINVAL'],
    ['size NaN', () => mmap.map(Number.NaN, PROT_READ, MAP_SHARED, readable()), 22, 'EINVAL'],
    ['size -1', () => mmap.map(-1, PROT_READ, MAP_SHARED, readable()), 12, 'ENOMEM'],
    ['an unaligned offset', () => mmap.map(1, PROT_READ, MAP_SHARED, readable(), 1), 22, 'EINVAL'],
    ['a negative offset', () => mmap.map(1, PROT_READ, MAP_SHARED, readable(), -PAGESIZE), 22, 'EINVAL'],
    ['flags 0', () => mmap.map(1, PROT_READ, 0, readable()), 22, 'EINVAL'],
    ['an address that the caller chooses', () => mmap.map(1, PROT_READ, MAP_SHARED | mmap.MAP_FIXED, readable()), 22, 'EINVAL'],
    ['flags that no int can hold', () => mmap.map(1, PROT_READ, MAP_SHARED + 2 ** 32, readable()), 22, 'EINVAL'],
    ['a bad descriptor', () => mmap.map(1, PROT_READ, MAP_SHARED, 12_345), 9, 'EBADF'],
    ['a descriptor that no int can hold', () => mmap.map(1, PROT_READ, MAP_SHARED, 2 ** 32 + readable()), 9, 'EBADF'],
    ['a shared, writable mapping of a file opened for reading', () => mmap.map(1, RW, MAP_SHARED, readable()), 13, 'EACCES'],
  ])('refuses %s as the system does', (_, call, errno, code) => {
    const error = thrownBy(call)
    expect(error.message).toBe(`mmap failed, ${errno}`)
    expect(error).toMatchObject({ code, errno: -errno, syscall: 'mmap' })
  })

  test('refuses bad advice and leaves no mapping behind', () => {
    const path = tempFile(PAGESIZE)
    const before = mappingsOf(path)
    const error = thrownBy(() => mmap.map(PAGESIZE, PROT_READ, MAP_SHARED, openDescriptor(path), 0, 4711))
    expect(error.message).toBe('madvise() failed, 22')
    expect(mappingsOf(path)).toBe(before)
  })
})

function readable(): number {
  return openDescriptor(tempFile(PAGESIZE), 'r')
}

function mappingsOf(path: string): number {
  return readFileSync('/proc/self/maps', 'utf8').split(path).length - 1
}

describe('constants', () => {
  test('have the values of the system', () => {
    expect(mmap).toMatchObject({ PROT_NONE: 0, PROT_READ: 1, PROT_WRITE: 2, PROT_EXEC: 4, MAP_SHARED: 1, MAP_PRIVATE: 2 })
    expect(mmap).toMatchObject({ MAP_ANONYMOUS: 32, MAP_POPULATE: 32_768, MAP_NONBLOCK: 65_536, PAGESIZE })
    expect(mmap).toMatchObject({ MADV_NORMAL: 0, MADV_RANDOM: 1, MADV_SEQUENTIAL: 2, MADV_WILLNEED: 3, MADV_DONTNEED: 4 })
    expect(mmap).toMatchObject({ MS_ASYNC: 1, MS_INVALIDATE: 2, MS_SYNC: 4, MCL_CURRENT: 1, MCL_FUTURE: 2, MCL_ONFAULT: 4 })
  })

  test('are enumerable, read-only and not configurable, and so are the functions but sync', () => {
    for (const name of ['PAGESIZE', 'MAP_SHARED', 'map', 'advise', 'incore', 'unmap']) {
      expect(Object.getOwnPropertyDescriptor(mmap, name)).toMatchObject({ enumerable: true, writable: false, configurable: false })
    }
    expect(Object.getOwnPropertyDescriptor(mmap, 'sync')).toMatchObject({ enumerable: true, writable: true, configurable: false })
  })

  test('ignore assignment in sloppy mode and throw in strict mode', () => {
    new Function('mmap', 'mmap.PAGESIZE = 47')(mmap)
    expect(mmap.PAGESIZE).not.toBe(47)
    expect(() => new Function('mmap', '"use strict"; mmap.PAGESIZE = 47')(mmap)).toThrow(TypeError)
  })

  test('are supported when the running kernel knows them', () => {
    expect(mmap.supports('MAP_SHARED')).toBe(true)
    expect(mmap.supports('MADV_WILLNEED')).toBe(true)
    expect(mmap.supports('MADV_NO_SUCH_THING')).toBe(false)
    expect(mmap.supports('constructor')).toBe(false)
    expect(thrownBy(() => untyped.supports(1)).code).toBe('ERR_INVALID_ARG_TYPE')
  })
})

describe('advise', () => {
  test('takes advice for all of a buffer and for whole pages of it', () => {
    const { buffer } = mapFile()
    expect(mmap.advise(buffer, mmap.MADV_RANDOM)).toBeUndefined()
    expect(mmap.advise(buffer, PAGESIZE, PAGESIZE, mmap.MADV_WILLNEED)).toBeUndefined()
    expect(mmap.advise(buffer.subarray(PAGESIZE), mmap.MADV_NORMAL)).toBeUndefined()
  })

  test('refuses 3 arguments', () => {
    const { buffer } = mapFile()
    expect(thrownBy(() => untyped.advise(buffer, 0, 1)).message).toBe(
      'advise() takes 2 or 4 arguments: (buffer :Buffer, advise :int) | (buffer :Buffer, offset :int, length :int, advise :int).',
    )
  })

  test('refuses what is not a mapped buffer, where the ancestors aborted', () => {
    const { buffer } = mapFile()
    expect(thrownBy(() => untyped.advise(1, 1)).message).toBe('advice(): buffer (arg[0]) must be a Buffer')
    expect(thrownBy(() => untyped.advise({}, 1)).message).toBe('advice(): buffer (arg[0]) must be a Buffer')
    expect(thrownBy(() => untyped.advise(buffer, '1')).message).toMatch(/^advice\(\): \(arg\[1\]\) must be an integer/)
    expect(thrownBy(() => mmap.advise(Buffer.alloc(PAGESIZE), mmap.MADV_DONTNEED)).code).toBe('ERR_NOT_MAPPED')
  })

  test('refuses what the kernel refuses, in the ancestors words', () => {
    const { buffer } = mapFile()
    expect(thrownBy(() => mmap.advise(buffer, 4711))).toMatchObject({
      message: 'madvise() failed, 22',
      code: 'EINVAL',
      errno: -22,
      syscall: 'madvise',
    })
    expect(thrownBy(() => mmap.advise(buffer, 2 ** 32 + mmap.MADV_DONTNEED)).message).toBe('madvise() failed, 22')
    expect(thrownBy(() => mmap.advise(buffer.subarray(1), 1)).message).toBe('madvise() failed, 22')
  })

  test.each([
    ['past the end', (length: number) => [PAGESIZE, length]],
    ['at a negative offset', () => [-PAGESIZE, PAGESIZE]],
    ['of a negative length', () => [PAGESIZE, -1]],
    ['that would overflow', () => [PAGESIZE, Number.MAX_SAFE_INTEGER]],
  ])('refuses a range %s, of a buffer and of a subarray', (_, range) => {
    const { buffer } = mapFile()
    for (const view of [buffer, buffer.subarray(0, 2 * PAGESIZE)]) {
      const [offset, length] = range(view.length) as [number, number]
      expect(thrownBy(() => mmap.advise(view, offset, length, mmap.MADV_DONTNEED))).toMatchObject({
        message: 'madvise() failed, 12',
        code: 'ENOMEM',
      })
    }
    expect(buffer.equals(pattern(3 * PAGESIZE))).toBe(true)
  })
})

describe('incore', () => {
  test('counts absent and present pages, in this order', () => {
    const { buffer } = mapFile()
    buffer.fill(1)
    expect(mmap.incore(buffer)).toEqual([0, 3])
    const anonymous = mmap.map(4 * PAGESIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1)
    anonymous[PAGESIZE] = 1
    expect(mmap.incore(anonymous)).toEqual([3, 1])
  })

  test('refuses another number of arguments than 1', () => {
    const { buffer } = mapFile()
    expect(thrownBy(() => untyped.incore()).message).toBe('incore() takes 1 argument: (buffer :Buffer) .')
    expect(thrownBy(() => untyped.incore(buffer, 1)).message).toBe('incore() takes 1 argument: (buffer :Buffer) .')
  })

  test('refuses a subarray that does not start at a page', () => {
    const { buffer } = mapFile()
    expect(thrownBy(() => mmap.incore(buffer.subarray(7)))).toMatchObject({
      message: 'mincore() failed, 22',
      code: 'EINVAL',
      syscall: 'mincore',
    })
    expect(mmap.incore(buffer.subarray(PAGESIZE))).toHaveLength(2)
  })
})

describe('sync', () => {
  test('takes every form of its arguments', () => {
    const { buffer } = mapFile()
    for (const args of [[], [true], [false], [true, true], [0], [PAGESIZE], [0, 0, true], [PAGESIZE, PAGESIZE, true, false], ['x', 'y']]) {
      expect(untyped.sync(buffer, ...args)).toBeUndefined()
    }
  })

  test('refuses an unaligned offset and a range past the end', () => {
    const { buffer } = mapFile()
    expect(thrownBy(() => mmap.sync(buffer, 1))).toMatchObject({
      message: 'msync() failed, 22',
      code: 'EINVAL',
      errno: -22,
      syscall: 'msync',
    })
    expect(thrownBy(() => mmap.sync(buffer, PAGESIZE, buffer.length))).toMatchObject({ message: 'msync() failed, 12', code: 'ENOMEM' })
    expect(thrownBy(() => mmap.sync(buffer, -PAGESIZE, PAGESIZE)).code).toBe('ENOMEM')
  })

  test('refuses what is not a mapped buffer, where the ancestors aborted', () => {
    expect(thrownBy(() => untyped.sync({})).message).toBe('sync(): buffer (arg[0]) must be a Buffer')
    expect(thrownBy(() => untyped.sync()).message).toBe('sync(): buffer (arg[0]) must be a Buffer')
    expect(thrownBy(() => mmap.sync(Buffer.alloc(8))).code).toBe('ERR_NOT_MAPPED')
  })
})
