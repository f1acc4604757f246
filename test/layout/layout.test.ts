import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { aligned, array, bits, bytes, f64, i32, layout, line, u8, u16, u32, u64, words } from '../../ts/layout/layout'
import { read } from '../../ts/layout/read'
import { thrownBy } from '../support/errors'
import { built, layoutSpec } from './random-layouts'

const LogHeader = layout('LogHeader', {
  magic: u32,
  format: u32,
  capacity: u32.is('bytes in the ring, a power of two'),
  tail: line(u32),
  head: line(u32),
})

describe('a layout', () => {
  test('has offsets, indexes of words, and a length', () => {
    expect(LogHeader.offset).toEqual({ magic: 0, format: 4, capacity: 8, tail: 64, head: 128 })
    expect(LogHeader.index).toEqual({ magic: 0, format: 1, capacity: 2, tail: 16, head: 32 })
    expect(LogHeader).toMatchObject({ name: 'LogHeader', byteLength: 192, alignment: 64 })
  })

  test('aligns every kind to its own length', () => {
    const { offset, byteLength } = layout('All', {
      a: u8,
      b: u16,
      c: u8,
      d: i32,
      e: u8,
      f: u64,
      g: u8,
      h: f64,
      i: u8,
      j: bytes(3),
      k: words(2),
    })
    expect(offset).toEqual({ a: 0, b: 2, c: 4, d: 8, e: 12, f: 16, g: 24, h: 32, i: 40, j: 41, k: 44 })
    expect(byteLength).toBe(56)
  })

  test('puts what follows a line onto the next, and what follows aligned bytes right behind them', () => {
    const { offset, byteLength } = layout('Apart', { a: u8, b: line(words(17)), c: u8, d: aligned(16, bytes(2)), e: u8 })
    expect(offset).toEqual({ a: 0, b: 64, c: 192, d: 208, e: 210 })
    expect(byteLength).toBe(256)
  })

  test('gives each element of an array the room that its alignment asks for', () => {
    const Slot = layout('Slot', { state: line(u32), owner: u32 })
    const { offset, byteLength } = layout('Table', {
      lines: array(line(u32), 3),
      eights: array(aligned(8, u32), 3),
      slots: array(Slot, 2),
      end: u8,
    })
    expect(offset).toEqual({ lines: 0, eights: 192, slots: 256, end: 512 })
    expect(byteLength).toBe(576)
  })

  test('stands in another one like a field', () => {
    const Pair = layout('Pair', { key: u8, value: u64 })
    const { offset, index, byteLength } = layout('Outer', { first: u8, pair: Pair.is('a pair'), last: u8 })
    expect(offset).toEqual({ first: 0, pair: 8, last: 24 })
    expect(index).toEqual({ pair: 2 })
    expect(byteLength).toBe(32)
  })

  test('has an index for fields made of words alone', () => {
    const Bytes = layout('Bytes', { a: u8, b: f64 })
    const { index } = layout('Words', {
      a: u32,
      b: i32,
      c: u64,
      d: words(2),
      e: bits({ x: [0, 1] }),
      f: array(u64, 1),
      g: bytes(8),
      h: f64,
      i: Bytes,
      j: array(Bytes, 2),
    })
    expect(index).toEqual({ a: 0, b: 1, c: 2, d: 4, e: 6, f: 8 })
  })

  test('describes its fields in order', () => {
    expect(LogHeader.fields.map(({ name, offset, field }) => `${name} ${offset} ${field} ${field.meaning}`)).toEqual([
      'magic 0 u32 ',
      'format 4 u32 ',
      'capacity 8 u32 bytes in the ring, a power of two',
      'tail 64 u32 ',
      'head 128 u32 ',
    ])
  })

  test('cannot be changed', () => {
    const parts = [
      LogHeader,
      LogHeader.offset,
      LogHeader.index,
      LogHeader.fields,
      LogHeader.fields[0],
      LogHeader.field,
      u32,
      u32.is('x'),
      u32.kind,
    ]
    for (const part of parts) expect(Object.isFrozen(part)).toBe(true)
  })

  test('keeps a description through line and aligned', () => {
    expect(line(u32.is('tail')).meaning).toBe('tail')
    expect(aligned(8, u32.is('tail')).meaning).toBe('tail')
    expect(u32.meaning).toBe('')
  })
})

