/**
 * A field: what some bytes of shared memory mean, how many they are, and where they may stand.
 *
 * All numbers are little-endian and naturally aligned. Fields are frozen values: `is`, `line` and `aligned`
 * make new ones, so one field can be named in many layouts.
 */

import { rangeError, typeError } from '../errors'
import { checkCount, describe } from '../memory/bounds'
import type { AnyLayout } from './layout'

/** Bytes that a processor moves between its cores at once: two writers inside one line slow each other down. */
export const LINE = 64

const MAX_ALIGNMENT = 4096

export type NumberName = 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'f64'

/** A run of bits in a word. */
export interface BitRange {
  readonly name: string
  readonly shift: number
  readonly width: number
  readonly meaning: string
}

/** What the bytes of a field mean. */
export type Kind =
  | { readonly name: NumberName }
  | { readonly name: 'bits'; readonly ranges: readonly BitRange[] }
  | { readonly name: 'bytes' }
  | { readonly name: 'array'; readonly of: Field; readonly count: number; readonly stride: number }
  | { readonly name: 'layout'; readonly layout: AnyLayout }

/** What can stand in a layout: a field, or another layout. */
export interface FieldLike<Value = unknown, InWords extends boolean = boolean> {
  readonly field: Field<Value, InWords>
}

/** What `read` gives for a field. */
export type ValueOf<F> = F extends FieldLike<infer Value> ? Value : never

/** Where a field goes: `span` is what it takes in the layout, `byteLength` what it uses of that. */
export interface Extent {
  readonly byteLength: number
  readonly alignment: number
  readonly span: number
}

declare const VALUE: unique symbol

export class Field<Value = unknown, InWords extends boolean = boolean> implements FieldLike<Value, InWords>, Extent {
  /** For the compiler alone. */
  declare readonly [VALUE]: Value
  readonly kind: Kind
  /** It is made of 32-bit words, so that a layout's `index` has its place in an `Int32Array`. */
  readonly inWords: InWords
  readonly byteLength: number
  readonly alignment: number
  readonly span: number
  /** For the format page; no part of the format. */
  readonly meaning: string

  constructor(kind: Kind, inWords: InWords, { byteLength, alignment, span }: Extent, meaning = '') {
    this.kind = kind
    this.inWords = inWords
    this.byteLength = byteLength
    this.alignment = alignment
    this.span = span
    this.meaning = meaning
    if (new.target === Field) Object.freeze(this)
  }

  get field(): this {
    return this
  }

  /** The same field with its line of the format page: `u32.is('bytes in the ring, a power of two')`. */
  is(meaning: string): this {
    const copy: object = Object.create(Object.getPrototypeOf(this))
    return Object.freeze(Object.assign(copy, this, { meaning })) as this
  }

  /** As a format page names it: `u32`, `bytes[16]`, `LeaseSlot[64]`. */
  toString(): string {
    const { kind, byteLength } = this
    switch (kind.name) {
      case 'bytes':
        return `bytes[${byteLength}]`
      case 'array':
        return `${kind.of}[${kind.count}]`
      case 'layout':
        return kind.layout.name
      default:
        return kind.name
    }
  }
}

function number<Value, InWords extends boolean>(name: NumberName, byteLength: number, inWords: InWords): Field<Value, InWords> {
  return new Field(Object.freeze({ name }), inWords, { byteLength, alignment: byteLength, span: byteLength })
}

export const u8 = number<number, false>('u8', 1, false)
export const u16 = number<number, false>('u16', 2, false)
export const u32 = number<number, true>('u32', 4, true)
export const i32 = number<number, true>('i32', 4, true)
/** Two words, the lower one first. No single load or store of JavaScript covers both. */
export const u64 = number<bigint, true>('u64', 8, true)
export const f64 = number<number, false>('f64', 8, false)

/** Bytes that mean nothing here: a name, a key, a payload. */
export function bytes(count: number): Field<Uint8Array, false> {
  const byteLength = checkPositive('count', count)
  return new Field(Object.freeze({ name: 'bytes' }), false, { byteLength, alignment: 1, span: byteLength })
}

/** `count` fields or layouts of one kind; each takes as much as its alignment asks. */
export function array<Value, InWords extends boolean>(of: FieldLike<Value, InWords>, count: number): Field<Value[], InWords> {
  const { field } = of
  const stride = roundUp(field.span, field.alignment)
  const byteLength = checkPositive('count', count) * stride
  const kind: Kind = Object.freeze({ name: 'array', of: field, count, stride })
  return new Field(kind, field.inWords, { byteLength, alignment: field.alignment, span: byteLength })
}

export function words(count: number): Field<number[], true> {
  return array(u32, count)
}

/** On cache lines of its own: it starts one, and what follows starts the next. */
export function line<Value, InWords extends boolean>({ field }: FieldLike<Value, InWords>): Field<Value, InWords> {
  return moved(field, Math.max(field.alignment, LINE), roundUp(field.span, LINE))
}

/** Starts at a multiple of `alignment`, a power of two. */
export function aligned<Value, InWords extends boolean>(alignment: number, { field }: FieldLike<Value, InWords>): Field<Value, InWords> {
  checkPositive('alignment', alignment, MAX_ALIGNMENT)
  if ((alignment & (alignment - 1)) !== 0) throw rangeError('ERR_OUT_OF_RANGE', `alignment must be a power of two, not ${alignment}`)
  return moved(field, Math.max(field.alignment, alignment), field.span)
}

function moved<Value, InWords extends boolean>(field: Field<Value, InWords>, alignment: number, span: number): Field<Value, InWords> {
  return new Field(field.kind, field.inWords, { byteLength: field.byteLength, alignment, span }, field.meaning)
}

/** The next multiple of `alignment`, a power of two; exact above 32 bits, too. */
export function roundUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment
}

/** A name that is one in TypeScript, in C and on a format page. */
export function checkName(what: string, name: unknown, pattern: RegExp): string {
  if (typeof name !== 'string') throw typeError('ERR_INVALID_ARG_TYPE', `${what} must be a string, not ${describe(name)}`)
  if (!pattern.test(name)) throw typeError('ERR_INVALID_ARG_VALUE', `${what} must match ${pattern}, not ${describe(name)}`)
  return name
}

export const MEMBER_NAME = /^[a-z][A-Za-z0-9]*$/

function checkPositive(name: string, value: number, limit?: number): number {
  if (checkCount(name, value, limit) === 0) throw rangeError('ERR_OUT_OF_RANGE', `${name} must not be 0`)
  return value
}
