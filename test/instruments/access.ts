/** A store; a load by `Atomics.load`; a load by an index or a method of a view; a call of a watched object, such as the addon. */
export type AccessKind = 'store' | 'atomic load' | 'plain load' | 'call'

/** One touch of shared memory. */
export interface Access {
  readonly kind: AccessKind
  /** `Atomics.add`, `index`, `set`, … */
  readonly name: string
  /** Bytes from the start of `buffer`; a call has no buffer, and may have touched anything. */
  readonly buffer?: ArrayBufferLike
  readonly at: number
  readonly length: number
  /** The second half of a store of many bytes: the first half is in memory. */
  readonly halfway?: boolean
}

/** Is told of every access, on the thread that makes it. */
export interface Observer {
  /** May throw: the access is then not made. */
  ahead(access: Access): void
  after?(access: Access): void
}

/** Who is told now; nobody while a structure is set up or checked. */
let current: Observer | undefined

export function currentObserver(): Observer | undefined {
  return current
}

export function observe(observer: Observer | undefined): void {
  current = observer
}

/** Runs `body` with nobody watching. */
export function unobserved<Result>(body: () => Result): Result {
  const observer = current
  current = undefined
  try {
    return body()
  } finally {
    current = observer
  }
}

/** Makes one access under the eyes of whoever observes, and is itself unobserved. */
export function observed<Result>(access: Access, make: () => Result): Result {
  const observer = current
  if (observer === undefined) return make()
  unobserved(() => observer.ahead(access))
  const result = make()
  unobserved(() => observer.after?.(access))
  return result
}
