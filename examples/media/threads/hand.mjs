import { Worker } from 'node:worker_threads'

/** One worker thread, which does one task at a time. */
export class Hand {
  // Without the flags of the process: some, as --input-type, are for its own script only and would end the thread.
  #worker = new Worker(new URL('./worker.mjs', import.meta.url), { execArgv: [] })
  /** @type {{ resolve(result: any): void, reject(error: Error): void } | undefined} */
  #waiting
  /** @type {Error | undefined} */
  #ended

  constructor() {
    this.#worker.on('message', (result) => this.#settle((waiting) => waiting.resolve(result)))
    this.#worker.on('messageerror', (error) => this.#end(error))
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', (code) => this.#end(new Error(`a worker thread ended with code ${code}`)))
  }

  /**
   * @param {import('./worker.mjs').Task} task
   * @returns {Promise<any>} rejects with what the thread threw, and when it ends before it answers
   */
  perform(task) {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended)
      this.#waiting = { resolve, reject }
      this.#worker.postMessage(task)
    })
  }

  /** Ends the thread, in the middle of a task too; resolves when it touches no memory any more. */
  async end() {
    await this.#worker.terminate()
  }

  /** @param {Error} error */
  #end(error) {
    this.#ended ??= error
    this.#settle((waiting) => waiting.reject(error))
  }

  /** @param {(waiting: { resolve(result: any): void, reject(error: Error): void }) => void} how */
  #settle(how) {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) how(waiting)
  }
}
