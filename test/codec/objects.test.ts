import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { checkCodec, defaultCodec } from '../../ts/codec/codec'
import { Encoded, readValue } from '../../ts/codec/value'
import { ValueStage } from '../../ts/codec/value-stage'
import { thrownBy } from '../support/errors'
import { Room, throughMemory } from './room'

/** What a program prints that runs without jest. */
function printed(program: string): string {
  const root = join(__dirname, '..', '..')
  const beginning = `
    const assert = require('node:assert/strict')
    const { defaultCodec } = require('./ts/codec/codec.ts')
    const { decodeValue } = require('./ts/codec/value.ts')
    const { ValueStage } = require('./ts/codec/value-stage.ts')
    const stage = new ValueStage()`
  const args = ['--require', join(root, 'test', 'support', 'typescript.cjs'), '-e', beginning + program]
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trim()
}

describe('an object', () => {
  test.each<[string, unknown]>([
    ['an object', { a: 1, b: { c: [true, null, undefined, 'x'] } }],
    ['an empty object', {}],
    ['an array', [1, [2, [3]]]],
    ['a Map', new Map<unknown, unknown>([[1, 'a'], ['k', { z: 1 }]])], // biome-ignore format: one case a line
    ['a Set', new Set([1, 'a'])],
    ['a Date', new Date(1_700_000_000_123)],
    ['a Date before 1970', new Date(-1_500_000_000_001)],
    ['a RegExp', /a+/gi],
    ['an error', new TypeError('boom')],
    ['a DataView', new DataView(new Uint8Array([1, 2]).buffer)],
    ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
    ['bigints', [2n ** 100n, -(2n ** 64n), 5n]],
    ['numbers', [Number.NaN, Infinity, 0.1, 2 ** 53, -(2 ** 31) - 1]],
  ])('comes back: %s', (_, value) => {
    expect(throughMemory(value)).toEqual(value)
    expect(Object.prototype.toString.call(throughMemory(value))).toBe(Object.prototype.toString.call(value))
  })

  test('comes back with its cycles and with what it has twice', () => {
    const cyclic: Record<string, unknown> = { twice: { a: 1 } }
    cyclic.self = cyclic
    cyclic.again = cyclic.twice
    const back = throughMemory(cyclic) as typeof cyclic
    expect(back.self).toBe(back)
    expect(back.again).toBe(back.twice)
  })

  test('comes back from JSON of any kind', () => {
    // Except for what docs/format/values.md names.
    const hasExceptions = (value: unknown) =>
      /-0|__proto__|\\ud[89a-f]/.test(JSON.stringify(value, (_, part) => (Object.is(part, -0) ? '-0' : part)))
    const objects = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())).filter((value) => !hasExceptions(value))
    fc.assert(
      fc.property(objects, (value) => expect(throughMemory(value)).toEqual(JSON.parse(JSON.stringify(value)))),
      { numRuns: 500 },
    )
  })

  test('differs as the documentation says', () => {
    class Point {
      x = 1
    }
    expect(throughMemory(new Point())).toEqual({ x: 1 })
    expect(Object.getPrototypeOf(throughMemory(new Point()))).toBe(Object.prototype)
    expect(throughMemory([-0])).toEqual([0])
    expect(throughMemory(Object.assign([1], { 2: 3 }))).toStrictEqual([1, undefined, 3])
    expect(throughMemory(['\ud800'])).not.toEqual(['\ud800'])
    expect(throughMemory({ f() {} })).toEqual({ f: undefined })
    expect(throughMemory(JSON.parse('{"__proto__":1}'))).toEqual({ __proto_: 1 })
  })

  test('is decoded from a copy that nobody else has', () => {
    const codec = { encode: () => new Uint8Array([1, 2, 3]), decode: (bytes: Uint8Array) => bytes }
    const room = new Room()
    const stage = new ValueStage(codec)
    stage.stage({})
    stage.writeTo(room.bytes, room.words, 0)
    const read = readValue(stage.tag, room.bytes, room.words, 0, stage.length)
    room.bytes.fill(0)
    expect(read).toBeInstanceOf(Encoded)
    expect((read as Encoded).bytes).toEqual(new Uint8Array([1, 2, 3]))
    expect((read as Encoded).bytes.buffer).toBeInstanceOf(ArrayBuffer)
  })

  // Outside of jest, which gives tests a realm with typed arrays of its own.
  test('comes back as the typed array it was', () => {
    const program = `
      const types = [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array]
      const arrays = [...types.map((Type) => new Type([1, 2, 3.5])), new BigInt64Array([-1n]), new BigUint64Array([1n])]
      for (const value of [...arrays, arrays]) {
        stage.stage(value)
        const bytes = Buffer.from(new ArrayBuffer((stage.length + 3) & ~3))
        stage.writeTo(bytes, new Int32Array(bytes.buffer), 0)
        const back = decodeValue(defaultCodec, stage.tag, bytes, new Int32Array(bytes.buffer), 0, stage.length)
        assert.deepStrictEqual(back, value)
      }
      console.log('exact')`
    expect(printed(program)).toBe('exact')
  })

  test('loads its codec only when there is one', () => {
    const program = `
      const isLoaded = () => Object.keys(require.cache).some((file) => file.includes('msgpackr'))
      stage.stage('text')
      const before = isLoaded()
      stage.stage({})
      console.log(before, isLoaded())`
    expect(printed(program)).toBe('false true')
  })
})

