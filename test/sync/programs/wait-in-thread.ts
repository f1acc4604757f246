// Waits for a word in a worker thread, and posts what became of it.

import { parentPort, workerData } from 'node:worker_threads'
import { openPairs, pair } from './pairs'

const { path, index, blocking } = workerData as { path: string; index: number; blocking: boolean }
const waiter = pair(openPairs(path), index)
if (blocking) parentPort!.postMessage(waiter.waitSync(0))
else waiter.wait(0).then((changed) => parentPort!.postMessage(changed))
parentPort!.postMessage('waiting')
