import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bits } from '../../ts/layout/layout'
import { thrownBy } from '../support/errors'

const Owner = bits({ waiters: [0, 1], dirty: [1, 1], slot: [2, 10], generation: [12, 20] })

describe('bits', () => {
  test('have the shift, the mask and the largest value of each range', () => {
    expect(Owner.shift).toEqual({ waiters: 0, dirty: 1, slot: 2, generation: 12 })
    expect(Owner.mask).toEqual({ waiters: 1, dirty: 2, slot: 0xffc, generation: 0xfffff000 })
    expect(Owner.max).toEqual({ waiters: 1, dirty: 1, slot: 1023, generation: 0xfffff })
  })

  test('may take a whole word', () => {
    const Whole = bits({ all: [0, 32] })
    expect([Whole.mask.all, Whole.max.all, Whole.split(-1).all, Whole.pack({ all: 0x80000000 })]).toEqual([
      0xffffffff, 0xffffffff, 0xffffffff, 0x80000000,
    ])
  })

  test('pack what they split, also of a signed word', () => {
    fc.assert(
      fc.property(fc.integer(), (word) => {
        expect(Owner.pack(Owner.split(word))).toBe(word >>> 0)
      }),
    )
  })

  test('pack ranges that are not named as 0', () => {
    expect(Owner.pack({ slot: 3 })).toBe(12)
  })

  test('stay what they are with a description', () => {
    expect(Owner.is('a word').mask.slot).toBe(0xffc)
    expect(Owner.is('a word').meaning).toBe('a word')
  })

  test.each([
    ['ranges that overlap', () => bits({ a: [0, 3], b: [2, 1] })],
    ['a range past bit 31', () => bits({ a: [30, 3] })],
    ['an empty range', () => bits({ a: [0, 0] })],
    ['a negative shift', () => bits({ a: [-1, 2] })],
    ['a value that does not fit', () => Owner.pack({ slot: 1024 })],
    ['a value below 0', () => Owner.pack({ slot: -1 })],
    ['a value that is not whole', () => Owner.pack({ slot: 0.5 })],
    ['a range that is none', () => Owner.pack({ slots: 1 } as object)],
  ])('refuse %s', (_, misuse) => {
    expect(thrownBy(misuse)).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
  })
})
