import { constants as bufferConstants } from 'node:buffer'
import { conditionError, type MappingCondition, MappingError, systemError } from '../errors'
import { binding, type MappingId, type Outcome } from '../native/binding'
import { watchFaults } from './faults'

/** Bytes that one buffer of this runtime can hold: 4 GiB on Node 18, 20 and Bun. */
export const MAX_BUFFER_LENGTH: number = bufferConstants.MAX_LENGTH

const WASM_PAGE = 65_536

// Every runtime has it; TypeScript's own libraries name it only for browsers.
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => { readonly buffer: SharedArrayBuffer }
}

/** Where a buffer lies in its mapping. */
export interface Window {
  readonly buffer: ArrayBufferLike
  /** Bytes from the start of `buffer`. */
  readonly byteOffset: number
}

/** What is known of a buffer that this package made. */
export interface Origin {
  readonly id: MappingId
  /** Bytes from the start of the mapping to the start of the buffer. */
  readonly at: number
  /** The mapping belongs to an object that closes it. */
  readonly owned: boolean
}

export interface MappingOptions {
  readonly length: number
  readonly protection: number
  /** As a `SharedArrayBuffer`, which can be posted to worker threads. */
  readonly shared: boolean
}

/** Throws when a call was refused by the mapping or the system; returns 0. */
export function succeed(outcome: Outcome, syscall: string, path?: string): void {
  if (outcome === 0) return
  throw failure(outcome, syscall, path)
}

/** The error behind an outcome other than 0. */
export function failure(outcome: Outcome, syscall: string, path?: string): Error {
  return outcome > 0 ? conditionError(outcome as MappingCondition) : systemError(-outcome, syscall, path)
}

const origins = new WeakMap<ArrayBufferLike, Origin>()

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

/** Runtimes that cannot wrap foreign memory lend us theirs, to map over (Deno). */
const lent = new FinalizationRegistry<MappingId>((id) => binding.forget(id))

function borrowAddressSpace(length: number): SharedArrayBuffer {
  const pages = Math.ceil(length / WASM_PAGE)
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer
  } catch (error) {
    throw new MappingError('ERR_SHARED_UNSUPPORTED', `this runtime cannot share ${length} bytes of mapped memory: ${String(error)}`)
  }
}

// Electron's memory cage ends the process when V8 is handed memory from outside.
const CAGED = process.versions.electron !== undefined

/** Whether a `SharedArrayBuffer` can be put over mapped memory. Probed once, with one page. */
const wrapsShared = ((): (() => boolean) => {
  let known: boolean | undefined
  return () => {
    if (known === undefined) {
      const id = CAGED ? 0 : binding.reserve(binding.pageSize, 0, -1)
      known = id > 0 && typeof binding.sharedBuffer(id, 0, binding.pageSize) === 'object'
      if (id > 0) binding.release(id)
    }
    return known
  }
})()

/**
 * One span of mapped address space, and the buffers over it.
 * Belongs to one thread; the span itself is shared by all.
 */
export class Mapping {
  readonly id: MappingId
  /** Bytes of address space that windows may cover. */
  readonly length: number
  readonly #shared: boolean
  readonly #owned: boolean
  readonly #lent: SharedArrayBuffer | undefined
  #windows: WeakRef<ArrayBuffer>[] = []

  private constructor(id: MappingId, options: MappingOptions, owned: boolean, lentBuffer?: SharedArrayBuffer) {
    this.id = id
    this.length = options.length
    this.#shared = options.shared
    this.#owned = owned
    this.#lent = lentBuffer
    if (lentBuffer !== undefined) {
      origins.set(lentBuffer, { id, at: 0, owned })
      lent.register(lentBuffer, id)
    }
    watchFaults()
  }

  /** One `mmap(2)`. Returns a negated errno value when the system refuses. Its buffers alone keep it. */
  static map(options: MappingOptions, flags: number, fd: number, offset: number): Mapping | Outcome {
    const { length, protection, shared } = options
    if (shared && !wrapsShared()) return Mapping.#mapOverLent(options, flags, fd, offset)
    const id = binding.map(length, protection, flags, fd, offset)
    return id < 0 ? id : new Mapping(id, options, false)
  }

  static #mapOverLent(options: MappingOptions, flags: number, fd: number, offset: number): Mapping | Outcome {
    if (options.length <= 0) return -22
    const mapping = Mapping.#adopt(options, -1, false)
    if (typeof mapping === 'number') return mapping
    const outcome = binding.place(mapping.id, 0, options.length, options.protection, flags, fd, offset)
    if (outcome === 0) return mapping
    mapping.close()
    return outcome
  }

  static #adopt(options: MappingOptions, fd: number, owned: boolean): Mapping | Outcome {
    const buffer = borrowAddressSpace(options.length)
    const id = binding.adopt(new Uint8Array(buffer), options.protection, fd)
    return id < 0 ? id : new Mapping(id, options, owned, buffer)
  }

  /** Address space for {@link place}; keeps a duplicate of `fd`. Returns a negated errno value when there is none. */
  static reserve(options: MappingOptions, fd: number): Mapping | Outcome {
    if (options.shared && !wrapsShared()) return Mapping.#adopt(options, fd, true)
    const id = binding.reserve(options.length, options.protection, fd)
    return id < 0 ? id : new Mapping(id, options, true)
  }

  /** The descriptor kept by {@link reserve}. */
  get descriptor(): number {
    return binding.descriptor(this.id)
  }

  get condition(): Outcome {
    return binding.condition(this.id)
  }

  /**
   * A buffer that contains the given bytes. Each call makes another, so callers keep what they get.
   * @throws {MappingError} `ERR_EXTERNAL_BUFFERS_FORBIDDEN` where the runtime allows copies only.
   */
  window(at: number, length: number): Window {
    if (this.#lent !== undefined) return { buffer: this.#lent, byteOffset: at }
    const made = this.#shared ? binding.sharedBuffer(this.id, at, length) : binding.arrayBuffer(this.id, at, length)
    if (typeof made === 'number') throw failure(made, 'mmap')
    if (made === undefined) {
      throw this.#shared
        ? new MappingError('ERR_SHARED_UNSUPPORTED', 'this runtime cannot share mapped memory with threads')
        : new MappingError('ERR_EXTERNAL_BUFFERS_FORBIDDEN', 'this runtime forbids buffers over mapped memory; read() and write() copy')
    }
    origins.set(made, { id: this.id, at, owned: this.#owned })
    if (!this.#shared && this.#owned) this.#remember(made as ArrayBuffer)
    return { buffer: made, byteOffset: 0 }
  }

  #remember(window: ArrayBuffer): void {
    if (this.#windows.length >= 64) this.#windows = this.#windows.filter((known) => known.deref() !== undefined)
    this.#windows.push(new WeakRef(window))
  }

  /** Hands ownership to an object that keeps the mapping until it is collected. */
  anchor(): object {
    return binding.anchor(this.id)
  }

  /** Gives up ownership: from now on the buffers alone keep the mapping. */
  release(): void {
    binding.release(this.id)
  }

  /**
   * Unmaps now. Plain buffers are detached; shared ones, and those that were transferred, are put over
   * memory that holds nothing until the last of them is collected.
   */
  close(): void {
    for (const window of this.#windows) {
      const buffer = window.deref()
      if (buffer !== undefined) binding.detach(this.id, buffer)
    }
    binding.close(this.id)
    binding.release(this.id)
  }
}
