/** An object as one thread alone would see it: what a concurrent history is compared with. */
export interface SequentialModel<State, Input, Output> {
  readonly initial: State
  /** Gives a new state, and leaves the old one as it is. */
  apply(state: State, input: Input): { readonly state: State; readonly result: Output }
  /** Operations with different keys do not touch each other: a history is linearizable if it is so for each key. */
  keyOf?(input: Input): string
  /** Equal for equal states. JSON unless given. */
  digest?(state: State): string
}

export type Scalar = string | number | boolean | null

export type RegisterInput =
  | { readonly op: 'read' }
  | { readonly op: 'write'; readonly value: Scalar }
  | { readonly op: 'compareAndSet'; readonly expected: Scalar; readonly value: Scalar }

/** One value: `read`, `write`, `compareAndSet` (which says whether it did). */
export function registerModel(initial: Scalar = null): SequentialModel<Scalar, RegisterInput, Scalar | undefined> {
  return {
    initial,
    apply(state, input) {
      if (input.op === 'read') return { state, result: state }
      if (input.op === 'write') return { state: input.value, result: undefined }
      return state === input.expected ? { state: input.value, result: true } : { state, result: false }
    },
  }
}

export type CounterInput = { readonly op: 'get' } | { readonly op: 'add'; readonly by: number }

/** One number; `add` gives the sum. */
export function counterModel(initial = 0): SequentialModel<number, CounterInput, number> {
  return {
    initial,
    apply(state, input) {
      const sum = input.op === 'add' ? state + input.by : state
      return { state: sum, result: sum }
    },
  }
}

export type MapInput =
  | { readonly op: 'get' | 'has' | 'delete'; readonly key: string }
  | { readonly op: 'set'; readonly key: string; readonly value: Scalar }
  | { readonly op: 'increment'; readonly key: string; readonly by: number }
  | { readonly op: 'compareAndSet'; readonly key: string; readonly expected: Scalar | undefined; readonly value: Scalar }

/** A `Map`, key by key: the state is one key's value, `undefined` when it is absent. `set` gives nothing, `increment` the sum. */
export const mapModel: SequentialModel<Scalar | undefined, MapInput, Scalar | undefined> = {
  initial: undefined,
  keyOf: (input) => input.key,
  digest: (state) => JSON.stringify(state) ?? 'absent',
  apply(state, input) {
    switch (input.op) {
      case 'get':
        return { state, result: state }
      case 'has':
        return { state, result: state !== undefined }
      case 'delete':
        return { state: undefined, result: state !== undefined }
      case 'set':
        return { state: input.value, result: undefined }
      case 'increment': {
        const sum = Number(state ?? 0) + input.by
        return { state: sum, result: sum }
      }
      case 'compareAndSet':
        return state === input.expected ? { state: input.value, result: true } : { state, result: false }
    }
  },
}
