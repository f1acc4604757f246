import { rangeError, typeError } from '../errors'

/** A part of something: bytes from its start. */
export interface Range {
  readonly offset: number
  readonly length: number
}

/** The one rule for every count of bytes that comes from outside. */
export function checkCount(name: string, value: unknown, limit: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number') throw typeError('ERR_INVALID_ARG_TYPE', `${name} must be a number, not ${describe(value)}`)
  if (!Number.isSafeInteger(value) || value < 0 || value > limit) {
    throw rangeError('ERR_OUT_OF_RANGE', `${name} must be an integer from 0 to ${limit}, not ${value}`)
  }
  return value
}

/** The one rule for every range: inside `limit`; a missing length reaches to the end. */
export function checkRange(offset: unknown, length: unknown, limit: number): Range {
  const start = checkCount('offset', offset ?? 0, limit)
  if (length === undefined || length === null) return { offset: start, length: limit - start }
  if (typeof length !== 'number') throw typeError('ERR_INVALID_ARG_TYPE', `length must be a number, not ${describe(length)}`)
  if (!Number.isSafeInteger(length) || length < 0 || length > limit - start) {
    throw rangeError('ERR_OUT_OF_RANGE', `length ${length} at offset ${start} ends past ${limit}`)
  }
  return { offset: start, length }
}

/** How a value is named in a message. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'object') return value.constructor?.name ? `an instance of ${value.constructor.name}` : 'an object'
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 40))}`
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : `${typeof value} ${String(value)}`
}
