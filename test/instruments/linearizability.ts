import type { Operation } from './history'
import { type Budget, BudgetExhausted, Linearization } from './linearization'
import type { SequentialModel } from './sequential-models'

export type Verdict<Input, Output> =
  | { readonly answer: 'linearizable' }
  | { readonly answer: 'budget exhausted' }
  | {
      readonly answer: 'not linearizable'
      /** The shortest beginning of the history (of one key) that nothing explains, and the operation that ends it. */
      readonly prefix: readonly Operation<Input, Output>[]
      readonly culprit: Operation<Input, Output>
      readonly explanation: string
    }

export interface LinearizabilityOptions {
  /** How often the model may be asked, for all keys together. */
  readonly budget?: number
}

const SHOWN = 12

/**
 * Whether every operation of a history can have taken effect at one moment between its invocation and its return (M. Herlihy and
 * J. Wing, "Linearizability: a correctness condition for concurrent objects", 1990). A pending operation may take effect at any moment
 * after its invocation, or never.
 *
 * The search is that of J. Wing and C. Gong ("Testing and verifying concurrent objects", 1993) with the memory of G. Lowe ("Testing for
 * linearizability", 2017); keys are searched one by one, as A. Horn and D. Kroening showed to be enough ("Faster linearizability
 * checking via P-compositionality", 2015).
 */
export function checkLinearizability<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  model: SequentialModel<State, Input, Output>,
  { budget: left = 1_000_000 }: LinearizabilityOptions = {},
): Verdict<Input, Output> {
  const budget: Budget = { left }
  let exhausted = false
  for (const operations of partsOf(history, model)) {
    try {
      const linearization = new Linearization(operations, model, budget)
      if (!linearization.search()) return explain(operations, model, linearization, budget)
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error
      exhausted = true // another key may still be found to be wrong, by what little it takes
      budget.left = left / 10
    }
  }
  return { answer: exhausted ? 'budget exhausted' : 'linearizable' }
}

function partsOf<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  model: SequentialModel<State, Input, Output>,
): Iterable<Operation<Input, Output>[]> {
  const parts = new Map<string, Operation<Input, Output>[]>()
  for (const operation of [...history].sort((a, b) => compare(a.invoked, b.invoked))) {
    const key = model.keyOf?.(operation.input) ?? ''
    const part = parts.get(key)
    if (part === undefined) parts.set(key, [operation])
    else part.push(operation)
  }
  return parts.values()
}

function explain<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: SequentialModel<State, Input, Output>,
  failed: Linearization<State, Input, Output>,
  budget: Budget,
): Verdict<Input, Output> {
  const { prefix, culprit, stateBefore } = shortestWrong(operations, model, failed, budget)
  const results = prefix.filter(({ returned }) => returned !== undefined).length
  const start = operations[0]!.invoked
  const explanation = [
    `no order of the first ${results} results explains this one: ${describe(culprit, start)}`,
    `a state that explains results before it: ${JSON.stringify(stateBefore)}`,
    `the last of those that began before it returned, times in µs:`,
    ...prefix.slice(-SHOWN).map((operation) => `  ${describe(operation, start)}`),
  ].join('\n')
  return { answer: 'not linearizable', prefix, culprit, explanation }
}

// The return that no order came past (`blocked`) ends the shortest wrong beginning nearly always. It does not where an operation that
// returned later stands in the way by its result: in the beginning it is pending, and has none. A beginning of a linearizable
// history is linearizable: so the end is then found by halving. When the budget ends, a longer beginning has to do.
function shortestWrong<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: SequentialModel<State, Input, Output>,
  failed: Linearization<State, Input, Output>,
  budget: Budget,
): { prefix: Operation<Input, Output>[]; culprit: Operation<Input, Output>; stateBefore: State } {
  const ends = operations.filter(({ returned }) => returned !== undefined).sort((a, b) => compare(a.returned!, b.returned!))
  let good = ends.findIndex(({ returned }) => returned === failed.blocked.returned) - 1
  let bad = ends.length - 1
  let { stateBefore } = failed
  try {
    for (let end = good + 1; bad - good > 1; end = (good + bad) >>> 1) {
      const linearization = new Linearization(prefixUntil(operations, ends[end]!.returned!), model, budget)
      if (linearization.search()) good = end
      else {
        bad = end
        stateBefore = linearization.stateBefore
      }
    }
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error
  }
  return { prefix: prefixUntil(operations, ends[bad]!.returned!), culprit: ends[bad]!, stateBefore }
}

/** What had begun by then; what had not returned is pending. */
function prefixUntil<Input, Output>(operations: readonly Operation<Input, Output>[], time: bigint): Operation<Input, Output>[] {
  const begun = operations.filter(({ invoked }) => invoked <= time)
  return begun.map((operation) => {
    if (operation.returned === undefined || operation.returned <= time) return operation
    const { returned, output, ...pending } = operation
    return pending
  })
}

function describe({ process, input, invoked, returned, output }: Operation, start: bigint): string {
  const time = (at: bigint) => (Number(at - start) / 1000).toFixed(1)
  const end = returned === undefined ? 'never returned' : `${time(returned)}] gave ${JSON.stringify(output)}`
  return `${process} [${time(invoked)}, ${end}: ${JSON.stringify(input)}`
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b)
}
