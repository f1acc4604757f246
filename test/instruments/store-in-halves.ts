import { observed, unobserved } from './access'
import type { StoreRange } from './store-range'

// Kept from before any patch.
const Bytes = Uint8Array
const setBytes = Uint8Array.prototype.set
const sliceBytes = Uint8Array.prototype.slice

/**
 * A process may also die within a store of many elements. So it is made whole, its second half is taken back, and stored again as a
 * step of its own: whoever stops there finds the first half alone.
 */
export function storeInHalves<Result>(name: string, { buffer, start, end, unit }: StoreRange, make: () => Result): Result {
  if (end === start) return make()
  // Some methods call others (`write` calls `utf8Write`): one store is counted once.
  if (end - start <= unit) return observed({ kind: 'store', name, buffer, at: start, length: end - start }, () => unobserved(make))
  const middle = start + Math.floor((end - start) / unit / 2) * unit
  const rest = new Bytes(buffer, middle, end - middle)
  let after: Uint8Array | undefined
  const result = observed({ kind: 'store', name, buffer, at: start, length: middle - start }, () => {
    const before = sliceBytes.call(rest)
    const made = unobserved(make)
    after = sliceBytes.call(rest)
    setBytes.call(rest, before)
    return made
  })
  observed({ kind: 'store', name, buffer, at: middle, length: end - middle, halfway: true }, () => setBytes.call(rest, after!))
  return result
}
