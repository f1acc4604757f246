import { typeError } from '../errors'
import { binding } from '../native/binding'
import { adviceArgument, expectSuccess, integerArgument, type MappedMemory, partOf, partWithin } from './memory'

const SYSCALL = 'madvise'

/**
 * Tells the kernel how memory is going to be used:
 * [madvise(2)](https://man7.org/linux/man-pages/man2/madvise.2.html). Does not wait for the disk, except
 * with `MADV_POPULATE_*`, `MADV_COLLAPSE` and `MADV_PAGEOUT`. `MADV_DONTNEED` and `MADV_REMOVE` throw data away.
 *
 * @param offset bytes from the start of `buffer`; its address must be page-aligned
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_NOT_MAPPED`
 * @throws {SystemError} `madvise() failed, <errno>`: `EINVAL`, `ENOMEM` for a range outside the buffer, …
 * @throws {MappingError} when the mapping was closed or met a fault
 */
export function advise(buffer: MappedMemory, advice: number): void
export function advise(buffer: MappedMemory, offset: number, length: number, advice: number): void
export function advise(...args: unknown[]): void {
  if (args.length !== 2 && args.length !== 4) {
    throw typeError(
      'ERR_INVALID_ARG_COUNT',
      'advise() takes 2 or 4 arguments: (buffer :Buffer, advise :int) | (buffer :Buffer, offset :int, length :int, advise :int).',
    )
  }
  const whole = partOf(args[0], 'advice(): ')
  const first = 'advice(): (arg[1]) must be an integer'
  const part =
    args.length === 2
      ? whole
      : partWithin(whole, integerArgument(args[1], first), integerArgument(args[2], 'advice(): (arg[2]) must be an integer'), SYSCALL)
  const advice = args.length === 2 ? adviceArgument(args[1], first) : adviceArgument(args[3], 'advice(): (arg[3]) must be an integer')
  expectSuccess(binding.advise(part.id, part.at, part.length, advice), SYSCALL)
}
