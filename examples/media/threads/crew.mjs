import { availableParallelism } from 'node:os'
import { Hand } from './hand.mjs'

/** More hands do not make memory quicker. */
export const DEFAULT_THREADS = Math.min(availableParallelism(), 8)

/** Worker threads that share out tasks. They are started when there is something to do, and none is left after `end`. */
export class Crew {
  /** @type {Hand[]} */
  #hands = []
  #threads

  constructor(threads = DEFAULT_THREADS) {
    this.#threads = threads
  }

  /**
   * Performs tasks; each is made when a hand is free for it.
   *
   * @param {AsyncIterable<import('./worker.mjs').Task>} tasks
   * @param {(task: import('./worker.mjs').Task, result: any) => void} take  called in the order of the tasks, whoever was
   *   first: so that a sum of floats is the same every time
   * @returns {Promise<void>} rejects with the first error; hands may then still be at work, until `end`
   */
  async perform(tasks, take) {
    const iterator = tasks[Symbol.asyncIterator]()
    /** @type {Map<number, { task: import('./worker.mjs').Task, result: any }>} */
    const early = new Map()
    let begun = 0
    let taken = 0
    const serve = async (/** @type {number} */ index) => {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        const place = begun++
        this.#hands[index] ??= new Hand()
        early.set(place, { task: next.value, result: await this.#hands[index].perform(next.value) })
        for (let done = early.get(taken); done !== undefined; done = early.get(taken)) {
          early.delete(taken++)
          take(done.task, done.result)
        }
      }
    }
    await Promise.all(Array.from({ length: this.#threads }, (_, index) => serve(index)))
  }

  /** Ends all threads, whatever they do. */
  async end() {
    await Promise.all(this.#hands.map((hand) => hand?.end()))
    this.#hands = []
  }
}

/**
 * Lends a crew to `work`; whether that succeeds or not, no thread outlives it.
 * @template Result
 * @param {number | undefined} threads
 * @param {(crew: Crew) => Promise<Result>} work
 */
export async function withCrew(threads, work) {
  const crew = new Crew(threads)
  try {
    return await work(crew)
  } finally {
    await crew.end()
  }
}
