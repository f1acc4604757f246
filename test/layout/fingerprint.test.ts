import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Field } from '../../ts/layout/field'
import { fnv1a } from '../../ts/layout/fingerprint'
import { type AnyLayout, array, bits, bytes, layout, line, u16, u32 } from '../../ts/layout/layout'
import { built, changesOf, layoutSpec } from './random-layouts'

/** All that makes a format, without the text that the fingerprint is made from. */
function structureOf({ name, byteLength, fields }: AnyLayout): unknown {
  return [name, byteLength, fields.map(({ name, offset, field }) => [name, offset, kindOf(field)])]
}

function kindOf({ kind, byteLength }: Field): unknown {
  if (kind.name === 'layout') return structureOf(kind.layout)
  if (kind.name === 'array') return ['array', kind.count, kind.stride, kindOf(kind.of)]
  return kind.name === 'bits' ? kind.ranges.map(({ name, shift, width }) => [name, shift, width]) : [kind.name, byteLength]
}

describe('fnv1a', () => {
  test.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('hashes %j as its authors do', (text, hash) => {
    expect(fnv1a(text)).toBe(hash)
  })
})

describe('a fingerprint', () => {
  const Pair = layout('Pair', { key: u16, value: u32 })
  const Owner = bits({ free: [0, 1], slot: [2, 10] })
  const Table = layout('Table', { owner: Owner, name: bytes(6), pairs: array(Pair, 3), ends: array(line(u32), 2) })

  test('is the hash of the canonical text', () => {
    expect(Table.canonical).toBe(
      'Table{owner:bits(free:0+1,slot:2+10)@0;name:bytes[6]@4;pairs:Pair{key:u16@0;value:u32@4}8[3*8]@12;ends:u32[2*64]@64}192',
    )
    expect(Table.fingerprint).toBe(fnv1a(Table.canonical))
    expect(Table.fingerprint).toBe(0xde02f448)
  })

  test('changes with whatever changes in a layout, and with nothing else', () => {
    let same = 0
    const property = fc.property(layoutSpec, fc.nat(), (spec, choice) => {
      const changes = changesOf(spec)
      const [before, after] = [built(spec), built(changes[choice % changes.length]!)]
      const unchanged = JSON.stringify(structureOf(before)) === JSON.stringify(structureOf(after))
      if (unchanged) same++
      expect(after.canonical === before.canonical).toBe(unchanged)
      expect(after.fingerprint === before.fingerprint).toBe(unchanged)
    })
    fc.assert(property, { numRuns: 500 })
    expect(same).toBeGreaterThan(0)
  })

  test('has one text for each of the layouts that one change makes', () => {
    fc.assert(
      fc.property(layoutSpec, (spec) => {
        const layouts = [spec, ...changesOf(spec)].map(built)
        const structures = new Set(layouts.map((layout) => JSON.stringify(structureOf(layout))))
        expect(new Set(layouts.map(({ canonical }) => canonical)).size).toBe(structures.size)
      }),
    )
  })

  test('does not change with descriptions, nor with the order in which ranges of bits are named', () => {
    const Described = layout('Table', {
      owner: bits({ slot: [2, 10, 'of the owner'], free: [0, 1] }).is('who'),
      name: bytes(6).is('what'),
      pairs: array(layout('Pair', { key: u16.is('x'), value: u32 }), 3).is('where'),
      ends: array(line(u32), 2),
    })
    expect(Described.fingerprint).toBe(Table.fingerprint)
  })
})
