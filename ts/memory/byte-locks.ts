import { ByteLock, binding, type MappingId, type MemberId, type Outcome } from '../native/binding'
import { failure } from './mapping'

const EAGAIN = 11

/**
 * Locks on numbered bytes. They are dropped when their holder ends, however it ends, and a holder does not see
 * its own: so "is locked" asks for others alone.
 */
export interface ByteLocks {
  /** Never waits; false when another's lock conflicts. */
  tryLock(byte: number, kind?: ByteLock): boolean
  /** Does nothing when the byte is not locked, or the memory is closed or broken: its locks are gone already. */
  unlock(byte: number): void
  /** Whether another's lock would refuse this one. */
  isLocked(byte: number, kind?: ByteLock): boolean
  /** Drops all of them at once, as the holder's death would. */
  drop(): void
}

// Far past the end of any file; still exact as a number.
const FIRST_BYTE = 2 ** 52

/** The kernel's locks of an open file description: between processes, and between openers in one of them. */
export class FileLocks implements ByteLocks {
  readonly #id: MappingId

  constructor(id: MappingId) {
    this.#id = id
  }

  tryLock(byte: number, kind: ByteLock = ByteLock.EXCLUSIVE): boolean {
    return granted(binding.lockByte(this.#id, FIRST_BYTE + byte, kind))
  }

  unlock(byte: number): void {
    binding.lockByte(this.#id, FIRST_BYTE + byte, ByteLock.NONE)
  }

  isLocked(byte: number, kind: ByteLock = ByteLock.EXCLUSIVE): boolean {
    return !granted(binding.testByte(this.#id, FIRST_BYTE + byte, kind))
  }

  drop(): void {
    binding.unlockAllBytes(this.#id)
  }
}

/** A table of this process: between its threads, for memory without a file. */
export class TableLocks implements ByteLocks {
  readonly #member: MemberId

  constructor(memory: Uint8Array) {
    this.#member = binding.joinTable(memory)
    left.register(this, this.#member)
  }

  tryLock(byte: number, kind: ByteLock = ByteLock.EXCLUSIVE): boolean {
    return granted(binding.lockTableByte(this.#member, byte, kind))
  }

  unlock(byte: number): void {
    binding.lockTableByte(this.#member, byte, ByteLock.NONE)
  }

  isLocked(byte: number, kind: ByteLock = ByteLock.EXCLUSIVE): boolean {
    return !granted(binding.testTableByte(this.#member, byte, kind))
  }

  drop(): void {
    binding.leaveTable(this.#member)
  }
}

const left = new FinalizationRegistry<MemberId>((member) => binding.leaveTable(member))

function granted(outcome: Outcome): boolean {
  if (outcome === 0) return true
  if (outcome === -EAGAIN) return false
  throw failure(outcome, 'fcntl')
}
