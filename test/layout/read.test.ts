import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { FormatError } from '../../ts/errors'
import { checkRange } from '../../ts/layout/bounds'
import { array, bits, bytes, f64, i32, layout, u8, u16, u32, u64, words } from '../../ts/layout/layout'
import { print } from '../../ts/layout/print'
import { read } from '../../ts/layout/read'
import { Specimen } from '../../ts/layout/specimen'
import { thrownBy } from '../support/errors'
import { built, layoutSpec, valuesOf, write } from './random-layouts'

describe('read', () => {
  test('gives what was written, of any layout, at any offset', () => {
    const filled = layoutSpec.map(built).chain((layout) => fc.tuple(fc.constant(layout), valuesOf(layout.field), fc.nat(9)))
    fc.assert(
      fc.property(filled, ([layout, value, at]) => {
        const buffer = Buffer.alloc(at + layout.byteLength, 0xee)
        write(layout.field, buffer, at, value as never)
        expect(read(layout, buffer, at)).toEqual(value)
      }),
    )
  })

  test('reads all of a Specimen', () => {
    const buffer = Buffer.alloc(Specimen.byteLength)
    buffer.writeUInt32LE(0xffffffff, Specimen.offset.magic)
    buffer.writeBigUInt64LE(2n ** 63n, Specimen.offset.created)
    buffer.writeUInt32LE((7 << 12) | (3 << 2) | 1, Specimen.offset.owner)
    expect(read(Specimen, buffer)).toMatchObject({
      magic: 0xffffffff,
      created: 2n ** 63n,
      owner: { waiters: 1, dirty: 0, slot: 3, generation: 7 },
      weights: [0, 0, 0],
    })
  })

  test('reads one field, and a shared buffer through any view', () => {
    const view = new Int32Array(new SharedArrayBuffer(16), 4)
    view[1] = -5
    expect(read(i32, view, 4)).toBe(-5)
    expect(read(words(2), view)).toEqual([0, 2 ** 32 - 5])
  })

  test('shares no memory with what it has read', () => {
    const buffer = new Uint8Array(4)
    const copy = read(bytes(4), buffer)
    buffer[0] = 1
    expect(copy).toEqual(new Uint8Array(4))
  })

  test.each([
    ['past the end', 9, 'ERR_OUT_OF_RANGE', 'length 8 at offset 9 ends past 16'],
    ['far past the end', 2 ** 53 - 1, 'ERR_OUT_OF_RANGE', 'offset must be'],
    ['ahead of the start', -1, 'ERR_OUT_OF_RANGE', 'offset must be'],
    ['at half a byte', 0.5, 'ERR_OUT_OF_RANGE', 'offset must be'],
  ])('refuses bytes %s', (_, at, code, message) => {
    for (const reader of [read, print]) {
      const error = thrownBy(() => reader(u64, new Uint8Array(16), at))
      expect(error).toMatchObject({ name: 'RangeError', code, message: expect.stringContaining(message) })
    }
  })

  test('refuses what is no view', () => {
    expect(thrownBy(() => read(u8, [1] as never))).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
  })
})

describe('print', () => {
  const Slot = layout('Slot', { pid: u32, state: bits({ live: [0, 1], role: [1, 3] }) })
  const Table = layout('Table', {
    small: u8,
    offset: i32,
    zero: f64,
    big: u64,
    name: bytes(40),
    counts: array(u16, 20),
    slots: array(Slot, 5),
  })

  test('writes a line for each field, and one for all that repeats', () => {
    const buffer = Buffer.alloc(4 + Table.byteLength)
    buffer.writeInt32LE(-70, 4 + Table.offset.offset)
    buffer.writeDoubleLE(-0, 4 + Table.offset.zero)
    buffer.writeBigUInt64LE(2n ** 40n, 4 + Table.offset.big)
    buffer.write('hello\0', 4 + Table.offset.name)
    for (let i = 0; i < 8; i++) buffer.writeUInt16LE(i, 4 + Table.offset.counts + 2 * i)
    buffer.writeUInt32LE(4711, 4 + Table.offset.slots)
    buffer.writeUInt32LE(5, 4 + Table.offset.slots + Slot.offset.state)
    expect(print(Table, buffer, 4)).toEqual([
      '     4  small           0',
      '     8  offset          -70',
      '    12  zero            -0',
      '    20  big             1099511627776 (0x10000000000)',
      '    28  name[0..15]     68 65 6c 6c 6f 00 00 00 00 00 00 00 00 00 00 00  hello...........',
      '    44  name[16..31]    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  ................',
      '    60  name[32..39]    00 00 00 00 00 00 00 00                          ........',
      '    68  counts[0..7]    0 1 2 3 4 5 6 7',
      '    84  counts[8..15]   0 0 0 0 0 0 0 0',
      '   100  counts[16..19]  0 0 0 0',
      '   108  slots[0].pid    4711 (0x1267)',
      '   112  slots[0].state  live 1, role 2',
      '   116  slots[1].pid    0',
      '   120  slots[1].state  live 0, role 0',
      '   124  slots[2..4]     the same',
    ])
  })

  test('writes a million equal words in two lines', () => {
    const lines = ['     0  [0..7]        0 0 0 0 0 0 0 0', '    32  [8..1048575]  the same']
    expect(print(words(2 ** 20), new Uint8Array(2 ** 22))).toEqual(lines)
  })

  test('names every value of any layout, once', () => {
    fc.assert(
      fc.property(layoutSpec.map(built), (layout) => {
        const lines = print(layout, new Uint8Array(layout.byteLength))
        const offsets = lines.map((line) => Number(line.slice(0, 6)))
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
        expect(new Set(offsets).size).toBe(lines.length)
        for (const { offset } of layout.fields) expect(offsets).toContain(offset)
      }),
    )
  })
})

describe('checkRange', () => {
  test('accepts what lies inside, to the last byte', () => {
    for (const [offset, length] of [
      [0, 0],
      [0, 16],
      [16, 0],
      [8, 8],
    ] as const)
      expect(checkRange(offset, length, 16, 'record')).toBeUndefined()
  })

  test.each([
    [8, 9],
    [17, 0],
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [0, 0.5],
    [Number.NaN, 1],
    [0, Number.NaN],
    [2 ** 53, 2 ** 53],
    [1, Number.MAX_SAFE_INTEGER],
    [Number.POSITIVE_INFINITY, 0],
  ])('says that offset %d with length %d is corrupt, and where', (offset, length) => {
    const error = thrownBy(() => checkRange(offset, length, 16, 'segment 3: next record'))
    expect(error).toBeInstanceOf(FormatError)
    expect(error).toMatchObject({
      name: 'FormatError',
      code: 'ERR_CORRUPT',
      message: expect.stringMatching(/^segment 3: next record: (offset|length) /),
    })
  })
})
