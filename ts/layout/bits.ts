import { rangeError } from '../errors'
import { type BitRange, checkName, Field, MEMBER_NAME } from './field'

/** Where each range starts, how wide it is, and what it means. */
export type BitRanges = Readonly<Record<string, readonly [shift: number, width: number, meaning?: string]>>

type Numbers<Ranges> = { readonly [Name in keyof Ranges]: number }

/**
 * One word with named ranges of bits.
 *
 * ```ts
 * const Owner = bits({ waiters: [0, 1], slot: [2, 10, 'of its lease, plus 1; 0 = free'] })
 * const slot = (word & Owner.mask.slot) >>> Owner.shift.slot
 * ```
 */
export class BitsField<Ranges extends BitRanges = BitRanges> extends Field<{ [Name in keyof Ranges]: number }, true> {
  /** The lowest bit of each range. */
  readonly shift: Numbers<Ranges>
  /** The bits of each range, where they stand in the word: from 0 to 2 ** 32 - 1. */
  readonly mask: Numbers<Ranges>
  /** The largest value of each range. */
  readonly max: Numbers<Ranges>

  constructor(ranges: readonly BitRange[]) {
    super(Object.freeze({ name: 'bits', ranges }), true, { byteLength: 4, alignment: 4, span: 4 })
    const numbers = (of: (range: BitRange) => number) =>
      Object.freeze(Object.fromEntries(ranges.map((range) => [range.name, of(range)]))) as Numbers<Ranges>
    this.shift = numbers(({ shift }) => shift)
    this.mask = numbers(maskOf)
    this.max = numbers(maxOf)
    Object.freeze(this)
  }

  /** The word that has these values; ranges not named are 0. Not for hot code: it checks. */
  pack(values: { readonly [Name in keyof Ranges]?: number }): number {
    let word = 0
    for (const [name, value] of Object.entries(values as Record<string, number>)) {
      const max = (this.max as Record<string, number>)[name]
      if (max === undefined || !Number.isInteger(value) || value < 0 || value > max) {
        throw rangeError(
          'ERR_OUT_OF_RANGE',
          `${name} must be an integer from 0 to ${max ?? 'nothing: it is no range of this word'}, not ${value}`,
        )
      }
      word |= value << (this.shift as Record<string, number>)[name]!
    }
    return word >>> 0
  }

  /** The values in a word. */
  split(word: number): { [Name in keyof Ranges]: number } {
    const { kind } = this
    return (kind.name === 'bits' ? splitBits(word, kind.ranges) : {}) as { [Name in keyof Ranges]: number }
  }
}

/** A `u32` with named ranges `[shift, width, meaning?]`, which must not overlap; bits without a name stay 0. */
export function bits<const Ranges extends BitRanges>(ranges: Ranges): BitsField<Ranges> {
  const sorted = Object.entries<BitRanges[string]>(ranges)
    .map(
      ([name, [shift, width, meaning = '']]): BitRange =>
        Object.freeze({ name: checkName('name', name, MEMBER_NAME), shift, width, meaning }),
    )
    .sort((a, b) => a.shift - b.shift)
  let free = 0
  for (const { name, shift, width } of sorted) {
    if (!Number.isInteger(shift) || !Number.isInteger(width) || shift < 0 || width < 1 || width > 32 - shift) {
      throw rangeError('ERR_OUT_OF_RANGE', `${name}: ${width} bits from bit ${shift} do not lie in a word`)
    }
    if (shift < free) throw rangeError('ERR_OUT_OF_RANGE', `${name}: bit ${shift} is taken by the range before`)
    free = shift + width
  }
  return new BitsField<Ranges>(Object.freeze(sorted))
}

export function splitBits(word: number, ranges: readonly BitRange[]): Record<string, number> {
  return Object.fromEntries(ranges.map((range) => [range.name, ((word >>> range.shift) & maxOf(range)) >>> 0]))
}

export function maskOf(range: BitRange): number {
  return (maxOf(range) << range.shift) >>> 0
}

function maxOf({ width }: BitRange): number {
  return 2 ** width - 1
}
