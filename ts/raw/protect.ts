import { typeError } from '../errors'
import { checkRange } from '../memory/bounds'
import { binding } from '../native/binding'
import { expectSuccess, isInt, type MappedMemory, partOf } from './memory'

/**
 * Changes what may be done with mapped pages: [mprotect(2)](https://man7.org/linux/man-pages/man2/mprotect.2.html).
 * A forbidden access afterwards does not end the process: it meets private memory, and the next call on the mapping throws.
 *
 * @param protection `PROT_…` flags
 * @param offset bytes from the start of `buffer`; its address must be page-aligned
 * @param length bytes; missing: to the end. The kernel rounds up to whole pages.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_NOT_MAPPED`
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 * @throws {SystemError} `mprotect() failed, <errno>`: `EACCES` for what the file was not opened for, `EINVAL`
 * @throws {MappingError} when the mapping was closed or met a fault
 */
export function protect(buffer: MappedMemory, protection: number, offset?: number, length?: number): void {
  const part = partOf(buffer, 'protect(): ')
  if (typeof protection !== 'number' || !isInt(protection))
    throw typeError('ERR_INVALID_ARG_TYPE', 'protect(): protection (arg[1]) must be an integer')
  const range = checkRange(offset, length, part.length)
  expectSuccess(binding.protect(part.id, part.at + range.offset, range.length, protection), 'mprotect')
}
