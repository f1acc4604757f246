import { isAnyArrayBuffer } from 'node:util/types'
import { conditionError, SystemError, typeError } from '../errors'
import { describe } from '../memory/bounds'
import { type Extent, extentOf } from '../memory/extent'
import { failure } from '../memory/mapping'
import { originOf } from '../memory/origin'
import type { MappingId, Outcome } from '../native/binding'

const ENOMEM = 12
const EINVAL = 22

/** Mapped memory, as the raw functions take it: what `map` and `mapShared` return, and any view over it. */
export type MappedMemory = ArrayBufferLike | NodeJS.ArrayBufferView

/** The part of a mapping that a view covers. */
export interface Part {
  readonly id: MappingId
  /** Bytes from the start of the mapping. */
  readonly at: number
  readonly length: number
}

/** What the memory is a view over: its buffer, and where in it. */
export function viewOf(memory: unknown, prefix: string): Extent {
  if (ArrayBuffer.isView(memory)) return extentOf(memory)
  if (isAnyArrayBuffer(memory)) return { buffer: memory, byteOffset: 0, byteLength: memory.byteLength }
  throw typeError('ERR_INVALID_ARG_TYPE', `${prefix}buffer (arg[0]) must be a Buffer`)
}

/**
 * The mapping behind a view.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_NOT_MAPPED`
 * @throws {MappingError} `ERR_MAPPING_CLOSED` after unmap
 */
export function partOf(memory: unknown, prefix: string): Part {
  const { buffer, byteOffset, byteLength } = viewOf(memory, prefix)
  const origin = originOf(buffer)
  if (origin === undefined) throw typeError('ERR_NOT_MAPPED', `${prefix}buffer (arg[0]) is not mapped memory`)
  if (buffer.byteLength === 0) throw conditionError(1, prefix)
  return { id: origin.id, at: origin.at + byteOffset, length: byteLength }
}

/** A number as the ancestors read it: cut to an integer, `fallback` when it is missing. */
export function integerArgument(value: unknown, message: string, fallback?: number): number {
  if ((value === undefined || value === null) && fallback !== undefined) return fallback
  if (typeof value !== 'number') throw typeError('ERR_INVALID_ARG_TYPE', `${message}, not ${describe(value)}`)
  return Math.trunc(value) || 0
}

/** Whether a number is a C `int`, so that it reaches the system unchanged. */
export function isInt(value: number): boolean {
  return (value | 0) === value
}

/** A `MADV_…` number. What no `int` can hold is refused as any unknown advice is. */
export function adviceArgument(value: unknown, message: string): number {
  const advice = integerArgument(value, message)
  if (!isInt(advice)) throw refusal(-EINVAL, 'madvise')
  return advice
}

/**
 * A range inside a part, counted from the part's start. What reaches past its end is refused as the
 * kernel refuses memory that is not mapped.
 */
export function partWithin(part: Part, offset: number, length: number, syscall: string): Part {
  if (!(offset >= 0 && length >= 0 && offset <= part.length && length <= part.length - offset)) throw refusal(-ENOMEM, syscall)
  return { id: part.id, at: part.at + offset, length }
}

/** Throws for an outcome other than 0: `msync() failed, 22`. */
export function expectSuccess(outcome: Outcome, syscall: string): void {
  if (outcome !== 0) throw refusal(outcome, syscall)
}

/** The error behind an outcome other than 0, in the ancestors' words. */
export function refusal(outcome: Outcome, syscall: string): Error {
  return outcome > 0 ? failure(outcome, syscall) : new SystemError(`${syscall}() failed, ${-outcome}`, -outcome, syscall)
}
