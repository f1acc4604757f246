import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { defaultCodec } from '../../ts/codec/codec'
import { keyWordCount, readKey } from '../../ts/codec/key'
import { BIGINT, MAX_TEXT_LENGTH, OBJECT, TAG_NAMES, UTF16 } from '../../ts/codec/tags'
import { decodeValue, Encoded, finishValue, MALFORMED, readValue } from '../../ts/codec/value'
import { thrownBy } from '../support/errors'

const LENGTH = 256
const anyMemory = fc.uint8Array({ minLength: LENGTH, maxLength: LENGTH }).map((content) => {
  const memory = new SharedArrayBuffer(LENGTH)
  const bytes = Buffer.from(memory)
  bytes.set(content)
  return { bytes, words: new Int32Array(memory) }
})
const anyCount = fc.oneof(
  fc.integer({ min: 0, max: LENGTH }),
  fc.integer({ min: 0, max: 64 }).map((n) => n * 4),
  fc.integer(),
  fc.constantFrom(NaN, 2 ** 32, 2 ** 53, -4),
)
const anyTag = fc.oneof(fc.constantFrom(...Object.keys(TAG_NAMES).map(Number)), fc.integer())

/** How much of the memory a value can have taken. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Encoded) return value.bytes.length
  return value instanceof Uint8Array ? value.length : 0
}

/** `'value'`, or what was thrown. */
function outcome(call: () => unknown): string {
  try {
    call()
    return 'value'
  } catch (error) {
    return `${(error as Error).name} ${(error as NodeJS.ErrnoException).code}`
  }
}

describe('reading garbage', () => {
  test('gives a value, a copy or MALFORMED, and never throws', () => {
    fc.assert(
      fc.property(anyTag, anyMemory, anyCount, anyCount, (tag, { bytes, words }, at, length) => {
        const read = readValue(tag, bytes, words, at, length)
        const isInside = at >= 0 && length >= 0 && at % 4 === 0 && at + length <= LENGTH
        if (!isInside) expect(read).toBe(MALFORMED)
        expect(sizeOf(read)).toBeLessThanOrEqual(isInside ? length : 0)
        expect(['value', 'FormatError ERR_CORRUPT']).toContain(outcome(() => finishValue(read, defaultCodec, at)))
      }),
      { numRuns: 20_000 },
    )
  })

  test('as a key does so, too', () => {
    fc.assert(
      fc.property(anyMemory, anyCount, fc.boolean(), (memory, index, isLikely) => {
        if (isLikely && index < 64) memory.words[index] = (memory.words[index]! & 0x1ff) % 0x1000
        const key = readKey(memory.bytes, memory.words, index)
        if (key !== MALFORMED) expect(['string', 'number', 'object']).toContain(typeof key)
        expect(keyWordCount(memory.words[index] ?? 0)).toBeLessThanOrEqual(1 + 2 ** 18)
      }),
      { numRuns: 20_000 },
    )
  })

  test.each([
    ['an integer of three bytes', 5, 3],
    ['a double of four bytes', 6, 4],
    ['a bigint of no bytes', BIGINT, 0],
    ['a bigint of twelve bytes', BIGINT, 12],
    ['wide text of three bytes', UTF16, 3],
    ['true with a byte', 4, 1],
    ['zeros', 0, 0],
    ['a tag of a later version', 12, 0],
  ])('finds no value in %s', (_, tag, length) => {
    const memory = new SharedArrayBuffer(64)
    const decode = () => decodeValue(defaultCodec, tag, Buffer.from(memory), new Int32Array(memory), 16, length)
    expect(thrownBy(decode)).toMatchObject({ name: 'FormatError', code: 'ERR_CORRUPT', message: 'the bytes at offset 16 are no value' })
  })

  test('finds no string longer than one can be', () => {
    const bytes = { length: 2 ** 32 } as Buffer
    expect(readValue(8, bytes, new Int32Array(0), 0, MAX_TEXT_LENGTH + 1)).toBe(MALFORMED)
    expect(readValue(UTF16, bytes, new Int32Array(0), 0, MAX_TEXT_LENGTH * 2 + 2)).toBe(MALFORMED)
  })
})

describe('decoding an object from garbage', () => {
  const objects = fc.oneof(
    fc.object({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
    fc.array(fc.anything()),
  )

  function decode(content: Uint8Array): string {
    const memory = new SharedArrayBuffer(Math.ceil(content.length / 4) * 4)
    const bytes = Buffer.from(memory)
    bytes.set(content)
    return outcome(() => decodeValue(defaultCodec, OBJECT, bytes, new Int32Array(memory), 0, content.length))
  }

  test('gives a value or ERR_CORRUPT, for an object with bytes changed and cut', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 })
    fc.assert(
      fc.property(objects, changes, fc.nat(), (object, changed, cut) => {
        const content = Uint8Array.from(defaultCodec.encode(object))
        for (const [place, byte] of changed) content[place % content.length] = byte
        expect(['value', 'FormatError ERR_CORRUPT']).toContain(decode(content))
        expect(['value', 'FormatError ERR_CORRUPT']).toContain(decode(content.subarray(0, cut % content.length)))
      }),
      { numRuns: 5000 },
    )
  })

  test('gives a value or ERR_CORRUPT, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (content) => {
        expect(['value', 'FormatError ERR_CORRUPT']).toContain(decode(content))
      }),
      { numRuns: 20_000 },
    )
  })

  test.each([
    ['an array of 2 ** 32 - 1', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['a map of 2 ** 32 - 1', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['a string of 4 GiB', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['bytes of 4 GiB', [0xc6, 0xff, 0xff, 0xff, 0xff]],
    ['an extension of 4 GiB', [0xc9, 0xff, 0xff, 0xff, 0xff, 0x74]],
    ['a thousand arrays of 32 million', Array.from({ length: 5000 }, (_, i) => [0xdd, 0x01, 0xff, 0xff, 0xff][i % 5]!)],
    ['a million arrays in each other', Array.from({ length: 1_000_000 }, () => 0x91)],
    ['a record that names itself', [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x40]],
    ['a reference to nothing', [0xd6, 0x70, 0, 0, 0, 1]],
  ])('takes no memory for what is not there: %s', (_, content) => {
    const before = process.memoryUsage()
    const start = performance.now()
    expect(decode(Uint8Array.from(content))).toMatch(/^FormatError ERR_CORRUPT$/)
    const after = process.memoryUsage()
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(64 * 2 ** 20)
    expect(performance.now() - start).toBeLessThan(2000)
  })

  test('keeps the cause', () => {
    const memory = new SharedArrayBuffer(8)
    const error = thrownBy(() => decodeValue(defaultCodec, OBJECT, Buffer.from(memory), new Int32Array(memory), 0, 8))
    expect(error).toMatchObject({ code: 'ERR_CORRUPT', message: expect.stringContaining('an object of 8 bytes cannot be decoded') })
    expect(error.cause).toBeInstanceOf(Error)
  })
})
