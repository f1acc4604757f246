import { FormatError } from '../errors'
import { checkRange as checkArguments } from '../memory/bounds'

/**
 * The rule for every offset and length that was read from shared memory or a file, before either is used.
 * It is the rule for arguments; only whose fault it is differs.
 *
 * `what` names the range, and the structure where there can be several: `segment 3: next record`.
 * @throws {FormatError} `ERR_CORRUPT`, unless `length` bytes from `offset` lie inside `limit`.
 */
export function checkRange(offset: number, length: number, limit: number, what: string): void {
  try {
    checkArguments(offset, length, limit)
  } catch (error) {
    throw new FormatError('ERR_CORRUPT', `${what}: ${(error as Error).message}`)
  }
}
