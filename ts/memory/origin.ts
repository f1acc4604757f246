import { binding, type MappingId } from '../native/binding'

/** What is known of a buffer that this package made. */
export interface Origin {
  readonly id: MappingId
  /** Bytes from the start of the mapping to the start of the buffer. */
  readonly at: number
  /** The mapping belongs to an object that closes it. */
  readonly owned: boolean
}

const origins = new WeakMap<ArrayBufferLike, Origin>()

/** Remembers where a buffer came from. */
export function rememberOrigin(buffer: ArrayBufferLike, origin: Origin): void {
  origins.set(buffer, origin)
}

/** Finds the mapping behind a buffer: one of this thread's, or one posted by another thread. */
export function originOf(buffer: ArrayBufferLike): Origin | undefined {
  const known = origins.get(buffer)
  if (known !== undefined || buffer.byteLength === 0) return known
  const bytes = new Uint8Array(buffer)
  const id = binding.find(bytes)
  if (id === 0) return undefined
  const found = { id, at: binding.locate(id, bytes), owned: binding.descriptor(id) !== -1 }
  origins.set(buffer, found)
  return found
}
