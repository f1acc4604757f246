// A thread that is a member of a ledger of its own right.

import { parentPort, workerData } from 'node:worker_threads'
import { Random } from '../../instruments/random'
import { now } from './clock'
import { Ledger, type Place } from './ledger'
import { Toil, type Workplace } from './toil'

export type ThreadTask =
  | { readonly task: 'spin'; readonly path: string; readonly member: number; readonly place: Place }
  | { readonly task: 'count'; readonly path: string; readonly member: number; readonly times: number }
  | ({ readonly task: 'toil' } & Workplace)

const CHUNK = 2 // milliseconds
const REST = 4 // others need the processor, too

/** Stays inside a section for ever. */
function spin(ledger: Ledger, place: Place): void {
  ledger.section(place, () => {
    parentPort!.postMessage('inside')
    for (;;);
  })
}

function countWhenTold(ledger: Ledger, times: number): void {
  parentPort!.postMessage('ready')
  parentPort!.once('message', () => {
    for (let i = 0; i < times; i++) ledger.count()
    ledger.close()
    parentPort!.postMessage('done')
    parentPort!.close()
  })
}

function toilOn(toil: Toil): never {
  parentPort!.postMessage('toiling')
  const rest = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    for (const end = now() + CHUNK; now() < end; ) toil.turn()
    Atomics.wait(rest, 0, 0, REST)
  }
}

const task = workerData as ThreadTask
if (task.task === 'toil') toilOn(new Toil(task, new Random(task.seed)))
else {
  const ledger = Ledger.open(task.path, task.member, { lockTimeout: 30_000 })
  if (task.task === 'spin') spin(ledger, task.place)
  else countWhenTold(ledger, task.times)
}
