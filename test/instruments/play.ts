import { type Observer, observe } from './access'

/** A sequence of calls, written once; each may give a value or a promise, as whoever plays it allows. */
// biome-ignore lint/suspicious/noExplicitAny: what comes back is the result of the call that was yielded, whichever that was
export type Play<Result> = Generator<() => unknown, Result, any>

export function play<Result>(calls: Play<Result>): Result {
  let next = calls.next()
  while (!next.done) {
    try {
      const value = next.value()
      next = calls.next(value)
    } catch (error) {
      next = calls.throw(error)
    }
  }
  return next.value
}

export async function playAsync<Result>(calls: Play<Result>): Promise<Result> {
  let next = calls.next()
  while (!next.done) {
    try {
      const value = await next.value()
      next = calls.next(value)
    } catch (error) {
      next = calls.throw(error)
    }
  }
  return next.value
}

/** One call, watched to its end. */
export function* watched<Result>(call: () => Result, observer: Observer): Play<Awaited<Result>> {
  observe(observer)
  try {
    return yield call
  } finally {
    observe(undefined)
  }
}
