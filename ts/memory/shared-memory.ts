import { MappingError } from '../errors'
import { binding, type MappingId } from '../native/binding'

const WASM_PAGE = 65_536

// Every runtime has it; TypeScript's own libraries name it only for browsers.
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => { readonly buffer: SharedArrayBuffer }
}

let wrapping: boolean | undefined

/** Whether this runtime can put a `SharedArrayBuffer` over mapped memory. Tried once, with one page. */
export function wrapsShared(): boolean {
  if (wrapping !== undefined) return wrapping
  const id = new Float64Array(1)
  // Without even a page, nothing is known yet; the mapping that was wanted will say what is wrong.
  if (typeof binding.reserve(binding.pageSize, 0, -1, id) !== 'object') return true
  wrapping = typeof binding.sharedBuffer(id[0]!, 0, binding.pageSize) === 'object'
  binding.release(id[0]!)
  return wrapping
}

const lent = new FinalizationRegistry<MappingId>((id) => binding.forget(id))

/**
 * Runtimes that cannot wrap foreign memory (Deno) lend us theirs, to map over: the memory of WebAssembly,
 * which begins and ends at pages of the kernel and goes back to the kernel when it is collected.
 * @throws {MappingError} `ERR_SHARED_UNSUPPORTED`
 */
export function borrowAddressSpace(length: number): SharedArrayBuffer {
  const pages = Math.ceil(length / WASM_PAGE)
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer
  } catch (error) {
    throw new MappingError('ERR_SHARED_UNSUPPORTED', `this runtime cannot share ${length} bytes of mapped memory: ${String(error)}`)
  }
}

/** Says which mapping lies over borrowed address space, so that it ends with it. */
export function returnWhenCollected(borrowed: SharedArrayBuffer, id: MappingId): void {
  lent.register(borrowed, id)
}
