import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as tags from '../../ts/codec/tags'
import { SHORT_TEXT } from '../../ts/codec/text'
import { decodeValue } from '../../ts/codec/value'
import { ValueStage } from '../../ts/codec/value-stage'
import { thrownBy } from '../support/errors'
import { Room, throughMemory } from './room'

/** Any UTF-16 units, lone surrogates too, on both sides of every threshold. */
const anyText = (most: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: most })
const latin1Text = (most: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 0xff }).map((unit) => String.fromCharCode(unit)), maxLength: most })

function stored(value: unknown): { tag: string | undefined; bytes: string } {
  const stage = new ValueStage()
  const room = new Room()
  stage.stage(value)
  stage.writeTo(room.bytes, room.words, 8)
  return { tag: tags.TAG_NAMES[stage.tag], bytes: room.bytes.toString('hex', 8, 8 + stage.length) }
}

describe('a value', () => {
  test.each([
    ['undefined', undefined, 'undefined', ''],
    ['null', null, 'null', ''],
    ['false', false, 'false', ''],
    ['true', true, 'true', ''],
    ['0', 0, 'integer', '00000000'],
    ['-1', -1, 'integer', 'ffffffff'],
    ['2 ** 31 - 1', 2 ** 31 - 1, 'integer', 'ffffff7f'],
    ['2 ** 31', 2 ** 31, 'double', '000000000000e041'],
    ['-0', -0, 'double', '0000000000000080'],
    ['NaN', Number.NaN, 'double', '000000000000f87f'],
    ['Infinity', Infinity, 'double', '000000000000f07f'],
    ['0n', 0n, 'bigint', '0000000000000000'],
    ['-1n', -1n, 'bigint', 'ffffffffffffffff'],
    ['2n ** 63n', 2n ** 63n, 'bigint', '00000000000000800000000000000000'],
    ['-(2n ** 63n)', -(2n ** 63n), 'bigint', '0000000000000080'],
    ['-(2n ** 64n)', -(2n ** 64n), 'bigint', '0000000000000000ffffffffffffffff'],
    ['the empty string', '', 'latin1', ''],
    ['a short string', 'aé\0', 'latin1', '61e900'],
    ['a wide string', 'aé€', 'utf16', '6100e900ac20'],
    ['a lone surrogate', '\udc00', 'utf16', '00dc'],
    ['no bytes', new Uint8Array(0), 'bytes', ''],
    ['bytes', Buffer.from([1, 2, 255]), 'bytes', '0102ff'],
  ])('has one form: %s', (_, value, tag, bytes) => {
    expect(stored(value)).toEqual({ tag, bytes })
  })

  test('comes back exactly, whatever number it is', () => {
    const numbers = fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), fc.constantFrom(-0, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1))
    fc.assert(
      fc.property(numbers, (value) => Object.is(throughMemory(value), value)),
      { numRuns: 2000 },
    )
  })

  test('comes back exactly, whatever string it is', () => {
    const texts = fc.oneof(latin1Text(80), anyText(80), latin1Text(3000), anyText(3000))
    fc.assert(
      fc.property(texts, (value) => throughMemory(value) === value),
      { numRuns: 1000 },
    )
  })

  test('comes back exactly at every length around the thresholds, narrow and wide', () => {
    for (let length = 0; length <= 2 * SHORT_TEXT + 2; length++) {
      const narrow = Array.from({ length }, (_, i) => String.fromCharCode((i * 37 + length) & 0xff)).join('')
      expect(throughMemory(narrow)).toBe(narrow)
      for (const place of [0, length >> 1, length - 1].filter((at) => at >= 0 && at < length)) {
        const wide = `${narrow.slice(0, place)}\ud83d${narrow.slice(place + 1)}`
        expect(throughMemory(wide)).toBe(wide)
      }
    }
  })

  test('comes back exactly, whatever bigint it is', () => {
    const bigints = fc.oneof(
      fc.bigInt(),
      fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
      fc.bigInt({ min: -(2n ** 2000n), max: 2n ** 2000n }),
    )
    fc.assert(
      fc.property(bigints, (value) => throughMemory(value) === value),
      { numRuns: 1000 },
    )
    for (let bits = 1n; bits < 200n; bits++) {
      for (const value of [2n ** bits, 2n ** bits - 1n, -(2n ** bits), -(2n ** bits) - 1n]) expect(throughMemory(value)).toBe(value)
    }
  })

  test('comes back as a Uint8Array of its own, whatever bytes it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (value, asBuffer) => {
        const back = throughMemory(asBuffer ? Buffer.from(value) : value) as Uint8Array
        expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype)
        expect(back.buffer).toBeInstanceOf(ArrayBuffer)
        expect([...back]).toEqual([...value])
      }),
    )
  })

  test('is read from bytes of another realm, and of a subclass that lies about its length', () => {
    const foreign = runInNewContext('new Uint8Array([1, 2, 3])') as Uint8Array
    expect(throughMemory(foreign)).toEqual(new Uint8Array([1, 2, 3]))
    class Liar extends Uint8Array {
      override get length(): number {
        throw new Error('asked')
      }
    }
    expect(throughMemory(new Liar(100).fill(7))).toEqual(new Uint8Array(100).fill(7))
  })

  test('has the length that its bytes had when it was staged, though their buffer grows', () => {
    const Growable = SharedArrayBuffer as unknown as new (
      length: number,
      options: object,
    ) => SharedArrayBuffer & { grow?(length: number): void }
    const memory = new Growable(100, { maxByteLength: 200 })
    if (memory.grow === undefined) return // Node 18
    const stage = new ValueStage()
    stage.stage(new Uint8Array(memory))
    memory.grow(200)
    const room = new Room(256)
    stage.writeTo(room.bytes, room.words, 0)
    expect(stage.length).toBe(100)
    expect(room.isUntouched(100, 256)).toBe(true)
  })

  test('is found at any offset that is a multiple of four', () => {
    const stage = new ValueStage()
    for (const value of ['abc', 'x'.repeat(100), '€'.repeat(50), 1.5, 7, 2n ** 80n, new Uint8Array(90).fill(3)]) {
      for (const at of [0, 4, 8, 12]) {
        const room = new Room(512)
        stage.stage(value)
        stage.writeTo(room.bytes, room.words, at)
        expect(decodeValue({} as never, stage.tag, room.bytes, room.words, at, stage.length)).toEqual(value)
      }
    }
  })

  test('is found in a window that does not begin where its buffer does', () => {
    const memory = new SharedArrayBuffer(1024)
    const bytes = Buffer.from(memory, 256, 512)
    const words = new Int32Array(memory, 256, 128)
    const stage = new ValueStage()
    for (const value of ['abc', 'x'.repeat(100), new Uint8Array(90).fill(3)]) {
      stage.stage(value)
      stage.writeTo(bytes, words, 8)
      expect(decodeValue({} as never, stage.tag, bytes, words, 8, stage.length)).toEqual(value)
    }
  })

  test('of at most eight bytes lies in the words of its stage', () => {
    const stage = new ValueStage()
    for (const value of [7, 1.5, -1n, 'abc', new Uint8Array([1, 2, 3, 4, 5])]) {
      stage.stage(value)
      const words = stage.words.slice(0, 2)
      expect(stage.length).toBeLessThanOrEqual(8)
      expect(decodeValue({} as never, stage.tag, Buffer.from(words.buffer), words, 0, stage.length)).toEqual(value)
    }
  })
})

