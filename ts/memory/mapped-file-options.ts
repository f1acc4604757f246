import { typeError } from '../errors'
import { type Advice, adviceNumber } from './advice'
import { checkCount, describe } from './bounds'
import type { FileMode } from './file-target'

export interface MappedFileOptions {
  /**
   * `'r'` (default) reads; `'r+'` reads and writes; `'w+'` creates the file, or empties it, and gives it `size`
   * bytes; `'copy'` may be written to, and the file never hears of it.
   */
  readonly mode?: FileMode
  /** Where the mapping begins in the file: any byte. Default 0. */
  readonly offset?: number
  /** Bytes to map; must lie in the file. Default: to the end of the file, also after `resize`. */
  readonly length?: number
  /** Bytes of the file: `'w+'` needs it; with `'r+'` a shorter file grows to it. */
  readonly size?: number
  /** The largest size that `resize` may give the file; costs address space only. Default: 4 GiB, or the file's size if that is larger, or if address space is rationed (`ulimit -v`). */
  readonly maxSize?: number
  /** Views are over a `SharedArrayBuffer`, which can be posted to worker threads. Default false. */
  readonly shared?: boolean
  /** Growth leaves holes instead of allocating blocks: quick, but a full disk is then noticed as a fault, at a store. Default false. */
  readonly sparse?: boolean
  /** Bring all of it into memory while opening; blocks. `prefetch()` does not. Default false. */
  readonly populate?: boolean
  /** Ask for transparent huge pages. Default false. */
  readonly hugePages?: boolean
  /** How the pages are going to be used. */
  readonly advice?: Advice
  /** Permission bits of a file that `'w+'` creates. Default 0o600. */
  readonly permissions?: number
}

export interface Settings {
  readonly mode: FileMode
  readonly offset: number
  readonly length: number | undefined
  readonly size: number | undefined
  readonly maxSize: number | undefined
  readonly shared: boolean
  readonly sparse: boolean
  readonly populate: boolean
  readonly hugePages: boolean
  readonly advice: number | undefined
  readonly permissions: number
}

const MODES: readonly unknown[] = ['r', 'r+', 'w+', 'copy']
const KNOWN = new Set(['mode', 'offset', 'length', 'size', 'maxSize', 'shared', 'sparse', 'populate', 'hugePages', 'advice', 'permissions'])

/** Checks every option; an unknown one is an error, as it would be a wish ignored. */
export function settingsOf(options: MappedFileOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw typeError('ERR_INVALID_ARG_TYPE', `options must be an object, not ${describe(options)}`)
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) throw typeError('ERR_INVALID_ARG_VALUE', `unknown option ${JSON.stringify(key)}`)
  }
  const mode = options.mode ?? 'r'
  if (!MODES.includes(mode)) throw typeError('ERR_INVALID_ARG_VALUE', `mode must be 'r', 'r+', 'w+' or 'copy', not ${describe(mode)}`)
  const settings: Settings = {
    mode,
    offset: checkCount('offset', options.offset ?? 0),
    length: optionalCount('length', options.length),
    size: optionalCount('size', options.size),
    maxSize: optionalCount('maxSize', options.maxSize),
    shared: flag('shared', options.shared),
    sparse: flag('sparse', options.sparse),
    populate: flag('populate', options.populate),
    hugePages: flag('hugePages', options.hugePages),
    advice: options.advice === undefined ? undefined : adviceNumber(options.advice),
    permissions: checkCount('permissions', options.permissions ?? 0o600, 0o7777),
  }
  checkTogether(settings)
  return settings
}

function checkTogether({ mode, size, length, maxSize }: Settings): void {
  if (mode === 'w+' && size === undefined) throw typeError('ERR_INVALID_ARG_VALUE', "mode 'w+' needs size, in bytes")
  if ((mode === 'r' || mode === 'copy') && size !== undefined)
    throw typeError('ERR_INVALID_ARG_VALUE', `size cannot be given with mode '${mode}'`)
  if (mode === 'copy' && maxSize !== undefined) throw typeError('ERR_INVALID_ARG_VALUE', "maxSize cannot be given with mode 'copy'")
  if (length !== undefined && maxSize !== undefined)
    throw typeError('ERR_INVALID_ARG_VALUE', 'length fixes the mapping, maxSize lets it grow: give one of them')
}

function optionalCount(name: string, value: unknown): number | undefined {
  return value === undefined ? undefined : checkCount(name, value)
}

function flag(name: string, value: unknown): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw typeError('ERR_INVALID_ARG_TYPE', `${name} must be a boolean, not ${describe(value)}`)
  return value
}
