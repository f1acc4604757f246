import { isDeepStrictEqual } from 'node:util'
import type { Operation } from './history'
import type { SequentialModel } from './sequential-models'

// The search for one order. The candidates for the next place are the operations that were invoked before any that is not placed yet
// returned. A state that was reached with the same operations placed is not searched twice; so the order of candidates decides about
// speed alone. Pending ones come last, and only when they change something: most took no effect, and nobody misses them.

export interface Budget {
  /** Calls of the model that may still be made. */
  left: number
}

export class BudgetExhausted extends Error {}

/** A call or a return in the order of time, in a list that operations are taken out of and put back into. */
interface Moment {
  readonly operation: number
  readonly isCall: boolean
  /** Its place in time. */
  number: number
  before: Moment | undefined
  after: Moment | undefined
}

interface Choice<State> {
  readonly state: State
  readonly candidates: readonly number[]
  next: number
  placed: number
}

export class Linearization<State, Input, Output> {
  readonly #operations: readonly Operation<Input, Output>[]
  readonly #model: SequentialModel<State, Input, Output>
  readonly #budget: Budget
  readonly #calls: Moment[] = []
  readonly #returns: (Moment | undefined)[] = []
  readonly #first: Moment = { operation: -1, isCall: true, number: -1, before: undefined, after: undefined }
  readonly #placed: Uint8Array
  /** In the order of invocation, as are `#operations`. */
  readonly #completed: readonly number[]
  readonly #pending: readonly number[]
  readonly #positions: readonly number[]
  readonly #pendingKinds: readonly (string | undefined)[]
  /** For each set of completed operations and state: the sets of pending ones it was reached with. */
  readonly #reached = new Map<string, (readonly number[])[]>()
  /** All completed operations ahead of this one, in `#completed`, are placed. */
  #base = 0
  #missing: number
  #furthest: Moment | undefined
  /** A state that explains everything that returned before {@link blocked} did. */
  stateBefore: State

