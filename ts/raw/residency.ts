import { typeError } from '../errors'
import { checkCount } from '../memory/bounds'
import { PAGE_SIZE } from '../memory/page'
import { binding } from '../native/binding'
import { expectSuccess, isInt, type MappedMemory, type Part, partOf } from './memory'

const SYSCALL = 'mincore'

function pagesOf(part: Part): Uint8Array {
  const pages = new Uint8Array(Math.ceil(part.length / PAGE_SIZE))
  expectSuccess(binding.residency(part.id, part.at, part.length, pages), SYSCALL)
  for (let page = 0; page < pages.length; page++) pages[page]! &= 1 // the other bits mean nothing
  return pages
}

/**
 * Which pages are in memory: one byte a page, 1 or 0
 * ([mincore(2)](https://man7.org/linux/man-pages/man2/mincore.2.html)). A picture of a moment: the next one may differ.
 * Of a file that the user neither owns nor may write, the kernel says that all of it is.
 *
 * @param buffer mapped memory that starts at a page's start
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_NOT_MAPPED`
 * @throws {SystemError} `mincore() failed, <errno>`
 * @throws {MappingError} when the mapping was closed or met a fault
 */
export function residency(buffer: MappedMemory): Uint8Array {
  return pagesOf(partOf(buffer, 'residency(): '))
}

/**
 * Counts pages by whether they are in memory: `[absent, present]`, in this order.
 * @throws as {@link residency}
 */
export function incore(buffer: MappedMemory): [absent: number, present: number]
export function incore(...args: unknown[]): [absent: number, present: number] {
  if (args.length !== 1) throw typeError('ERR_INVALID_ARG_COUNT', 'incore() takes 1 argument: (buffer :Buffer) .')
  const pages = pagesOf(partOf(args[0], 'incore(): '))
  let present = 0
  for (const page of pages) present += page
  return [pages.length - present, present]
}

/** Pages of a file, as the page cache sees them. */
export interface CacheStat {
  readonly cached: number
  readonly dirty: number
  readonly writeback: number
  readonly evicted: number
  readonly recentlyEvicted: number
}

/**
 * How much of a file the page cache holds, without mapping it: cachestat(2), Linux 6.5 and later
 * (`supports('cachestat')`).
 *
 * @param fd an open file
 * @param offset bytes
 * @param length bytes; 0 or missing: to the end of the file
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 * @throws {SystemError} `cachestat() failed, <errno>`: `EBADF`, `EOPNOTSUPP`, `ENOSYS` on older kernels
 */
export function cacheStat(fd: number, offset = 0, length = 0): CacheStat {
  if (typeof fd !== 'number' || !isInt(fd))
    throw typeError('ERR_INVALID_ARG_TYPE', 'cacheStat(): fd must be an integer (a file descriptor)')
  const pages = new Float64Array(5)
  expectSuccess(binding.cacheStat(fd, checkCount('offset', offset), checkCount('length', length), pages), 'cachestat')
  const [cached, dirty, writeback, evicted, recentlyEvicted] = pages as unknown as [number, number, number, number, number]
  return { cached, dirty, writeback, evicted, recentlyEvicted }
}
