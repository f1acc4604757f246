import { checkRange } from '../memory/bounds'
import { bytesOf } from '../memory/view-type'
import { splitBits } from './bits'
import type { Field, FieldLike } from './field'
import type { PlacedField } from './layout'

/**
 * The values of a layout, or of one field, in bytes that begin at `at`: a plain object that shares no memory with them.
 *
 * A copy for people and tests: the loads are plain, so that values which another process changes meanwhile need not
 * fit together. Does not block; allocates as much as there is to tell.
 * @throws {RangeError} unless all of it lies inside `bytes`.
 */
export function read<Value>({ field }: FieldLike<Value>, bytes: ArrayBufferView, at = 0): Value {
  return readField(field, viewOf(field, bytes, at), 0) as Value
}

/** Exactly the bytes of a field, as `at` is anybody's. */
export function viewOf(field: Field, bytes: ArrayBufferView, at: number): DataView {
  const all = bytesOf(bytes, 'bytes')
  const { offset, length } = checkRange(at, field.byteLength, all.byteLength)
  return new DataView(all.buffer, all.byteOffset + offset, length)
}

export function readField({ kind, byteLength }: Field, view: DataView, at: number): unknown {
  switch (kind.name) {
    case 'u8':
      return view.getUint8(at)
    case 'u16':
      return view.getUint16(at, true)
    case 'u32':
      return view.getUint32(at, true)
    case 'i32':
      return view.getInt32(at, true)
    case 'u64':
      return view.getBigUint64(at, true)
    case 'f64':
      return view.getFloat64(at, true)
    case 'bits':
      return splitBits(view.getUint32(at, true), kind.ranges)
    case 'bytes':
      return new Uint8Array(view.buffer, view.byteOffset + at, byteLength).slice()
    case 'array':
      return Array.from({ length: kind.count }, (_, i) => readField(kind.of, view, at + i * kind.stride))
    case 'layout':
      return readFields(kind.layout.fields, view, at)
  }
}

function readFields(fields: readonly PlacedField[], view: DataView, at: number): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ name, offset, field }) => [name, readField(field, view, at + offset)]))
}
