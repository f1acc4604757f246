import { typeError } from '../errors'
import { describe } from './bounds'
import { extentOf } from './extent'
import type { Window } from './mapping'

/** A class of views over memory: a typed array, `DataView`, or `Buffer`. */
export type ViewType<View> = {
  readonly prototype: View
  readonly name: string
  readonly BYTES_PER_ELEMENT?: number
}

type ViewConstructor<View> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => View

// By name: each realm has classes of its own.
const NAMES = new Set([
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Buffer',
])

const EMPTY = new Uint8Array(0)

export function checkViewType(Type: unknown): void {
  if (typeof Type === 'function' && NAMES.has(Type.name)) return
  throw typeError('ERR_INVALID_ARG_TYPE', `Type must be a typed array, DataView or Buffer, not ${describe(Type)}`)
}

/** A view of `length` elements from the window's start. */
export function viewOver<View>(Type: ViewType<View>, { buffer, byteOffset }: Window, length: number): View {
  // The constructor of Buffer is deprecated, and its subclass that Node makes instead has no name of its own.
  if (Type.name === 'Buffer') return Buffer.from(buffer as ArrayBuffer, byteOffset, length) as View
  return new (Type as unknown as ViewConstructor<View>)(buffer, byteOffset, length)
}

/** The bytes that any view covers. */
export function bytesOf(view: unknown, name: string): Uint8Array {
  if (!ArrayBuffer.isView(view))
    throw typeError('ERR_INVALID_ARG_TYPE', `${name} must be a typed array, DataView or Buffer, not ${describe(view)}`)
  const { buffer, byteOffset, byteLength } = extentOf(view)
  return byteLength === 0 ? EMPTY : new Uint8Array(buffer, byteOffset, byteLength)
}
