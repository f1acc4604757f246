import { typeError } from '../errors'
import { binding } from '../native/binding'
import { describe } from './bounds'

const NAMES = {
  normal: 'MADV_NORMAL',
  random: 'MADV_RANDOM',
  sequential: 'MADV_SEQUENTIAL',
  willneed: 'MADV_WILLNEED',
  dontneed: 'MADV_DONTNEED',
  hugepage: 'MADV_HUGEPAGE',
  nohugepage: 'MADV_NOHUGEPAGE',
  cold: 'MADV_COLD',
  pageout: 'MADV_PAGEOUT',
} as const

/**
 * How pages are going to be used: a name, or any `MADV_…` constant. The words are those of
 * [madvise(2)](https://man7.org/linux/man-pages/man2/madvise.2.html).
 */
export type Advice = keyof typeof NAMES | number

/** The number of an advice. */
export function adviceNumber(advice: unknown): number {
  if (typeof advice === 'number' && Number.isInteger(advice)) return advice
  const known =
    typeof advice === 'string' && Object.hasOwn(NAMES, advice) ? binding.constants[NAMES[advice as keyof typeof NAMES]] : undefined
  if (known === undefined) {
    throw typeError(
      'ERR_INVALID_ARG_VALUE',
      `advice must be a MADV_ number or one of ${Object.keys(NAMES).join(', ')}, not ${describe(advice)}`,
    )
  }
  return known
}