describe('a stage', () => {
  test('takes one value after another, short and long', () => {
    const values = ['a', 'x'.repeat(500), 1, 'é€'.repeat(100), 1.5, new Uint8Array(100), 'b', 2n ** 100n, undefined, { a: 1 }]
    const stage = new ValueStage()
    const room = new Room()
    const codec = { encode: () => new Uint8Array(0), decode: (bytes: Uint8Array) => bytes }
    for (const value of [...values, ...values]) {
      stage.stage(value)
      stage.writeTo(room.bytes, room.words, 0)
      if (stage.tag !== tags.OBJECT) expect(decodeValue(codec, stage.tag, room.bytes, room.words, 0, stage.length)).toEqual(value)
      stage.clear()
    }
  })

  test.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
  ])('refuses %s', (_, value) => {
    expect(thrownBy(() => new ValueStage().stage(value))).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
  })

  test('refuses what is longer than its structure takes, and takes what is just as long', () => {
    const stage = new ValueStage(undefined, 100)
    for (const value of ['x'.repeat(101), '€'.repeat(51), new Uint8Array(101), 2n ** 808n]) {
      expect(thrownBy(() => stage.stage(value))).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
    }
    for (const value of ['x'.repeat(100), '€'.repeat(50), new Uint8Array(100), 2n ** 760n]) stage.stage(value)
  })
})
