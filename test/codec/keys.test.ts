import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hashKey, keyWordCount, readKey } from '../../ts/codec/key'
import { type Key, KeyStage } from '../../ts/codec/key-stage'
import { BYTES, DOUBLE, INTEGER, LATIN1, MAX_KEY_LENGTH, TAG_NAMES, UTF16 } from '../../ts/codec/tags'
import { SHORT_TEXT } from '../../ts/codec/text'
import { MALFORMED } from '../../ts/codec/value'
import { thrownBy } from '../support/errors'
import { Room } from './room'

const anyUnits = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 60 })
const fewUnits = fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'é', '€', '\ud800'), maxLength: 5 })
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, 1, -1, 2 ** 31, -(2 ** 31)))
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fewUnits.map((text) => Buffer.from(text, 'latin1')),
)
const anyKey: fc.Arbitrary<Key> = fc.oneof(anyUnits, fewUnits, anyNumber, anyBytes)

/** The rule of a Map for strings and numbers; bytes are the same key when they are the same bytes. */
function areSame(a: Key, b: Key): boolean {
  if (typeof a === 'object' && typeof b === 'object') return Buffer.compare(a, b) === 0
  return new Map<unknown, unknown>([[a, 1]]).has(b)
}

function wordsOf(key: Key): Int32Array {
  const stage = new KeyStage()
  stage.stage(key)
  const words = new Int32Array(stage.wordCount)
  stage.writeTo(words, 0)
  return words
}