  constructor(operations: readonly Operation<Input, Output>[], model: SequentialModel<State, Input, Output>, budget: Budget) {
    this.#operations = operations
    this.#model = model
    this.#budget = budget
    this.stateBefore = model.initial
    this.#pendingKinds = operations.map(({ returned, input }) => (returned === undefined ? JSON.stringify(input) : undefined))
    this.#placed = new Uint8Array(operations.length)
    this.#completed = [...operations.keys()].filter((i) => operations[i]!.returned !== undefined)
    this.#pending = [...operations.keys()].filter((i) => operations[i]!.returned === undefined)
    const positions: number[] = []
    for (const [at, i] of this.#completed.entries()) positions[i] = at
    this.#positions = positions
    this.#missing = this.#completed.length
    this.#link()
  }

  /** Whether some order explains every result. */
  search(): boolean {
    const choices: Choice<State>[] = []
    let state = this.#model.initial
    let choice = this.#choiceIn(state)
    while (this.#missing > 0) {
      const next = this.#placeNext(choice)
      if (next !== undefined) {
        choices.push(choice)
        state = next.state
        choice = this.#choiceIn(state)
      } else {
        const last = choices.pop()
        if (last === undefined) return false
        this.#takeBack(last.placed)
        choice = last
      }
    }
    return true
  }

  /** After a search that found nothing: the operation whose return no order came past. */
  get blocked(): Operation<Input, Output> {
    return this.#operations[this.#furthest!.operation]!
  }

  /** Tries candidates until one fits and leads to something new. */
  #placeNext(choice: Choice<State>): { state: State } | undefined {
    while (choice.next < choice.candidates.length) {
      const i = choice.candidates[choice.next++]!
      const { input, output, returned } = this.#operations[i]!
      if (this.#budget.left-- <= 0) throw new BudgetExhausted()
      const { state, result } = this.#model.apply(choice.state, input)
      if (returned === undefined ? this.#digest(state) === this.#digest(choice.state) : !isDeepStrictEqual(result, output)) continue
      this.#place(i)
      if (this.#isNew(state)) {
        choice.placed = i
        return { state }
      }
      this.#takeBack(i)
    }
    return undefined
  }

  #choiceIn(state: State): Choice<State> {
    const candidates: number[] = []
    // Of equal ones, that which was invoked first can stand wherever another could.
    const pending = new Map<string, number>()
    let moment = this.#first.after
    for (; moment?.isCall; moment = moment.after) {
      const { operation } = moment
      const kind = this.#pendingKinds[operation]
      if (kind === undefined) candidates.push(operation)
      else if (!pending.has(kind)) pending.set(kind, operation)
    }
    if (moment !== undefined && moment.number > (this.#furthest?.number ?? -1)) {
      this.#furthest = moment
      this.stateBefore = state
    }
    return { state, candidates: [...candidates, ...pending.values()], next: 0, placed: -1 }
  }

  #place(i: number): void {
    this.#placed[i] = 1
    cut(this.#calls[i]!)
    const end = this.#returns[i]
    if (end === undefined) return
    cut(end)
    this.#missing--
    while (this.#base < this.#completed.length && this.#placed[this.#completed[this.#base]!]) this.#base++
  }

  /** In the order opposite to `#place`. */
  #takeBack(i: number): void {
    this.#placed[i] = 0
    const end = this.#returns[i]
    if (end !== undefined) {
      mend(end)
      this.#missing++
      this.#base = Math.min(this.#base, this.#positions[i]!)
    }
    mend(this.#calls[i]!)
  }

  /** What was reached with fewer of the pending ones leaves more of them for later: whatever else follows, follows from it as well. */
  #isNew(state: State): boolean {
    const key = this.#key(state)
    const used = this.#pending.filter((i) => this.#placed[i])
    const before = this.#reached.get(key) ?? []
    if (before.some((fewer) => fewer.every((i) => this.#placed[i]))) return false
    this.#reached.set(key, [...before, used])
    return true
  }

  /**
   * Names the set of placed completed operations, and the state. Nearly all placed ones are the first: only the others are listed, and they
   * were invoked before the first missing one returned.
   */
  #key(state: State): string {
    const others: number[] = []
    const horizon = this.#operations[this.#completed[this.#base] ?? -1]?.returned ?? -1n
    for (let at = this.#base; at < this.#completed.length; at++) {
      const i = this.#completed[at]!
      if (this.#operations[i]!.invoked > horizon) break
      if (this.#placed[i]) others.push(at - this.#base)
    }
    return `${this.#base},${others}:${this.#digest(state)}`
  }

  #digest(state: State): string {
    return this.#model.digest === undefined ? JSON.stringify(state) : this.#model.digest(state)
  }

  #link(): void {
    const moments: { readonly time: bigint; readonly moment: Moment }[] = []
    for (const [operation, { invoked, returned }] of this.#operations.entries()) {
      const call: Moment = { operation, isCall: true, number: 0, before: undefined, after: undefined }
      this.#calls.push(call)
      moments.push({ time: invoked, moment: call })
      const end = returned === undefined ? undefined : { operation, isCall: false, number: 0, before: undefined, after: undefined }
      this.#returns.push(end)
      if (end !== undefined) moments.push({ time: returned!, moment: end })
    }
    // At the same time: the call first, so that the two overlap. What may have overlapped is not called wrong.
    moments.sort((a, b) => (a.time === b.time ? Number(b.moment.isCall) - Number(a.moment.isCall) : a.time < b.time ? -1 : 1))
    let last = this.#first
    for (const [number, { moment }] of moments.entries()) {
      moment.number = number
      last.after = moment
      moment.before = last
      last = moment
    }
  }
}

function cut(moment: Moment): void {
  moment.before!.after = moment.after
  if (moment.after !== undefined) moment.after.before = moment.before
}

function mend(moment: Moment): void {
  moment.before!.after = moment
  if (moment.after !== undefined) moment.after.before = moment
}
