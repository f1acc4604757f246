import { checkRange } from '../memory/bounds'
import { binding } from '../native/binding'
import { expectSuccess, type MappedMemory, partOf } from './memory'

/**
 * Brings pages into memory and keeps them there: [mlock(2)](https://man7.org/linux/man-pages/man2/mlock.2.html).
 * Blocks until they are in; with `onFault` they are locked as they come in, and nothing is waited for.
 * Does not nest: one {@link unlock} undoes any number of locks.
 *
 * There is no function for mlockall(2): V8 gives pages back by `MADV_DONTNEED`, which the kernel refuses for
 * locked memory, and ends the process.
 *
 * @param offset bytes from the start of `buffer`
 * @param length bytes; missing: to the end
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_NOT_MAPPED`
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 * @throws {SystemError} `mlock() failed, <errno>`: `ENOMEM` or `EPERM` past the limit (`ulimit -l`)
 * @throws {MappingError} when the mapping was closed or met a fault
 */
export function lock(buffer: MappedMemory, offset?: number, length?: number, options: { readonly onFault?: boolean } = {}): void {
  const part = partOf(buffer, 'lock(): ')
  const range = checkRange(offset, length, part.length)
  expectSuccess(binding.lock(part.id, part.at + range.offset, range.length, Boolean(options?.onFault)), 'mlock')
}

/** Lets the kernel move pages out again: munlock(2). Arguments and errors as {@link lock}. */
export function unlock(buffer: MappedMemory, offset?: number, length?: number): void {
  const part = partOf(buffer, 'unlock(): ')
  const range = checkRange(offset, length, part.length)
  expectSuccess(binding.unlock(part.id, part.at + range.offset, range.length), 'munlock')
}
