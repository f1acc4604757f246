import { types } from 'node:util'
import { currentObserver, observe, observed } from './access'
import { Patches } from './patches'
import { acceptTracedViewsIn, acceptTracedViewsInAtomics, watchCalls } from './permanent-patches'
import { storeInHalves } from './store-in-halves'
import { storeRangeOf } from './store-range'
import { isShared, traced, unwrap } from './traced-views'

// Kept from before any patch.
const { isSharedArrayBuffer } = types
const { isView } = ArrayBuffer

const NUMBERS = ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32', 'Float64', 'BigInt64', 'BigUint64']
const VIEW_CLASSES = [...NUMBERS.map((name) => `${name}Array`), 'DataView']
const VIEW_CHECK = /(Array|View)$/
const NO_LOADS = new Set(['constructor', 'subarray', 'slice', 'keys', 'parent', 'offset', 'toLocaleString'])

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown
type Table = Record<string, unknown>

export interface TracingOptions {
  /**
   * Objects whose functions are calls beyond JavaScript (the addon's binding, `fs`): their arguments are unwrapped, and each call
   * counts as an access of kind `'call'`, for a process can die between two of them as well, and a dead one makes none.
   */
  readonly natives?: readonly object[]
}

let active: Tracing | undefined

/**
 * As long as it lasts, every view that is made over a `SharedArrayBuffer` in this realm is a traced one, and every store through it,
 * through its methods, and through `Atomics` on any view, is told to the observer. A store by an index of a view that was
 * made earlier cannot be seen: make the structure inside.
 *
 * What was made inside goes on working afterwards, for its finalizers and callbacks: see permanent-patches.ts.
 */
export class Tracing {
  readonly buffers: Set<ArrayBufferLike> = new Set()
  readonly #patches = new Patches()

  constructor({ natives = [] }: TracingOptions = {}) {
    if (active !== undefined) throw new Error('memory is traced already: one crashAtEveryStep or preemptAtEveryStep at a time')
    active = this
    try {
      acceptTracedViewsInAtomics()
      this.#patchViews()
      this.#patchHelpers()
      for (const native of natives) acceptTracedViewsIn(native)
      watchCalls(natives)
    } catch (error) {
      this.end()
      throw error
    }
  }

  end(): void {
    observe(undefined)
    watchCalls([])
    this.#patches.restore()
    active = undefined
  }

  #patchViews(): void {
    const realm = globalThis as unknown as Record<string, new (...args: never[]) => ArrayBufferView>
    const prototypes = new Set<object>([Buffer.prototype, DataView.prototype])
    for (const name of VIEW_CLASSES) {
      const viewClass = realm[name]!
      // Under jest some constructors come from another realm, and have a %TypedArray% of their own.
      if (name !== 'DataView') prototypes.add(Object.getPrototypeOf(viewClass.prototype))
      this.#patches.replace(globalThis, name, this.#tracedClass(viewClass))
    }
    for (const prototype of prototypes) {
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
        if (typeof value === 'function' && name !== 'constructor') this.#patches.replace(prototype, name, this.#tracedMethod(name, value))
      }
      const iterator = (prototype as { [Symbol.iterator]?: AnyFunction })[Symbol.iterator]
      if (Object.hasOwn(prototype, Symbol.iterator) && iterator !== undefined)
        this.#patches.replace(prototype, Symbol.iterator, this.#tracedMethod('values', iterator))
    }
  }

  /** What is given a view by somebody else, and insists on a true one. */
  #patchHelpers(): void {
    for (const name of ['from', 'concat', 'compare', 'byteLength', 'copyBytesFrom'] as const) {
      const original = (Buffer as unknown as Table)[name]
      if (typeof original === 'function') this.#patches.replace(Buffer, name, this.#unwrapping(original as AnyFunction))
    }
    this.#patches.replace(ArrayBuffer, 'isView', this.#unwrapping(ArrayBuffer.isView as AnyFunction))
    this.#patches.replace(TextDecoder.prototype, 'decode', this.#unwrapping(TextDecoder.prototype.decode as AnyFunction))
    for (const [name, { value, configurable }] of Object.entries(Object.getOwnPropertyDescriptors(types)))
      if (configurable && VIEW_CHECK.test(name)) this.#patches.replace(types, name, this.#unwrapping(value as AnyFunction))
    const encodeInto = TextEncoder.prototype.encodeInto
    this.#patches.replace(TextEncoder.prototype, 'encodeInto', function (this: unknown, text: string, view: Uint8Array) {
      const target = unwrap(view)
      if (currentObserver() === undefined || !isShared(target)) return Reflect.apply(encodeInto, this, [text, target])
      return storeInHalves('encodeInto', storeRangeOf(target, 'utf8Write', [text])!, () => Reflect.apply(encodeInto, this, [text, target]))
    })
  }

  #unwrapping(original: AnyFunction): AnyFunction {
    const retraced = (value: unknown) => this.#retraced(value)
    return function (this: unknown, ...args) {
      return retraced(original.apply(this, args.map(unwrapDeep)))
    }
  }

  #retraced(value: unknown): unknown {
    return isShared(value) ? traced(value, this.buffers) : value
  }

  #tracedClass(viewClass: new (...args: never[]) => ArrayBufferView): object {
    return new Proxy(viewClass, {
      construct: (target, args, newTarget) => this.#retraced(Reflect.construct(target, args.map(unwrap), newTarget)) as object,
    })
  }

  #tracedMethod(name: string, original: AnyFunction): AnyFunction {
    const retraced = (value: unknown) => this.#retraced(value)
    return function (this: unknown, ...args) {
      const view = unwrap(this)
      const values = args.map(unwrap)
      const make = () => retraced(original.apply(view, values))
      if (currentObserver() === undefined || !isView(view)) return make()
      const range = storeRangeOf(view, name, values)
      if (range !== undefined && isSharedArrayBuffer(range.buffer)) return storeInHalves(name, range, make)
      const source = [view, ...values].find(isShared)
      if (source === undefined || NO_LOADS.has(name)) return make()
      return observed({ kind: 'plain load', name, buffer: source.buffer, at: source.byteOffset, length: source.byteLength }, make)
    }
  }
}

function unwrapDeep(value: unknown): unknown {
  return Array.isArray(value) ? value.map(unwrap) : unwrap(value)
}
