import { binding } from '../native/binding'
import { expectSuccess, type MappedMemory, type Part, partOf, partWithin } from './memory'

const SYSCALL = 'msync'
const PREFIX = 'sync(): '

/** What is missing, or of another type, counts as 0; a length of 0 reaches to the end: the ancestors' rule. */
function syncPart(buffer: unknown, offset: unknown, length: unknown): Part {
  const whole = partOf(buffer, PREFIX)
  const start = typeof offset === 'number' ? Math.trunc(offset) || 0 : 0
  const count = typeof length === 'number' ? Math.trunc(length) || 0 : 0
  return partWithin(whole, start, count === 0 ? Math.max(whole.length - start, 0) : count, SYSCALL)
}

function syncFlags(blocking: boolean, invalidate: boolean): number {
  const { MS_SYNC, MS_ASYNC, MS_INVALIDATE } = binding.constants
  return (blocking ? MS_SYNC : MS_ASYNC) | (invalidate ? MS_INVALIDATE : 0)
}

/**
 * Writes changed pages to the file: [msync(2)](https://man7.org/linux/man-pages/man2/msync.2.html).
 * `blocking` waits until the disk has them, and blocks this thread; without it the kernel is only told to begin.
 *
 * @param offset bytes from the start of `buffer`; its address must be page-aligned
 * @param length bytes; 0 or missing: to the end
 * @param invalidate ask other mappings of the file to be brought up to date (`MS_INVALIDATE`)
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_NOT_MAPPED`
 * @throws {SystemError} `msync() failed, <errno>`: `EINVAL`, `EIO`, `ENOMEM` for a range outside the buffer
 * @throws {MappingError} when the mapping was closed or met a fault
 */
export function sync(buffer: MappedMemory, blocking: boolean, invalidate?: boolean): void
export function sync(buffer: MappedMemory, offset?: number, length?: number, blocking?: boolean, invalidate?: boolean): void
export function sync(buffer: MappedMemory, a?: unknown, b?: unknown, c?: unknown, d?: unknown): void {
  const short = typeof a === 'boolean'
  const part = short ? syncPart(buffer, 0, 0) : syncPart(buffer, a, b)
  const flags = short ? syncFlags(a, Boolean(b)) : syncFlags(Boolean(c), Boolean(d))
  expectSuccess(binding.sync(part.id, part.at, part.length, flags), SYSCALL)
}

/**
 * As a blocking {@link sync}, on a thread of the pool: resolves when the disk has the pages.
 * @throws as {@link sync}, by rejection; also `ERR_MAPPING_CLOSED` when the mapping is closed before the disk has them
 */
export async function syncAsync(buffer: MappedMemory, offset?: number, length?: number, invalidate?: boolean): Promise<void> {
  const part = syncPart(buffer, offset, length)
  expectSuccess(await binding.syncAsync(part.id, part.at, part.length, syncFlags(true, Boolean(invalidate))), SYSCALL)
}
