import type { Outcome } from '../native/binding'
import type { ByteLocks } from './byte-locks'

/** Bytes under one pair of views: what every runtime can hold in one buffer, with room to spare. */
export const PANE_LENGTH: number = 2 ** 30

/** One pair of views over up to {@link PANE_LENGTH} bytes. */
export interface Pane {
  readonly words: Int32Array
  readonly bytes: Buffer
}

/**
 * Where the bytes of a region are: memory with a fixed place in this thread's address space, of which the
 * first `length` bytes may be touched.
 */
export interface Backing {
  /** The file, for messages. */
  readonly path: string | undefined
  readonly writable: boolean
  /** Bytes of address space: the most that {@link extend} can give. */
  readonly reach: number
  readonly locks: ByteLocks
  /** 0 while the memory may be used; otherwise a `MappingCondition`. */
  readonly condition: Outcome
  /** Calls `listener`, from the event loop, when the memory breaks. For one listener. */
  onFault(listener: (error: Error) => void): void
  /** Bytes that exist now. Others may have added some. */
  length(): number
  /** The views over the bytes from `index * PANE_LENGTH` on, up to the reach; the same ones in each call. */
  pane(index: number): Pane
  /** Makes at least `length` bytes exist, with memory or disk blocks behind them. Blocks. Never shortens. @throws {SystemError} `ENOSPC` and the like */
  extend(length: number): void
  /** As {@link extend}, without memory or disk blocks: {@link allocate} must come before the first store. */
  extendSparsely(length: number): void
  /** Puts memory or disk blocks behind bytes that {@link punch} took them from. Blocks. @throws {SystemError} `ENOSPC` and the like */
  allocate(offset: number, length: number): void
  /** Gives back the memory or disk blocks of whole pages; they read as zeros. */
  punch(offset: number, length: number): void
  /** Writes changes to the disk, and waits for it. */
  sync(offset: number, length: number): void
  /** Gives the memory and the locks up. */
  close(): void
}
