/**
 * Every error that this package throws, grouped by when it occurs.
 *
 * - Misuse is a `TypeError` or `RangeError` with an `ERR_…` code.
 * - What the operating system refuses is a {@link SystemError}, with the
 *   properties of Node's own: `code`, `errno` (negative), `syscall`.
 * - A mapping that can no longer be used is a {@link MappingError}.
 * - What other openers of the same memory prevent is a {@link SharingError}.
 * - A structure whose bytes cannot be believed is a {@link FormatError}.
 */

import { getSystemErrorMap } from 'node:util'

// ---- misuse -----------------------------------------------------------------

export type MisuseCode =
  | 'ERR_INVALID_ARG_TYPE'
  | 'ERR_INVALID_ARG_VALUE'
  | 'ERR_INVALID_ARG_COUNT'
  | 'ERR_OUT_OF_RANGE'
  | 'ERR_NOT_MAPPED' // the memory was not made by this package
  | 'ERR_PARTIAL_UNMAP' // a part of a mapping cannot be unmapped
  | 'ERR_BUFFER_TOO_LARGE' // more than one buffer of this runtime can hold
  | 'ERR_NOT_WRITABLE' // the mapping was opened for reading only
  | 'ERR_NOT_RESIZABLE'

/** A `TypeError` with a code. */
export function typeError(code: MisuseCode, message: string): TypeError {
  return Object.assign(new TypeError(message), { code })
}

/** A `RangeError` with a code. */
export function rangeError(code: MisuseCode, message: string): RangeError {
  return Object.assign(new RangeError(message), { code })
}

// ---- what the operating system refuses ----------------------------------------

/** A system call failed. */
export class SystemError extends Error {
  /** The name of the error: `'EACCES'`. */
  readonly code: string
  /** The number of the error, negative, as Node gives it. */
  readonly errno: number
  /** The system call: `'mmap'`. */
  readonly syscall: string

  constructor(message: string, errno: number, syscall: string) {
    super(message)
    this.code = systemErrorText(errno)[0]
    this.errno = -errno
    this.syscall = syscall
  }

  static {
    SystemError.prototype.name = 'SystemError'
  }
}

/** In the words of Node's `fs`: `EACCES: permission denied, mmap 'file'`. */
export function systemError(errno: number, syscall: string, path?: string): SystemError {
  const [code, text] = systemErrorText(errno)
  const where = path === undefined ? '' : ` '${path}'`
  return new SystemError(`${code}: ${text}, ${syscall}${where}`, errno, syscall)
}

function systemErrorText(errno: number): [name: string, text: string] {
  return getSystemErrorMap().get(-errno) ?? [`E${errno}`, `unknown error ${errno}`]
}

// ---- a mapping that can no longer be used ---------------------------------------

/** Why a mapping refuses calls. The numbers are `Condition` of `src/mapping.h`. */
export const MAPPING_CONDITIONS = {
  1: ['ERR_MAPPING_CLOSED', 'the mapping was closed'],
  2: ['ERR_MAPPING_TRUNCATED', 'the file became shorter than its mapping, or its disk is full or failing'],
  3: ['ERR_MAPPING_READ_ONLY', 'a program stored into a read-only mapping'],
  4: ['ERR_MAPPING_NO_ACCESS', 'a program touched pages that its protection forbids'],
  5: ['ERR_MAPPING_HARDWARE', 'the memory under the mapping is broken'],
} as const

export type MappingCondition = keyof typeof MAPPING_CONDITIONS
export type MappingErrorCode =
  | (typeof MAPPING_CONDITIONS)[MappingCondition][0]
  | 'ERR_SHARED_UNSUPPORTED'
  | 'ERR_EXTERNAL_BUFFERS_FORBIDDEN'
  | 'ERR_ADDRESS_SPACE'

/** A mapping was closed, met a fault, or cannot be had in this runtime. */
export class MappingError extends Error {
  readonly code: MappingErrorCode

  constructor(code: MappingErrorCode, message: string) {
    super(message)
    this.code = code
  }

  static {
    MappingError.prototype.name = 'MappingError'
  }
}

export function conditionError(condition: MappingCondition, context = ''): MappingError {
  const [code, text] = MAPPING_CONDITIONS[condition]
  return new MappingError(code, `${context}${text}`)
}

// ---- a structure's bytes cannot be believed ---------------------------------------

export type FormatErrorCode =
  | 'ERR_CORRUPT' // a value that no writer of this format stores
  | 'ERR_NOT_READY' // its maker has not finished
  | 'ERR_NOT_A_REGION' // something else, or nothing
  | 'ERR_FORMAT_MISMATCH' // the same structure, but laid out in another way

/** Bytes in a file or in shared memory are not what they should be; the message says what, and where. */
export class FormatError extends Error {
  readonly code: FormatErrorCode

  constructor(code: FormatErrorCode, message: string) {
    super(message)
    this.code = code
  }

  static {
    FormatError.prototype.name = 'FormatError'
  }
}

// ---- what other openers of the same memory prevent ---------------------------------

export type SharingErrorCode =
  | 'ERR_LOCK_TIMEOUT' // a living opener, `pid`, keeps a mutex locked
  | 'ERR_LEASE_LOST' // this opener was taken for dead
  | 'ERR_TOO_MANY_OPENERS'
  | 'ERR_REGION_IN_USE' // somebody has open what was to be destroyed
  | 'ERR_REGION_DESTROYED'
  | 'ERR_FILE_SYSTEM' // processes would not see each other's changes there

/** Several openers share memory, and one of them, or the place it is at, stands in the way. */
export class SharingError extends Error {
  readonly code: SharingErrorCode
  /** The process in the way, if one is known. */
  readonly pid: number | undefined

  constructor(code: SharingErrorCode, message: string, pid?: number) {
    super(message)
    this.code = code
    this.pid = pid
  }

  static {
    SharingError.prototype.name = 'SharingError'
  }
}
