import { type Field, type FieldLike, u8 } from './field'
import { readField, viewOf } from './read'

/**
 * What `read` gives, as text for a dump: a line for each field, with its offset in `bytes`, its name and its value.
 * Elements that repeat those before them are counted, not shown.
 *
 * ```
 *    64  tail           4096 (0x1000)
 *   128  owner          waiters 0, slot 3, generation 7
 *   192  pairs[0].key   5
 *   196  pairs[0].value -1
 *   200  pairs[1..11]   the same
 * ```
 * @throws {RangeError} unless all of it lies inside `bytes`.
 */
export function print({ field }: FieldLike, bytes: ArrayBufferView, at = 0): string[] {
  const view = viewOf(field, bytes, at)
  const lines = [...linesOf(field, view, 0, '')]
  const nameWidth = lines.reduce((width, { name }) => Math.max(width, name.length), 0)
  return lines.map(({ offset, name, value }) => `${String(at + offset).padStart(6)}  ${name.padEnd(nameWidth)}  ${value}`)
}

interface Line {
  readonly offset: number
  readonly name: string
  readonly value: string
}

/** What a long field consists of, and how many of that go into one line. */
interface Elements {
  readonly of: Field
  readonly count: number
  readonly stride: number
  readonly perLine: number
}

/** Elements that go into one line, or that repeat the line before. */
interface Group {
  readonly first: number
  readonly count: number
  readonly repeats: boolean
}

function* linesOf(field: Field, view: DataView, at: number, name: string): Generator<Line> {
  const { kind } = field
  if (kind.name === 'layout') {
    for (const inner of kind.layout.fields) {
      yield* linesOf(inner.field, view, at + inner.offset, name === '' ? inner.name : `${name}.${inner.name}`)
    }
    return
  }
  const elements = elementsOf(field)
  if (elements === undefined) yield { offset: at, name, value: valueText(readField(field, view, at)) }
  else yield* linesOfElements(elements, view, at, name)
}

function elementsOf({ kind, byteLength }: Field): Elements | undefined {
  if (kind.name === 'bytes') return { of: u8, count: byteLength, stride: 1, perLine: 16 }
  if (kind.name !== 'array') return undefined
  const composed = ['layout', 'array', 'bytes', 'bits'].includes(kind.of.kind.name)
  return { ...kind, perLine: composed ? 1 : 8 }
}

function* linesOfElements(elements: Elements, view: DataView, at: number, name: string): Generator<Line> {
  const { of, count, stride, perLine } = elements
  for (const group of groupsOf(elements, view, at)) {
    const offset = at + group.first * stride
    const numbers = group.count === 1 ? group.first : `${group.first}..${group.first + group.count - 1}`
    const part = group.count === count && perLine > 1 ? name : `${name}[${numbers}]`
    if (group.repeats) yield { offset, name: part, value: 'the same' }
    else if (perLine === 1) yield* linesOf(of, view, offset, part)
    else yield { offset, name: part, value: rowText(elements, group.count, view, offset) }
  }
}

function* groupsOf({ count, stride, perLine }: Elements, view: DataView, at: number): Generator<Group> {
  const step = perLine * stride
  const repeats = (first: number) =>
    first >= perLine && count - first >= perLine && areEqual(view, at + first * stride - step, at + first * stride, step)
  for (let first = 0; first < count; ) {
    let end = first
    while (repeats(end)) end += perLine
    const repeated = end > first
    if (!repeated) end = Math.min(first + perLine, count)
    yield { first, count: end - first, repeats: repeated }
    first = end
  }
}

function areEqual(view: DataView, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (view.getUint8(a + i) !== view.getUint8(b + i)) return false
  return true
}

function rowText({ of, stride, perLine }: Elements, count: number, view: DataView, at: number): string {
  const values = Array.from({ length: count }, (_, i) => readField(of, view, at + i * stride))
  if (perLine === 8) return values.join(' ')
  const hex = values.map((value) => (value as number).toString(16).padStart(2, '0')).join(' ')
  const text = String.fromCharCode(...(values as number[])).replace(/[^ -~]/g, '.')
  return `${hex.padEnd(3 * perLine - 1)}  ${text}`
}

function valueText(value: unknown): string {
  if (typeof value === 'bigint' || (Number.isInteger(value) && !Object.is(value, -0))) return integerText(value as number | bigint)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  const ranges = Object.entries(value as Record<string, number>)
  return ranges.map(([name, part]) => `${name} ${part}`).join(', ')
}

function integerText(value: number | bigint): string {
  return value > 9 ? `${value} (0x${value.toString(16)})` : String(value)
}
