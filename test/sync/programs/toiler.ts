// A process that toils in two threads, until it is told to end, or killed.

import { join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { reached, serve } from '../../instruments/child-side'
import { Random } from '../../instruments/random'
import { now } from './clock'
import { Toil, type Workplace } from './toil'

export interface Toiler {
  begin(place: Workplace): void
  startThread(place: Workplace): Promise<void>
  /** In the middle of whatever it does. */
  terminateThread(): Promise<void>
  end(): Promise<Toiled>
}

export interface Toiled {
  readonly turns: number
  readonly timeOuts: number
  readonly named: readonly number[]
}

const CHUNK = 3 // milliseconds between two looks at the event loop
const REST = 4 // others need the processor, too

let toil: Toil
let random: Random
let worker: Worker | undefined
let timeOuts = 0
let ended = false

/** Says what went wrong, and does no more: the parent counts it. */
function guarded(work: () => void): void {
  try {
    work()
  } catch (error) {
    ended = true
    reached('failed', (error as Error).stack)
  }
}

function chunk(): void {
  if (ended) return
  guarded(() => {
    if (random.chance(0.05)) timeOut()
    else for (const end = now() + CHUNK; now() < end; ) toil.turn()
  })
  setTimeout(chunk, REST)
}

/** Thrown out of whatever it does. */
function timeOut(): void {
  ;(globalThis as { forEver?: () => void }).forEver = () => {
    for (;;) toil.turn()
  }
  try {
    runInThisContext('forEver()', { timeout: random.between(1, 8) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    timeOuts++
  }
}

const duties: Toiler = {
  begin(place) {
    random = new Random(place.seed)
    toil = new Toil(place, random)
    setImmediate(chunk)
  },
  startThread(place) {
    worker = new Worker(join(__dirname, 'thread.cjs'), { workerData: { task: 'toil', ...place } })
    worker.on('error', (error) => reached('failed', error.stack))
    return new Promise((resolve) => worker!.once('message', () => resolve()))
  },
  async terminateThread() {
    await worker?.terminate()
    worker = undefined
  },
  async end() {
    ended = true
    await worker?.terminate()
    toil.close()
    return { turns: toil.turns, timeOuts, named: toil.named }
  },
}

serve({ ...duties })
reached('ready')
