import fc from 'fast-check'
import type { Field, FieldLike } from '../../ts/layout/field'
import { aligned, array, bits, bytes, f64, i32, type Layout, layout, line, u8, u16, u32, u64 } from '../../ts/layout/layout'

/** A layout as plain data, to be built, changed and filled with values. */
export type Spec =
  | { kind: keyof typeof NUMBERS }
  | { kind: 'bytes'; count: number }
  | { kind: 'bits'; widths: number[] }
  | { kind: 'array'; of: Spec; count: number }
  | { kind: 'line'; of: Spec }
  | { kind: 'aligned'; alignment: number; of: Spec }
  | LayoutSpec

export interface LayoutSpec {
  kind: 'layout'
  name: string
  fields: { name: string; of: Spec }[]
}

const NUMBERS = { u8, u16, u32, i32, u64, f64 }

const LARGEST = { u8: 2 ** 8 - 1, u16: 2 ** 16 - 1, u32: 2 ** 32 - 1 }

export function built(spec: LayoutSpec): Layout {
  return layout(spec.name, Object.fromEntries(spec.fields.map(({ name, of }) => [name, builtField(of)])))
}

function builtField(spec: Spec): FieldLike {
  switch (spec.kind) {
    case 'bytes':
      return bytes(spec.count)
    case 'bits':
      return bits(Object.fromEntries(rangesOf(spec.widths)))
    case 'array':
      return array(builtField(spec.of), spec.count)
    case 'line':
      return line(builtField(spec.of))
    case 'aligned':
      return aligned(spec.alignment, builtField(spec.of))
    case 'layout':
      return built(spec)
    default:
      return NUMBERS[spec.kind]
  }
}

/** Ranges b0, b1, …, one behind the other. */
function rangesOf(widths: number[]): [name: string, range: [shift: number, width: number]][] {
  return widths.map((width, i) => [`b${i}`, [widths.slice(0, i).reduce((sum, each) => sum + each, 0), width]])
}

// ---- random ones ----------------------------------------------------------------

const fieldNames = fc.uniqueArray(fc.stringMatching(/^[a-z][A-Za-z0-9]{0,6}$/), { minLength: 1, maxLength: 6 })
const layoutName = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,6}$/)
const count = fc.integer({ min: 1, max: 5 })

const { layoutSpec } = fc.letrec<{ spec: Spec; layoutSpec: LayoutSpec }>((tie) => ({
  spec: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ kind: fc.constantFrom(...(Object.keys(NUMBERS) as (keyof typeof NUMBERS)[])) }),
    fc.record({ kind: fc.constant('bytes'), count: fc.integer({ min: 1, max: 70 }) }),
    fc.record({ kind: fc.constant('bits'), widths: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('array'), of: tie('spec'), count }),
    fc.record({ kind: fc.constant('line'), of: tie('spec') }),
    fc.record({ kind: fc.constant('aligned'), alignment: fc.constantFrom(1, 2, 8, 64, 128), of: tie('spec') }),
    tie('layoutSpec'),
  ) as fc.Arbitrary<Spec>,
  layoutSpec: fc.tuple(layoutName, fieldNames, fc.array(tie('spec'), { minLength: 6, maxLength: 6 })).map(([name, names, specs]) => ({
    kind: 'layout',
    name,
    fields: names.map((name, i) => ({ name, of: specs[i]! })),
  })),
}))

export { layoutSpec }

/** All values that a field can hold. */
export function valuesOf({ kind, byteLength }: Field): fc.Arbitrary<unknown> {
  switch (kind.name) {
    case 'i32':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    case 'u64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    case 'f64':
      return fc.double()
    case 'bytes':
      return fc.uint8Array({ minLength: byteLength, maxLength: byteLength })
    case 'bits':
      return fc.record(Object.fromEntries(kind.ranges.map(({ name, width }) => [name, fc.integer({ min: 0, max: 2 ** width - 1 })])))
    case 'array':
      return fc.array(valuesOf(kind.of), { minLength: kind.count, maxLength: kind.count })
    case 'layout':
      return fc.record(Object.fromEntries(kind.layout.fields.map(({ name, field }) => [name, valuesOf(field)])))
    default:
      return fc.integer({ min: 0, max: LARGEST[kind.name] })
  }
}