describe('layout', () => {
  test.each([
    ['a name that is none in C', () => layout('log-header', { a: u32 }), 'ERR_INVALID_ARG_VALUE'],
    ['a name that is not a string', () => layout(7 as never, { a: u32 }), 'ERR_INVALID_ARG_TYPE'],
    ['a field name that is none in C', () => layout('Log', { 'a-b': u32 }), 'ERR_INVALID_ARG_VALUE'],
    ['a field name that JavaScript would move to the front', () => layout('Log', { a: u32, 1: u32 }), 'ERR_INVALID_ARG_VALUE'],
    ['no field', () => layout('Log', {}), 'ERR_INVALID_ARG_VALUE'],
    ['no bytes', () => bytes(0), 'ERR_OUT_OF_RANGE'],
    ['half an element', () => words(1.5), 'ERR_OUT_OF_RANGE'],
    ['a negative count', () => array(u8, -1), 'ERR_OUT_OF_RANGE'],
    ['an alignment that is no power of two', () => aligned(24, u8), 'ERR_OUT_OF_RANGE'],
    ['an alignment larger than a page', () => aligned(8192, u8), 'ERR_OUT_OF_RANGE'],
  ])('refuses %s', (_, describeWrongly, code) => {
    expect(thrownBy(describeWrongly)).toMatchObject({ code })
  })
})

describe('any layout', () => {
  test('has fields in order, aligned, apart from each other and inside its length', () => {
    fc.assert(
      fc.property(layoutSpec, (spec) => {
        const { fields, byteLength, alignment, offset } = built(spec)
        expect(fields.map(({ name }) => name)).toEqual(spec.fields.map(({ name }) => name))
        let end = 0
        for (const { name, offset: start, field } of fields) {
          expect(start).toBeGreaterThanOrEqual(end)
          expect(start % field.alignment).toBe(0)
          expect(alignment % field.alignment).toBe(0)
          expect(offset[name]).toBe(start)
          end = start + field.byteLength
        }
        expect(byteLength).toBeGreaterThanOrEqual(end)
        expect(byteLength % alignment).toBe(0)
        expect(byteLength - end).toBeLessThan(2 * alignment)
      }),
    )
  })

  test('leaves no room that alignment does not ask for', () => {
    fc.assert(
      fc.property(layoutSpec, (spec) => {
        let end = 0
        for (const { offset, field } of built(spec).fields) {
          expect(offset - end).toBeLessThan(field.alignment)
          end = offset + field.span
        }
      }),
    )
  })
})

describe('the compiler', () => {
  // Checked by `npm run check:types`: each line below the comment must be an error.
  test('knows the names and kinds of fields', () => {
    const Owner = bits({ slot: [2, 10] })
    const Outer = layout('Outer', { log: LogHeader, small: u8, ratio: f64, big: u64, owner: Owner.is('a word'), many: array(Owner, 2) })
    // @ts-expect-error: a misspelt name
    expect(LogHeader.offset.tial).toBeUndefined()
    // @ts-expect-error: a byte has no index
    expect(Outer.index.small).toBeUndefined()
    // @ts-expect-error: nor has a number of eight bytes that is not two words
    expect(Outer.index.ratio).toBeUndefined()
    // @ts-expect-error: a misspelt range
    expect(Owner.mask.slit).toBeUndefined()
    const value = read(Outer, Buffer.alloc(Outer.byteLength))
    // @ts-expect-error: a u64 is a bigint
    const big: number = value.big
    // @ts-expect-error: no such field
    expect(value.log.tial).toBeUndefined()
    const typed: [bigint, number, number, number, number] = [
      value.big,
      value.log.tail,
      value.owner.slot,
      value.many[1]!.slot,
      Outer.index.log,
    ]
    expect([big, ...typed]).toEqual([0n, 0n, 0, 0, 0, 0])
    // @ts-expect-error: numbers are for reading
    expect(() => (LogHeader.offset.tail = 8)).toThrow(TypeError)
  })
})
