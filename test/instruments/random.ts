/**
 * A seeded source of choices: the same ones on every machine. Neighbouring seeds give unrelated sequences, so that rounds and
 * processes may be numbered and their numbers be their seeds (which the bare xorshift of the benchmarks does not offer).
 */
export class Random {
  readonly seed: number
  #state: number

  constructor(seed: number = Math.floor(Math.random() * 2 ** 31)) {
    this.seed = seed
    this.#state = seed >>> 0
  }

  /** 32 bits, unsigned: a Weyl sequence through the finaliser of MurmurHash3. */
  bits(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return (mixed ^ (mixed >>> 16)) >>> 0
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.bits() / 2 ** 32) * bound)
  }

  /** From `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  chance(probability: number): boolean {
    return this.bits() / 2 ** 32 < probability
  }

  pick<Value>(values: readonly Value[]): Value {
    if (values.length === 0) throw new RangeError('nothing to pick from')
    return values[this.below(values.length)]!
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.bits() & 0xff)
  }

  /** A source of its own for a part of the work: what others draw does not change it. */
  fork(): Random {
    return new Random(this.bits())
  }
}

/** Rounds 0, 1, 2, … until the time is over; at least one. */
export function* forSeconds(seconds: number): Generator<number> {
  const end = performance.now() + seconds * 1000
  let round = 0
  do yield round++
  while (performance.now() < end)
}