describe('a key', () => {
  test.each<[string, Key, number, string]>([
    ["'a'", 'a', LATIN1, '61'],
    ['1', 1, INTEGER, '01000000'],
    ['-0', -0, INTEGER, '00000000'],
    ['1.5', 1.5, DOUBLE, '000000000000f83f'],
    ['NaN', Number.NaN, DOUBLE, '000000000000f87f'],
    ["'€'", '€', UTF16, 'ac20'],
    ["''", '', LATIN1, ''],
    ['[97]', new Uint8Array([97]), BYTES, '61'],
  ])('has one form: %s', (_, key, tag, bytes) => {
    const stage = new KeyStage()
    stage.stage(key)
    const room = new Room()
    stage.writeTo(room.words, 0)
    expect({ tag: stage.tag, length: stage.length, head: room.words[0] }).toEqual({
      tag,
      length: bytes.length / 2,
      head: (stage.length << 4) | tag,
    })
    expect(room.bytes.toString('hex', 4, 4 + stage.length)).toBe(bytes)
    expect(stage.wordCount).toBe(keyWordCount(room.words[0]!))
  })

  test('is the same as another if and only if its words are', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        const same = areSame(a, b)
        expect(Buffer.compare(Buffer.from(wordsOf(a).buffer), Buffer.from(wordsOf(b).buffer)) === 0).toBe(same)
        expect(areSame(a, a)).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  test('is another in each kind', () => {
    const keys: Key[] = [
      'a',
      97,
      new Uint8Array([97]),
      '97',
      0x61000000,
      '\0',
      '',
      0,
      new Uint8Array(0),
      new Uint8Array(1),
      'a\0',
      'NaN',
      NaN,
    ]
    const forms = keys.map((key) => wordsOf(key).join())
    expect(new Set(forms).size).toBe(keys.length)
  })

  test('comes back from memory as it was, -0 as 0', () => {
    const room = new Room()
    const stage = new KeyStage(1, 2)
    fc.assert(
      fc.property(anyKey, fc.nat(64), (key, index) => {
        stage.stage(key)
        stage.writeTo(room.words, index)
        const back = readKey(room.bytes, room.words, index)
        if (typeof key === 'object') expect(back).toEqual(Uint8Array.from(key))
        else expect(back).toBe(key === 0 ? 0 : key)
        expect(hashKey(room.words, index, 1, 2)).toBe(stage.hash)
      }),
      { numRuns: 5000 },
    )
  })

  test('has the same form and hash at every length, staged short or long, in one piece or as a rope', () => {
    const stage = new KeyStage(3, 4)
    for (let length = 0; length <= 2 * SHORT_TEXT; length++) {
      for (const unit of ['x', '€']) {
        const text = unit.repeat(length)
        stage.stage(text)
        const words = new Int32Array(stage.wordCount)
        stage.writeTo(words, 0)
        expect(Buffer.from(words.buffer).toString('hex', 4, 4 + stage.length)).toBe(
          Buffer.from(text, unit === 'x' ? 'latin1' : 'utf16le').toString('hex'),
        )
        expect(hashKey(words, 0, 3, 4)).toBe(stage.hash)
        stage.stage(`${text.slice(0, length >> 1)}${text.slice(length >> 1)}`)
        expect(stage.matches(words, 0)).toBe(true)
      }
    }
  })
})

describe('a stage of keys', () => {
  test('matches the same key, wherever it lies, and no other', () => {
    const stage = new KeyStage()
    const other = new KeyStage()
    fc.assert(
      fc.property(anyKey, anyKey, fc.nat(50), (a, b, index) => {
        const room = new Room()
        stage.stage(a)
        stage.writeTo(room.words, index)
        other.stage(b)
        expect(stage.matches(room.words, index)).toBe(true)
        expect(other.matches(room.words, index)).toBe(areSame(a, b))
        expect(room.isUntouched(0, index * 4)).toBe(true)
        expect(room.isUntouched((index + stage.wordCount) * 4, 4096)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('forgets the key before, also a longer one', () => {
    const stage = new KeyStage()
    const fresh = (key: Key) => wordsOf(key).join()
    for (const key of [
      'x'.repeat(1000),
      'y',
      'z'.repeat(37),
      '€'.repeat(40),
      'é€',
      new Uint8Array(99).fill(255),
      new Uint8Array(65).fill(1),
      1,
      1.5,
      'ab',
    ]) {
      stage.stage(key)
      const words = new Int32Array(stage.wordCount)
      stage.writeTo(words, 0)
      expect(words.join()).toBe(fresh(key))
    }
  })

  test('does not match past the end of the words', () => {
    const stage = new KeyStage()
    stage.stage('abcdef')
    const words = new Int32Array(4)
    stage.writeTo(words, 1)
    expect(stage.matches(words, 1)).toBe(true)
    expect(stage.matches(words.subarray(0, 3), 1)).toBe(false)
    expect(stage.matches(words, 4)).toBe(false)
    expect(stage.matches(words, 1000)).toBe(false)
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a boolean', true],
    ['a bigint', 1n],
    ['a symbol', Symbol('s')],
    ['a function', () => 1],
    ['an object', {}],
    ['an array', [1]],
    ['another view', new Uint16Array(1)],
    ['a proxy of bytes', new Proxy(new Uint8Array(1), {})],
  ])('refuses %s, and keeps the key before', (_, key) => {
    const stage = new KeyStage()
    stage.stage('before')
    expect(thrownBy(() => stage.stage(key))).toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('a key must be a string, a number or a Uint8Array'),
    })
    expect(stage.matches(wordsOf('before'), 0)).toBe(true)
  })

  test('takes keys of up to 1 MiB', () => {
    const stage = new KeyStage()
    for (const key of ['x'.repeat(MAX_KEY_LENGTH), '€'.repeat(MAX_KEY_LENGTH / 2), new Uint8Array(MAX_KEY_LENGTH)]) {
      stage.stage(key)
      expect(stage.length).toBe(MAX_KEY_LENGTH)
    }
    for (const key of ['x'.repeat(MAX_KEY_LENGTH + 1), '€'.repeat(MAX_KEY_LENGTH / 2 + 1), new Uint8Array(MAX_KEY_LENGTH + 1)]) {
      expect(thrownBy(() => stage.stage(key))).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
    }
  })

  test('finds no key behind a head that none has', () => {
    const heads = [0, 1, 11, 12, 15, ((MAX_KEY_LENGTH + 1) << 4) | LATIN1, -1, (100 << 4) | LATIN1]
    for (const head of heads) {
      const words = new Int32Array([head, 0])
      expect(readKey(Buffer.from(words.buffer), words, 0)).toBe(MALFORMED)
      expect(hashKey(words, 0, 0, 0)).toBe(undefined)
    }
    expect(Object.keys(TAG_NAMES)).toHaveLength(11)
  })
})
