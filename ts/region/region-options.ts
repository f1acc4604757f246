import { typeError } from '../errors'
import { checkCount, describe } from '../memory/bounds'
import { DEFAULT_LOCK_TIMEOUT } from '../sync/mutex'
import { MAX_SLOTS } from '../sync/owner-word'

/** How to open a region; and how to make it, where it says *new* or *created*. */
export interface RegionOptions {
  /** `'rw'` (default) creates what is missing; `'ro'` needs no permission but to read; writers never wait for it, but while it is being opened. */
  readonly mode?: 'rw' | 'ro'
  /** Bytes that a new region may grow to; costs address space only. Default 4 GiB, at most 32 GiB less a page. */
  readonly maxSize?: number
  /** Openers that a new region has room for: threads of all processes that have it open for writing. Default 128, at most 1023. */
  readonly openers?: number
  /** Milliseconds that a living opener may keep a mutex from this one. Default 1000. */
  readonly lockTimeout?: number
  /** Permission bits of a file that is created, less those of the umask. Default 0o600. */
  readonly permissions?: number
  /** What becomes of a region that the power failed under. Default `'keep'`. */
  readonly afterPowerLoss?: 'keep' | 'discard'
}

export type RegionSettings = Required<RegionOptions>

const DEFAULT_MAX_SIZE = 2 ** 32
/** Offsets in words count granules of 8 bytes, in 32 bits; also those of the end. */
export const MAX_REGION_SIZE: number = 2 ** 35 - 4096

/** @throws {TypeError} and {@link RangeError}, saying what was given and what is allowed */
export function regionSettings(options: RegionOptions): RegionSettings {
  if (typeof options !== 'object' || options === null)
    throw typeError('ERR_INVALID_ARG_TYPE', `options must be an object, not ${describe(options)}`)
  return {
    mode: oneOf('mode', options.mode ?? 'rw', ['rw', 'ro']),
    maxSize: checkCount('maxSize', options.maxSize ?? DEFAULT_MAX_SIZE),
    openers: checkCount('openers', options.openers ?? 128, MAX_SLOTS),
    lockTimeout: checkCount('lockTimeout', options.lockTimeout ?? DEFAULT_LOCK_TIMEOUT),
    permissions: checkCount('permissions', options.permissions ?? 0o600, 0o7777),
    afterPowerLoss: oneOf('afterPowerLoss', options.afterPowerLoss ?? 'keep', ['keep', 'discard']),
  }
}

function oneOf<const Choice extends string>(name: string, value: unknown, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value)
  if (found === undefined)
    throw typeError(
      'ERR_INVALID_ARG_VALUE',
      `${name} must be ${choices.map((choice) => `'${choice}'`).join(' or ')}, not ${describe(value)}`,
    )
  return found
}
