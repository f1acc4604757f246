import { isSharedArrayBuffer } from 'node:util/types'
import { conditionError, rangeError, SystemError, typeError } from '../errors'
import { MAX_BUFFER_LENGTH, mapBuffer } from '../memory/mapping'
import { originOf } from '../memory/origin'
import { binding, type MappingId, type Outcome } from '../native/binding'
import { adviceArgument, integerArgument, isInt, type MappedMemory, refusal, viewOf } from './memory'

const EBADF = 9
const ENOMEM = 12
const EINVAL = 22

function mapMemory(
  shared: boolean,
  size: unknown,
  protection: unknown,
  flags: unknown,
  fd: unknown,
  offset: unknown,
  advice: unknown,
): ArrayBufferLike {
  const length = doorInteger(size, 'mmap: size (arg[0]) must be an integer')
  const prot = doorInteger(protection, 'mmap: protection_flags (arg[1]) must be an integer')
  const mapFlags = doorInteger(flags, 'mmap: flags (arg[2]) must be an integer')
  const descriptor = doorInteger(fd, 'mmap: fd (arg[3]) must be an integer (a file descriptor)')
  const fileOffset = integerArgument(offset, 'mmap: offset (arg[4]) must be an integer', 0)
  const advised = adviceArgument(advice ?? 0, 'mmap: advise (arg[5]) must be an integer')

  if (!isInt(prot) || !(isInt(mapFlags) || mapFlags >>> 0 === mapFlags)) throw mapRefusal(-EINVAL)
  if (!isInt(descriptor)) throw mapRefusal(-EBADF)
  if (length < 0 || !Number.isSafeInteger(length)) throw mapRefusal(-ENOMEM)
  if (fileOffset < 0 || !Number.isSafeInteger(fileOffset)) throw mapRefusal(-EINVAL)
  if (length > MAX_BUFFER_LENGTH) {
    throw rangeError(
      'ERR_BUFFER_TOO_LARGE',
      `mmap: one buffer of this runtime holds ${MAX_BUFFER_LENGTH} bytes, not ${length}; MappedFile reaches all of a larger file`,
    )
  }
  const buffer = mapBuffer({ length, protection: prot, shared }, mapFlags, descriptor, fileOffset)
  if (typeof buffer === 'number') throw mapRefusal(buffer)
  const outcome = advised === 0 ? 0 : binding.advise(originOf(buffer)!.id, 0, length, advised)
  if (outcome === 0) return buffer
  endMapping(buffer, originOf(buffer)!.id)
  throw refusal(outcome, 'madvise')
}

function endMapping(buffer: ArrayBufferLike, id: MappingId): void {
  // Where it cannot be detached, it is covered as shared memory is.
  if (!isSharedArrayBuffer(buffer)) binding.detach(id, buffer)
  binding.close(id)
}

// As the ancestors read numbers: 1.9 is 1, NaN is 0.
function doorInteger(value: unknown, message: string): number {
  if (typeof value !== 'number') throw typeError('ERR_INVALID_ARG_TYPE', message)
  return Math.trunc(value) || 0
}

function mapRefusal(outcome: Outcome): Error {
  return new SystemError(`mmap failed, ${-outcome}`, -outcome, 'mmap')
}

/**
 * Maps a file, or anonymous memory, into a `Buffer`: one [mmap(2)](https://man7.org/linux/man-pages/man2/mmap.2.html).
 * The mapping ends with {@link unmap}, or when the buffer is collected. The descriptor may be closed right away.
 * Does not touch the disk, except with `MAP_POPULATE`.
 *
 * @param size bytes; cut to an integer
 * @param protection `PROT_…` flags
 * @param flags `MAP_…` flags; those that choose an address are refused
 * @param fd an open file, or -1 with `MAP_ANONYMOUS`
 * @param offset bytes into the file, a multiple of `PAGESIZE`
 * @param advise a `MADV_…` constant for all of it, 0 for none
 * @param name ignored here: the name of a mapping is a matter of Windows
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`
 * @throws {RangeError} `ERR_BUFFER_TOO_LARGE` past what one `Buffer` can hold
 * @throws {SystemError} `EINVAL`, `EACCES`, `EBADF`, `ENOMEM`, … `mmap failed, <errno>`, or `madvise() failed, <errno>`
 * @throws {MappingError} `ERR_EXTERNAL_BUFFERS_FORBIDDEN` in runtimes that allow copies only (use `MappedFile`)
 */
export function map(size: number, protection: number, flags: number, fd: number, offset?: number, advise?: number, _name?: Buffer): Buffer {
  const buffer = mapMemory(false, size, protection, flags, fd, offset, advise)
  return Buffer.from(buffer as ArrayBuffer)
}

/**
 * As {@link map}, into a `SharedArrayBuffer`, which can be posted to worker threads. Where the runtime
 * must lend the memory (Deno), its length is rounded up to 64 KiB.
 *
 * @throws as {@link map}, and {MappingError} `ERR_SHARED_UNSUPPORTED` where the runtime offers no way
 */
export function mapShared(
  size: number,
  protection: number,
  flags: number,
  fd: number,
  offset?: number,
  advise?: number,
): SharedArrayBuffer {
  return mapMemory(true, size, protection, flags, fd, offset, advise) as SharedArrayBuffer
}

/**
 * Unmaps what {@link map} or {@link mapShared} returned, now. A `Buffer` is empty afterwards, and so is
 * every view over its memory. A `SharedArrayBuffer` cannot be emptied, here or in other threads: it reads
 * as zeros, and the next call on it throws. Never waits; an asynchronous call at work on the memory ends first.
 *
 * Other modules' asynchronous operations (`fs.read` into the buffer) must have ended before.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_NOT_MAPPED`, `ERR_PARTIAL_UNMAP` for a part of a mapping,
 *   or memory that belongs to a `MappedFile`
 * @throws {MappingError} `ERR_MAPPING_CLOSED` when it is unmapped already
 */
export function unmap(memory: MappedMemory): void {
  const prefix = 'unmap(): '
  const { buffer, byteOffset, byteLength } = viewOf(memory, prefix)
  const origin = originOf(buffer)
  if (origin === undefined) throw typeError('ERR_NOT_MAPPED', `${prefix}buffer (arg[0]) is not mapped memory`)
  if (buffer.byteLength === 0 || binding.condition(origin.id) === 1) throw conditionError(1, prefix)
  if (origin.owned) throw typeError('ERR_PARTIAL_UNMAP', `${prefix}the memory belongs to a MappedFile: close that`)
  if (byteOffset !== 0 || byteLength !== buffer.byteLength) {
    throw typeError(
      'ERR_PARTIAL_UNMAP',
      `${prefix}the view covers ${byteLength} of the mapping's ${buffer.byteLength} bytes: pass all of it`,
    )
  }
  endMapping(buffer, origin.id)
}
