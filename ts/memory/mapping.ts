import { constants as bufferConstants } from 'node:buffer'
import { conditionError, type MappingCondition, MappingError, systemError } from '../errors'
import { type Anchor, binding, type MappingId, type Outcome } from '../native/binding'
import { watchFaults } from './faults'
import { rememberOrigin } from './origin'
import { borrowAddressSpace, returnWhenCollected, wrapsShared } from './shared-memory'

/** Bytes that one buffer of this runtime can hold: 4 GiB on Node 18, 20 and Bun. */
export const MAX_BUFFER_LENGTH: number = bufferConstants.MAX_LENGTH

/** Where some bytes lie in a buffer. */
export interface Window {
  readonly buffer: ArrayBufferLike
  /** Bytes from the start of `buffer`. */
  readonly byteOffset: number
}

export interface MappingOptions {
  readonly length: number
  readonly protection: number
  /** As a `SharedArrayBuffer`, which can be posted to worker threads. */
  readonly shared: boolean
}

/** Throws when a call was refused by the mapping or the system. */
export function succeed(outcome: Outcome, syscall: string, path?: string): void {
  if (outcome !== 0) throw failure(outcome, syscall, path)
}

/** The error behind an outcome other than 0. */
export function failure(outcome: Outcome, syscall: string, path?: string): Error {
  return outcome > 0 ? conditionError(outcome as MappingCondition) : systemError(-outcome, syscall, path)
}

const newId = new Float64Array(1)

/** One `mmap(2)`, kept by the buffer over it and by nothing else. Returns a negated errno value when the system refuses. */
export function mapBuffer(options: MappingOptions, flags: number, fd: number, offset: number): ArrayBufferLike | Outcome {
  const { length, protection, shared } = options
  if (shared && !wrapsShared()) return mapOverBorrowed(options, flags, fd, offset)
  const buffer = binding.map(length, protection, flags, fd, offset, shared, newId)
  if (typeof buffer === 'number') return buffer
  if (buffer === undefined) throw noBuffer(shared)
  rememberOrigin(buffer, { id: newId[0]!, at: 0, owned: false })
  watchFaults()
  return buffer
}

function mapOverBorrowed(options: MappingOptions, flags: number, fd: number, offset: number): ArrayBufferLike | Outcome {
  const mapping = Mapping.reserve(options, -1)
  if (typeof mapping === 'number') return mapping
  const outcome = binding.place(mapping.id, 0, options.length, options.protection, flags, fd, offset)
  if (outcome === 0) return mapping.window(0, options.length).buffer
  mapping.close()
  return outcome
}

function noBuffer(shared: boolean): MappingError {
  return shared
    ? new MappingError('ERR_SHARED_UNSUPPORTED', 'this runtime cannot share mapped memory with threads')
    : new MappingError(
        'ERR_EXTERNAL_BUFFERS_FORBIDDEN',
        'this runtime forbids buffers over mapped memory; MappedFile.read() and write() copy',
      )
}

/**
 * A span of address space that the pages of a file are placed into, and the buffers over it.
 * Belongs to one thread; the span itself is shared by all.
 */
export class Mapping {
  readonly id: MappingId
  /** Keeps the mapping until it is collected. */
  readonly anchor: Anchor
  readonly #shared: boolean
  readonly #owned: boolean
  readonly #borrowed: SharedArrayBuffer | undefined
  #windows: WeakRef<ArrayBufferLike>[] = []

  private constructor(anchor: Anchor, options: MappingOptions, fd: number, borrowed: SharedArrayBuffer | undefined) {
    this.id = newId[0]!
    this.anchor = anchor
    this.#shared = options.shared
    this.#owned = fd !== -1
    this.#borrowed = borrowed
    if (borrowed !== undefined) {
      rememberOrigin(borrowed, { id: this.id, at: 0, owned: this.#owned })
      returnWhenCollected(borrowed, this.id)
    }
    watchFaults()
  }

  /** Takes address space; keeps a duplicate of `fd`, unless it is -1. Returns a negated errno value when there is none. */
  static reserve(options: MappingOptions, fd: number): Mapping | Outcome {
    const borrowed = options.shared && !wrapsShared() ? borrowAddressSpace(options.length) : undefined
    const anchor =
      borrowed === undefined
        ? binding.reserve(options.length, options.protection, fd, newId)
        : binding.adopt(new Uint8Array(borrowed), options.protection, fd, newId)
    return typeof anchor === 'number' ? anchor : new Mapping(anchor, options, fd, borrowed)
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
    if (this.#borrowed !== undefined) return { buffer: this.#borrowed, byteOffset: at }
    const made = this.#shared ? binding.sharedBuffer(this.id, at, length) : binding.arrayBuffer(this.id, at, length)
    if (typeof made === 'number') throw failure(made, 'mmap')
    if (made === undefined) throw noBuffer(this.#shared)
    rememberOrigin(made, { id: this.id, at, owned: this.#owned })
    if (!this.#shared) this.#remember(made)
    return { buffer: made, byteOffset: 0 }
  }

  #remember(window: ArrayBufferLike): void {
    if (this.#windows.length >= 64) this.#windows = this.#windows.filter((known) => known.deref() !== undefined)
    this.#windows.push(new WeakRef(window))
  }

  /**
   * Unmaps now. Plain buffers are detached; shared ones, and those that were transferred, are put over
   * memory that holds nothing until the last of them is collected.
   */
  close(): void {
    for (const window of this.#windows) {
      const buffer = window.deref()
      if (buffer !== undefined) binding.detach(this.id, buffer as ArrayBuffer)
    }
    binding.close(this.id)
    binding.release(this.id)
  }
}
