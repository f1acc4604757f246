import { currentObserver, observed } from './access'
import { isShared, unwrap, type Words } from './traced-views'

// Once memory was traced, `Atomics` and the watched natives take traced views for as long as the realm lives: finalizers and callbacks
// of what a setup made run when the tracing is over. Nothing is counted then.

const ATOMIC_STORES = ['store', 'exchange', 'compareExchange', 'add', 'sub', 'and', 'or', 'xor'] as const
const ATOMIC_OTHERS = ['wait', 'waitAsync', 'notify'] as const

/** On a function that stands in for another: the other. The test files of one process share an addon, each with its own patches. */
const ORIGINAL = Symbol.for('mmap-io test: before it took traced views')

type AnyFunction = ((this: unknown, ...args: unknown[]) => unknown) & { [ORIGINAL]?: AnyFunction }
type Functions = Record<string, AnyFunction | undefined>

let watched: ReadonlySet<object> = new Set()

/** Whose calls are steps now. */
export function watchCalls(natives: readonly object[]): void {
  watched = new Set(natives)
}

export function acceptTracedViewsInAtomics(): void {
  const atomics = Atomics as unknown as Functions
  for (const name of [...ATOMIC_STORES, 'load'] as const) {
    const kind = name === 'load' ? 'atomic load' : 'store'
    replace(atomics, name, (original) => (view, ...args) => {
      const target = unwrap(view) as Words
      if (currentObserver() === undefined || !isShared(target)) return original(target, ...args)
      const length = target.BYTES_PER_ELEMENT
      const at = target.byteOffset + Number(args[0]) * length
      return observed({ kind, name: `Atomics.${name}`, buffer: target.buffer, at, length }, () => original(target, ...args))
    })
  }
  for (const name of ATOMIC_OTHERS) {
    if (atomics[name] !== undefined)
      replace(
        atomics,
        name,
        (original) =>
          (...args) =>
            original(...args.map(unwrap)),
      )
  }
}

/** @throws {TypeError} when the object is frozen */
export function acceptTracedViewsIn(native: object): void {
  for (const name of Object.keys(native)) {
    // Classes are made with `new`.
    if (typeof (native as Functions)[name] !== 'function' || /^[A-Z]/.test(name)) continue
    replace(
      native as Functions,
      name,
      (original) =>
        function (this: unknown, ...args) {
          const call = () => original.apply(this, args.map(unwrap))
          return watched.has(native) ? observed({ kind: 'call', name, at: 0, length: 0 }, call) : call()
        },
    )
  }
}

function replace(owner: Functions, name: string, patch: (original: AnyFunction) => AnyFunction): void {
  const present = owner[name]!
  const original = present[ORIGINAL] ?? present
  const value = Object.assign(patch(original), { [ORIGINAL]: original })
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: Object.keys(owner).includes(name) })
}
