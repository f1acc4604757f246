// A process whose threads count in one ledger, as fast as they can.

import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { serve } from '../../instruments/child-side'

const workers: Worker[] = []

export interface Counter {
  start(path: string, threads: number, times: number): Promise<void>
  run(): Promise<void>
}

function heard(worker: Worker, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message) => message === what && resolve())
    worker.once('error', reject)
  })
}

const duties: Counter = {
  async start(path, threads, times) {
    for (let i = 0; i < threads; i++)
      workers.push(new Worker(join(__dirname, 'thread.cjs'), { workerData: { task: 'count', path, member: i, times } }))
    await Promise.all(workers.map((worker) => heard(worker, 'ready')))
  },
  async run() {
    const done = workers.map((worker) => heard(worker, 'done'))
    for (const worker of workers) worker.postMessage('go')
    await Promise.all(done)
  },
}

serve({ ...duties })
