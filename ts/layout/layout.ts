/**
 * Bytes in shared memory, described once.
 *
 * Code, format pages, dump tools and the C header all take their offsets from here, so that they cannot differ.
 */

import { typeError } from '../errors'
import { checkName, Field, type FieldLike, MEMBER_NAME, roundUp, type ValueOf } from './field'
import { canonicalText, fnv1a } from './fingerprint'

export { type BitRanges, BitsField, bits } from './bits'
export { aligned, array, bytes, Field, type FieldLike, f64, i32, LINE, line, u8, u16, u32, u64, type ValueOf, words } from './field'

export type Fields = Readonly<Record<string, FieldLike>>

/** Any layout, when its fields do not matter to the compiler. */
export type AnyLayout = Layout<Fields>

/** What `read` gives for a layout. */
export type Values<F extends Fields> = { [Name in keyof F]: ValueOf<F[Name]> }

export interface PlacedField {
  readonly name: string
  readonly offset: number
  readonly field: Field
}

type Numbers<Name extends PropertyKey> = { readonly [Key in Name]: number }

/** The fields made of 32-bit words; of a layout that the compiler does not know, perhaps any. */
type WordNames<F extends Fields> = string extends keyof F
  ? string
  : { [Name in keyof F]: F[Name] extends FieldLike<unknown, true> ? Name : never }[keyof F]

type HasWords<F extends Fields> = string extends keyof F ? boolean : [WordNames<F>] extends [never] ? false : true

const LAYOUT_NAME = /^[A-Z][A-Za-z0-9]*$/

export class Layout<F extends Fields = Fields> implements FieldLike<Values<F>, HasWords<F>> {
  readonly name: string
  /** In the order of their bytes, which is the order in which they were named. */
  readonly fields: readonly PlacedField[]
  /** Bytes from the start of the layout. */
  readonly offset: Numbers<keyof F>
  /** Words from the start of the layout: the place in an `Int32Array`. Only fields made of words have one. */
  readonly index: Numbers<WordNames<F>>
  /** A multiple of `alignment`. */
  readonly byteLength: number
  /** The largest alignment of a field; 64 with a `line` inside. */
  readonly alignment: number
  /** The text that `fingerprint` is the hash of. */
  readonly canonical: string
  /** A u32 that changes with every name, kind, width and offset, also of layouts inside; see `fingerprint.ts`. */
  readonly fingerprint: number
  /** This layout as a field of another. */
  readonly field: Field<Values<F>, HasWords<F>>

  constructor(name: string, fields: F) {
    this.name = checkName('name', name, LAYOUT_NAME)
    this.fields = place(fields)
    this.alignment = Math.max(...this.fields.map(({ field }) => field.alignment))
    const last = this.fields.at(-1)!
    this.byteLength = roundUp(last.offset + last.field.span, this.alignment)
    this.offset = numbers(this.fields, 1) as Numbers<keyof F>
    const inWords = this.fields.filter(({ field }) => field.inWords)
    this.index = numbers(inWords, 4) as Numbers<WordNames<F>>
    this.canonical = canonicalText(name, this.fields, this.byteLength)
    this.fingerprint = fnv1a(this.canonical)
    const { byteLength, alignment } = this
    const kind = Object.freeze({ name: 'layout', layout: this as AnyLayout } as const)
    this.field = new Field(kind, (inWords.length > 0) as HasWords<F>, { byteLength, alignment, span: byteLength })
    Object.freeze(this)
  }

  /** This layout as a field of another, with its line of the format page. */
  is(meaning: string): Field<Values<F>, HasWords<F>> {
    return this.field.is(meaning)
  }
}

/**
 * Describes bytes: each field at the next multiple of its alignment, in the order given.
 *
 * ```ts
 * export const LogHeader = layout('LogHeader', {
 *   capacity: u32.is('bytes in the ring, a power of two'),
 *   tail: line(u32),
 * })
 * const TAIL = LogHeader.index.tail // 16; hot code reads it from a constant of its module
 * ```
 *
 * @throws {TypeError} for a name that is none in C, and without fields.
 */
export function layout<F extends Fields>(name: string, fields: F): Layout<F> {
  return new Layout(name, fields)
}

function place(fields: Fields): readonly PlacedField[] {
  let end = 0
  const placed = Object.entries(fields).map(([name, { field }]) => {
    const offset = roundUp(end, field.alignment)
    end = offset + field.span
    return Object.freeze({ name: checkName('name', name, MEMBER_NAME), offset, field })
  })
  if (placed.length === 0) throw typeError('ERR_INVALID_ARG_VALUE', 'a layout needs a field')
  return Object.freeze(placed)
}

/** A plain object, as its numbers are to be constants to the compiler of hot code. */
function numbers(fields: readonly PlacedField[], unit: number): Readonly<Record<string, number>> {
  return Object.freeze(Object.fromEntries(fields.map(({ name, offset }) => [name, offset / unit])))
}
