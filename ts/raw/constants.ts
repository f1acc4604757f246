import { typeError } from '../errors'
import { binding, type ConstantName, type Constants as MmanConstants } from '../native/binding'

/** `undefined` at run time where the system lacks one: ask {@link supports}. */
export type Constants = MmanConstants & {
  /** The kernel's unit of mapping, in bytes. */
  readonly PAGESIZE: number
}

export const constants: Constants = Object.freeze({ ...binding.constants, PAGESIZE: binding.pageSize })

const NO_FILE = -1
const ENOSYS = 38

/**
 * Whether the running system has something: a constant by its name (for advice the kernel itself is
 * asked), or a system call that not every kernel has (`'cachestat'`).
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`
 */
export function supports(name: ConstantName | 'cachestat' | (string & {})): boolean {
  if (typeof name !== 'string') throw typeError('ERR_INVALID_ARG_TYPE', 'supports(): name (arg[0]) must be a string')
  if (name === 'cachestat') return binding.cacheStat(NO_FILE, 0, 0, new Float64Array(5)) !== -ENOSYS
  if (!Object.hasOwn(binding.constants, name)) return false
  return !name.startsWith('MADV_') || binding.probeAdvice(binding.constants[name as ConstantName]) === 0
}
