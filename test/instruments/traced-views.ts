import { types } from 'node:util'
import { type Access, currentObserver, observed } from './access'

const { isSharedArrayBuffer, isArrayBufferView, isTypedArray } = types

/** A typed array. */
export type Words = Exclude<NodeJS.TypedArray, BigInt64Array | BigUint64Array>

const targets = new WeakMap<object, ArrayBufferView>()
const proxies = new WeakMap<ArrayBufferView, ArrayBufferView>()

/** The view behind a traced one, and everything else as it is: what native code must be given. */
export function unwrap<Value>(value: Value): Value {
  return (targets.get(value as object) as Value | undefined) ?? value
}

/** Whether a store through this view reaches other processes. */
export function isShared(view: unknown): view is ArrayBufferView {
  return isArrayBufferView(view) && isSharedArrayBuffer(view.buffer)
}

/** The same view over the same memory, whose stores and loads are told to whoever observes. */
export function traced<View extends ArrayBufferView>(view: View, seen?: Set<ArrayBufferLike>): View {
  seen?.add(view.buffer)
  let proxy = proxies.get(view)
  if (proxy === undefined) {
    proxy = new Proxy(view, isTypedArray(view) ? ELEMENTS : METHODS_ONLY)
    proxies.set(view, proxy)
    targets.set(proxy, view)
  }
  return proxy as View
}

// Accessors such as `length`, and methods, insist on a true typed array: the receiver is the view, never the proxy. The stores and loads
// of methods are told by their prototypes, which are patched (tracing.ts).
const METHODS_ONLY: ProxyHandler<ArrayBufferView> = {
  get: propertyOf,
  set: (view, key, value) => Reflect.set(view, key, value, view),
}

const MINUS = 45

const ELEMENTS: ProxyHandler<ArrayBufferView> = {
  get(view, key) {
    if (currentObserver() === undefined || !isIndex(key)) return propertyOf(view, key)
    return observed(elementOf(view as Words, key, 'plain load'), () => Reflect.get(view, key, view))
  },
  set(view, key, value) {
    if (currentObserver() === undefined || !isIndex(key)) return Reflect.set(view, key, value, view)
    return observed(elementOf(view as Words, key, 'store'), () => Reflect.set(view, key, value, view))
  },
}

function propertyOf(view: ArrayBufferView, key: string | symbol): unknown {
  const value = Reflect.get(view, key, view)
  return typeof value === 'function' && key !== 'constructor' ? value.bind(view) : value
}

function isIndex(key: string | symbol): key is string {
  if (typeof key !== 'string') return false
  const first = key.charCodeAt(0)
  return (first >= 48 && first <= 57) || first === MINUS || key === 'NaN' // the last two are indices of nothing, and mistakes
}

function elementOf(view: Words, key: string, kind: Access['kind']): Access {
  const length = view.BYTES_PER_ELEMENT
  return { kind, name: 'index', buffer: view.buffer, at: view.byteOffset + Number(key) * length, length }
}
