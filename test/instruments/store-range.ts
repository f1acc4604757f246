import type { Words } from './traced-views'

/** What a method is about to store to, in bytes of the buffer. */
export interface StoreRange {
  readonly buffer: ArrayBufferLike
  readonly start: number
  readonly end: number
  /** What the processor stores at once. */
  readonly unit: number
}

type Arguments = readonly unknown[]

const WRITE_NUMBER = /^write(?:Big)?U?(?:[Ii]nt|Float|Double)(\d*)/
const WRITE_STRING = /^(utf8|latin1|ascii|ucs2|utf16le|hex|base64|base64url)Write$/
const SET_NUMBER = /^set(?:Big)?(?:Int|Uint|Float)(\d+)$/
const byteLength = Buffer.byteLength

/** Where `view[name](...args)` will store; `undefined` when that method stores nothing. */
export function storeRangeOf(view: ArrayBufferView, name: string, args: Arguments): StoreRange | undefined {
  if (view instanceof DataView) return rangeOfDataView(view, name, args)
  return rangeOfElements(view as Words, name, args) ?? rangeOfBuffer(view as Buffer, name, args)
}

function rangeOfDataView(view: DataView, name: string, [at]: Arguments): StoreRange | undefined {
  const width = Number(SET_NUMBER.exec(name)?.[1] ?? 0) / 8
  if (width === 0) return undefined
  const start = view.byteOffset + Number(at)
  return { buffer: view.buffer, start, end: Math.min(start + width, view.byteOffset + view.byteLength), unit: width }
}

function rangeOfElements(view: Words, name: string, args: Arguments): StoreRange | undefined {
  const { length } = view
  switch (name) {
    case 'set':
      return elements(view, Number(args[1] ?? 0), Number(args[1] ?? 0) + ((args[0] as ArrayLike<number>)?.length ?? 0))
    case 'fill': {
      const numbers = args.slice(1).filter((value) => typeof value === 'number')
      return elements(view, relative(numbers[0], length, 0), relative(numbers[1], length, length))
    }
    case 'copyWithin': {
      const [at, from, to] = [relative(args[0], length, 0), relative(args[1], length, 0), relative(args[2], length, length)]
      return elements(view, at, at + Math.max(0, to - from))
    }
    case 'reverse':
    case 'sort':
      return elements(view, 0, length)
    default:
      return undefined
  }
}

function rangeOfBuffer(view: Buffer, name: string, args: Arguments): StoreRange | undefined {
  const at = typeof args[1] === 'number' ? args[1] : 0
  if (name === 'copy') {
    const [from, to] = [Number(args[2] ?? 0), Number(args[3] ?? view.length)]
    return elements(args[0] as Buffer, at, at + Math.max(0, Math.min(to, view.length) - from))
  }
  if (/^swap\d\d$/.test(name)) return elements(view, 0, view.length)
  const number = WRITE_NUMBER.exec(name)
  if (number !== null) return elements(view, at, at + (number[1] === '' ? widthOf(name, args) : Number(number[1]) / 8))
  const encoding = name === 'write' ? args.slice(1).find((value) => typeof value === 'string') : WRITE_STRING.exec(name)?.[1]
  if (encoding === undefined && name !== 'write') return undefined
  return elements(view, at, at + byteLength(String(args[0]), (encoding ?? 'utf8') as BufferEncoding))
}

function widthOf(name: string, args: Arguments): number {
  if (name.startsWith('writeFloat')) return 4
  return name.startsWith('writeDouble') ? 8 : Number(args[2])
}

/** Clamped: a call that asks for more will throw by itself, or store less. */
function elements(view: Words, start: number, end: number): StoreRange {
  const unit = view.BYTES_PER_ELEMENT
  const first = Math.min(Math.max(start, 0), view.length)
  const last = Math.min(Math.max(end, first), view.length)
  return { buffer: view.buffer, start: view.byteOffset + first * unit, end: view.byteOffset + last * unit, unit }
}

/** An index that counts from the end when it is negative, as `fill` and `copyWithin` take them. */
function relative(index: unknown, length: number, absent: number): number {
  if (typeof index !== 'number') return absent
  return index < 0 ? Math.max(0, length + index) : Math.min(index, length)
}
