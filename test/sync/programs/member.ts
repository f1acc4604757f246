// A member of a ledger, which takes its mutex and comes to grief inside, as it is told.

import { join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { holdAt, reached, serve } from '../../instruments/child-side'
import { now } from './clock'
import { Ledger, type Place } from './ledger'

let ledger: Ledger
let worker: Worker | undefined
const ballast: Buffer[] = []
const pause = new Int32Array(new SharedArrayBuffer(4))
const NOTED = 5 // milliseconds

/** A wait for the mutex. */
export interface Stall {
  readonly began: number
  readonly took: number
}

export interface Member {
  open(path: string, member: number, lockTimeout?: number): number
  hold(place: Place): void
  enter(): number
  tryEnter(): { code: string; pid: number; took: number } | undefined
  sections(count: number): number
  abort(place: Place): void
  timeOut(place: Place): number
  overflow(place: Place): number
  fail(place: Place): number
  startThread(path: string, member: number, place: Place): Promise<void>
  terminateThread(): Promise<number>
  touch(megabytes: number): void
  watch(milliseconds: number): Stall[]
  counts(): { total: number; recoveries: number; problems: string[] }
  close(): void
}

function spin(): never {
  for (;;);
}

/** Until somebody waits for the mutex. */
function linger(): void {
  reached('inside')
  for (const began = now(); now() - began < 12; );
}

function deeper(depth: number): number {
  return deeper(depth + 1) + 1
}

/** When the section was cut off by an error of its own, just before `abandon`. */
function cut(place: Place, inside: () => void): number {
  let at = 0
  try {
    ledger.section(place, () => {
      linger()
      try {
        inside()
      } finally {
        at = now()
      }
    })
  } catch (error) {
    if ((error as Error).message.startsWith('torn')) throw error
    return at
  }
  throw new Error('nothing went wrong')
}

const duties: Member = {
  open(path, member, lockTimeout = 5000) {
    ledger = Ledger.open(path, member, { lockTimeout })
    return ledger.region.lease.slot
  },
  hold: (place) =>
    ledger.section(place, () => {
      reached('inside')
      holdAt('on')
    }),
  /** When it was inside. */
  enter() {
    let at = 0
    ledger.section('pair', undefined, () => {
      at = now()
    })
    return at
  },
  tryEnter() {
    const began = now()
    try {
      ledger.section()
      return undefined
    } catch (error) {
      const { code, pid } = error as { code: string; pid: number }
      if (code === undefined) throw error
      return { code, pid, took: now() - began }
    }
  },
  sections(count) {
    for (let i = 0; i < count; i++) ledger.section()
    return ledger.total
  },
  abort: (place) =>
    ledger.section(place, () => {
      reached('inside')
      holdAt('on')
      process.abort()
    }),
  /** A time-out takes the thread out of the section without running its `catch`; the thread lives on. */
  timeOut(place) {
    const global = globalThis as { within?: () => void }
    global.within = () =>
      ledger.section(place, () => {
        reached('inside')
        spin()
      })
    try {
      runInThisContext('within()', { timeout: 20 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      return now()
    }
    throw new Error('there was no time-out')
  },
  overflow: (place) => cut(place, () => deeper(0)),
  fail: (place) =>
    cut(place, () => {
      throw new RangeError('as was to be expected')
    }),
  /** A thread of this process that stays inside a section for ever. */
  startThread(path, member, place) {
    worker = new Worker(join(__dirname, 'thread.cjs'), { workerData: { task: 'spin', path, member, place } })
    return new Promise((resolve, reject) => worker!.once('message', () => resolve()).once('error', reject))
  },
  async terminateThread() {
    const began = now()
    await worker!.terminate()
    return began
  },
  touch(megabytes) {
    for (let left = megabytes; left > 0; left -= 512) ballast.push(Buffer.alloc(Math.min(left, 512) * 2 ** 20, 1))
  },
  /** Goes through a section every millisecond; gives those for which it had to wait. */
  watch(milliseconds) {
    const stalls: Stall[] = []
    for (const end = now() + milliseconds; now() < end; ) {
      const began = now()
      ledger.section()
      const took = now() - began
      if (took > NOTED) stalls.push({ began, took })
      Atomics.wait(pause, 0, 0, 1)
    }
    return stalls
  },
  counts: () => {
    const { total, recoveries, problems } = ledger.counts()
    return { total, recoveries, problems: [...problems] }
  },
  close: () => ledger.close(),
}

serve({ ...duties })
reached('ready')
