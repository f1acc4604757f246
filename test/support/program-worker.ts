import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { atTestEnd } from './temp'

const HOOK = join(__dirname, 'typescript.cjs')

/** Runs a TypeScript program in a worker thread, which is ended with the current test, and resolves with the first message it posts. */
export function answerOfWorker<Answer>(program: string, workerData: unknown): Promise<Answer> {
  const worker = new Worker(`require(${JSON.stringify(HOOK)}); require(${JSON.stringify(program)})`, { eval: true, workerData })
  atTestEnd(() => void worker.terminate())
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error(`${program} ended without an answer`)))
  })
}