describe('a codec of the user', () => {
  const throwing = (error: unknown) => ({
    encode(): Uint8Array {
      throw error
    },
    decode(): unknown {
      throw error
    },
  })

  test('gets what has no form of its own, and nothing else', () => {
    const seen: unknown[] = []
    const codec = {
      encode(value: unknown): Uint8Array {
        seen.push(value)
        return Buffer.from('x')
      },
      decode: () => 'decoded',
    }
    const object = {}
    for (const value of ['a', 1, 1n, true, null, undefined, new Uint8Array(1)]) throughMemory(value, codec)
    expect(throughMemory(object, codec)).toBe('decoded')
    expect(seen).toEqual([object])
    expect(seen[0]).toBe(object)
  })

  test('passes its errors on as they are', () => {
    const error = new Error('mine')
    expect(thrownBy(() => throughMemory({}, throwing(error)))).toBe(error)
    expect(thrownBy(() => throughMemory({}, { ...throwing(error), encode: () => new Uint8Array(1) }))).toBe(error)
  })

  test.each([
    ['a string', 'text'],
    ['undefined', undefined],
    ['another view', new Uint16Array(1)],
    ['a promise', Promise.resolve()],
  ])('may not encode to %s', (_, result) => {
    const codec = { encode: () => result as unknown as Uint8Array, decode: () => 0 }
    expect(thrownBy(() => throughMemory({}, codec))).toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('encode must return a Uint8Array'),
    })
  })

  test('may not encode to more than the structure takes', () => {
    const stage = new ValueStage({ encode: () => new Uint8Array(101), decode: () => 0 }, 100)
    expect(thrownBy(() => stage.stage({}))).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
  })

  test('may use the very stage that called it', () => {
    const codec = {
      encode(): Uint8Array {
        stage.stage('inner')
        return Buffer.from('outer')
      },
      decode: () => 0,
    }
    const stage = new ValueStage(codec)
    const room = new Room()
    stage.stage({})
    stage.writeTo(room.bytes, room.words, 0)
    expect(room.bytes.toString('latin1', 0, stage.length)).toBe('outer')
  })

  test('has both functions, or is refused', () => {
    expect(checkCodec(undefined)).toBe(defaultCodec)
    expect(checkCodec(JSON_CODEC)).toBe(JSON_CODEC)
    for (const codec of [null, 1, 'json', {}, { encode() {} }, { decode() {} }]) {
      expect(thrownBy(() => checkCodec(codec))).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
    }
  })
})

const JSON_CODEC = {
  encode: (value: unknown) => Buffer.from(JSON.stringify(value)),
  decode: (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()),
}
