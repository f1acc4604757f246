import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Refusal } from './refusal.mjs'

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url))
/** Regions handed to a worker at a time: it works on one while its answer for another is under way. */
const AHEAD = 2

/** @typedef {{ generation: number, first: number, rows: number }} Region */
/** @typedef {{ number: number, child: import('node:child_process').ChildProcess }} Worker */

/** The processes that compute regions. When one of them fails, all of the crew's work fails. */
export class Crew {
  /** @type {Worker[]} */
  #workers = []
  /** @type {Promise<never>} */
  #failed
  /** @type {(error: unknown) => void} */
  #fail = () => {}

  /** @param {AbortSignal} [signal] makes the work fail, with its reason */
  constructor(signal) {
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    // A failure between two generations is met by whoever waits next.
    this.#failed.catch(() => {})
    signal?.addEventListener('abort', () => this.#fail(signal.reason), { once: true })
  }

  /**
   * Starts the processes, and resolves when each has the world mapped.
   * @param {string} path of the world
   * @param {number} processes
   */
  async start(path, processes) {
    for (let number = 1; number <= processes; number++) this.#workers.push({ number, child: this.#fork(path, number) })
    await this.#all(this.#workers.map(({ child }) => once(child, 'message').then(([message]) => throwError(message))))
  }

  /**
   * @param {string} path
   * @param {number} number
   */
  #fork(path, number) {
    // Not our execArgv: two processes cannot listen on one --inspect port.
    const child = fork(WORKER, [path], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
    child.on('error', this.#fail)
    child.on('exit', (code, signal) => {
      this.#fail(new Refusal(`process ${number} (${child.pid}) ended too early, by ${signal ?? `exit code ${code}`}`))
    })
    return child
  }

  /**
   * Hands out regions to whoever is free, and resolves when all of them are done.
   * @param {readonly Region[]} regions
   * @param {(number: number) => void} onDone called with the number of the worker, once a region
   */
  async compute(regions, onDone) {
    const queue = regions[Symbol.iterator]()
    await this.#all(this.#workers.map((worker) => work(worker, queue, onDone)))
  }

  /** Ends all workers, and resolves when they are gone. They have nothing to save: their stores are in the file. */
  async stop() {
    await Promise.all(
      this.#workers.map(async ({ child }) => {
        child.removeAllListeners('exit')
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
        const gone = once(child, 'exit')
        child.kill('SIGKILL')
        await gone
      }),
    )
  }

  /** @param {Promise<unknown>[]} tasks */
  async #all(tasks) {
    await Promise.race([Promise.all(tasks), this.#failed])
  }
}

/**
 * Keeps one worker busy until the queue, which all share, is empty and everything it took is done.
 * @param {Worker} worker
 * @param {Iterator<Region>} queue
 * @param {(number: number) => void} onDone
 * @returns {Promise<void>}
 */
function work({ number, child }, queue, onDone) {
  return new Promise((resolve, reject) => {
    let pending = 0
    const feed = () => {
      while (pending < AHEAD) {
        const { value: region, done } = queue.next()
        if (done) break
        pending++
        // A failed send means that the worker is gone, and its 'exit' says why.
        child.send(region, () => {})
      }
      if (pending > 0) return
      child.off('message', receive)
      resolve()
    }
    /** @param {{ error?: string }} message */
    const receive = (message) => {
      try {
        throwError(message)
        pending--
        onDone(number)
        feed()
      } catch (error) {
        reject(error)
      }
    }
    child.on('message', receive)
    feed()
  })
}

/** @param {{ error?: string }} message */
function throwError({ error }) {
  if (error !== undefined) throw new Refusal(`a worker failed: ${error}`)
}
