import { checkRange } from '../memory/bounds'
import { pagesAround } from '../memory/page'
import { populate } from '../memory/populate'
import { expectSuccess, type MappedMemory, partOf } from './memory'

/**
 * Brings pages into memory on a thread of the pool, and resolves when they are in: the event loop is not
 * blocked, and later reads meet no page fault (`MADV_POPULATE_READ`, Linux 5.14; by reading a byte of each page before that).
 *
 * @param offset bytes from the start of `buffer`
 * @param length bytes; missing: to the end
 * @param options `write`: make them ready to be stored to, too
 * @throws by rejection: {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_NOT_MAPPED`; {RangeError} `ERR_OUT_OF_RANGE`;
 *   {SystemError} `madvise() failed, <errno>`: `EFAULT` past the end of the file, `ENOMEM`;
 *   {MappingError} when the mapping was closed, also meanwhile, or met a fault
 */
export async function prefetch(
  buffer: MappedMemory,
  offset?: number,
  length?: number,
  options: { readonly write?: boolean } = {},
): Promise<void> {
  const part = partOf(buffer, 'prefetch(): ')
  const range = checkRange(offset, length, part.length)
  const pages = pagesAround({ offset: part.at + range.offset, length: range.length })
  expectSuccess(await populate(part.id, pages.offset, pages.length, Boolean(options?.write)), 'madvise')
}
