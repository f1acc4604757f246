import type { Access, AccessKind, Observer } from './access'
import { currentPlace } from './place'

/** What {@link Stepper} counts. */
export interface StepOptions {
  /** Which accesses are steps. Stores, and calls of `natives`, unless said otherwise. */
  readonly steps?: readonly AccessKind[]
  /** More steps than this, and the operation is taken for one that never ends. */
  readonly limit?: number
}

/** A wait in a loop makes loads and no steps: that many for each step allowed, and it is taken for endless as well. */
const ACCESSES_PER_STEP = 1000

/** Counts the steps of one run of an operation, and acts ahead of the n-th. */
export class Stepper implements Observer {
  count = 0
  /** Where the operation was when `act` was called; `undefined` when it never came so far. */
  place: string | undefined
  /** What went wrong with the run as such, whatever the operation made of it. */
  failure: unknown
  readonly #kinds: ReadonlySet<AccessKind>
  readonly #limit: number
  readonly #step: number
  readonly #act: () => void
  #accesses = 0

  constructor({ steps = ['store', 'call'], limit = 10_000 }: StepOptions, step: number, act: () => void) {
    this.#kinds = new Set(steps)
    this.#limit = limit
    this.#step = step
    this.#act = act
  }

  ahead(access: Access): void {
    if (++this.#accesses > this.#limit * ACCESSES_PER_STEP) this.#refuse(`${this.#accesses} accesses`)
    if (!this.#kinds.has(access.kind)) return
    if (++this.count > this.#limit) this.#refuse(`${this.#limit} steps`)
    if (this.count !== this.#step) return
    const name = `${access.name}${access.halfway ? ', its first half done' : ''}`
    this.place = `${currentPlace()}  [${name}]`
    this.#act()
  }

  #refuse(amount: string): never {
    this.failure ??= new Error(`the operation did not end within ${amount}: raise the limit if it would\n    ${currentPlace()}`)
    throw this.failure
  }
}

/** Thrown ahead of a store in place of it. No error that code could classify, and no message to put into another. */
export const CRASH: unknown = Object.freeze(Object.assign(Object.create(null), { crash: 'the operation died here' }))

/** Kills the operation ahead of the n-th step: from then on it reads and stores nothing, in no `catch` and in no `finally`. */
export class Killer extends Stepper {
  constructor(options: StepOptions, step: number) {
    super(options, step, () => {})
  }

  override ahead(access: Access): void {
    if (this.place === undefined) super.ahead(access)
    if (this.place !== undefined) throw CRASH
  }
}
