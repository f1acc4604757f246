// A worker thread that does tasks (tasks.cjs) as it is asked to.

const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const { until } = require('./waiting.cjs')

class Thread {
  #worker = new Worker(join(__dirname, 'thread-main.cjs'))
  #answer
  #ended = false

  constructor() {
    this.#worker.on('message', (answer) => {
      this.#answer = answer
    })
    this.#worker.on('error', (error) => {
      this.#answer = { error: `the thread failed: ${error.message}` }
    })
    this.#worker.on('exit', () => {
      this.#ended = true
    })
  }

  /** Does one task there, and resolves with what it returned. */
  async do(task, ...args) {
    this.#answer = undefined
    this.#worker.postMessage({ task, args })
    await until(`the thread's answer to ${task}`, () => this.#answer !== undefined || this.#ended, { seconds: 60 })
    const { result, error } = this.#answer ?? { error: `the thread ended during ${task}` }
    this.#answer = undefined
    if (error !== undefined) throw new Error(error)
    return result
  }

  /** Lets it come to its own end. */
  async end() {
    this.#worker.postMessage({ task: 'end' })
    await until('the end of the thread', () => this.#ended)
  }

  /** Ends it in the middle of what it does. */
  async terminate() {
    await this.#worker.terminate()
  }
}

/** Runs `body(thread)`, and ends the thread. */
async function withThread(body) {
  const thread = new Thread()
  try {
    return await body(thread)
  } finally {
    await thread.terminate()
  }
}

module.exports = { Thread, withThread }