/** Writes a value by the offsets of the layout: the straightforward inverse of `read`. */
export function write({ kind }: Field, buffer: Buffer, at: number, value: never): void {
  switch (kind.name) {
    case 'u8':
      buffer.writeUInt8(value, at)
      break
    case 'u16':
      buffer.writeUInt16LE(value, at)
      break
    case 'u32':
      buffer.writeUInt32LE(value, at)
      break
    case 'i32':
      buffer.writeInt32LE(value, at)
      break
    case 'u64':
      buffer.writeUInt32LE(Number(value & 0xffffffffn), at)
      buffer.writeUInt32LE(Number(value >> 32n), at + 4)
      break
    case 'f64':
      buffer.writeDoubleLE(value, at)
      break
    case 'bytes':
      buffer.set(value, at)
      break
    case 'bits':
      buffer.writeUInt32LE(
        kind.ranges.reduce((word, { name, shift }) => word + value[name] * 2 ** shift, 0),
        at,
      )
      break
    case 'array':
      for (let i = 0; i < kind.count; i++) write(kind.of, buffer, at + i * kind.stride, value[i]!)
      break
    case 'layout':
      for (const { name, offset, field } of kind.layout.fields) write(field, buffer, at + offset, value[name])
  }
}

// ---- one change -----------------------------------------------------------------

/** Every way to change one thing in a layout. Some change only how it is said: a line where a line began anyway. */
export function changesOf(spec: LayoutSpec): LayoutSpec[] {
  const { name, fields } = spec
  const inner = fields.flatMap(({ name, of }, i) => fieldChangesOf(of).map((changed) => replaced(fields, i, { name, of: changed })))
  const renamed = fields.map(({ name, of }, i) => replaced(fields, i, { name: `${name}X`, of }))
  const swapped = fields.slice(1).map((field, i) => replaced(replaced(fields, i, field), i + 1, fields[i]!))
  const shorter = fields.length > 1 ? fields.map((_, i) => fields.filter((field) => field !== fields[i])) : []
  const longer = [fields.concat({ name: 'added', of: { kind: 'u8' } })]
  return [
    { ...spec, name: `${name}X` },
    ...[inner, renamed, swapped, shorter, longer].flat().map((fields): LayoutSpec => ({ ...spec, fields })),
  ]
}

function fieldChangesOf(spec: Spec): Spec[] {
  switch (spec.kind) {
    case 'bytes':
      return [
        { ...spec, count: spec.count + 1 },
        { kind: 'array', of: { kind: 'u8' }, count: spec.count },
      ]
    case 'bits':
      return [
        { kind: 'u32' },
        ...spec.widths.map((width, i) => ({ ...spec, widths: replaced(spec.widths, i, width === 1 ? 2 : width - 1) })),
      ]
    case 'array':
      return [{ ...spec, count: spec.count + 1 }, ...fieldChangesOf(spec.of).map((of): Spec => ({ ...spec, of }))]
    case 'line':
      return [spec.of, ...fieldChangesOf(spec.of).map((of): Spec => ({ ...spec, of }))]
    case 'aligned':
      return [spec.of, { ...spec, alignment: 32 }, ...fieldChangesOf(spec.of).map((of): Spec => ({ ...spec, of }))]
    case 'layout':
      return changesOf(spec)
    default:
      return [{ kind: spec.kind === 'u32' ? 'i32' : 'u32' }, { kind: 'line', of: spec }, { kind: 'aligned', alignment: 8, of: spec }]
  }
}

function replaced<Element>(list: readonly Element[], index: number, element: Element): Element[] {
  return list.map((each, i) => (i === index ? element : each))
}
