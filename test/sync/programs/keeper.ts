// A keeper of a warehouse: puts and takes blocks, and checks each before it is freed.

import { binding } from '../../../ts/native/binding'
import { reached, serve } from '../../instruments/child-side'
import { Random } from '../../instruments/random'
import { actAtStep, Tracing } from '../../instruments/steps'
import { Warehouse } from './warehouse'

export interface Keeper {
  open(path: string, keeper: number, maxSize: number, traced?: boolean): void
  work(turns: number, seed: number, most: number): { refused: number }
  /** Is killed ahead of a store of one of its turns: the one after so many. */
  workAndDie(turns: number, seed: number, most: number, step: number): void
  close(): void
}

let warehouse: Warehouse

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

const duties: Keeper = {
  open(path, keeper, maxSize, traced = false) {
    if (traced) new Tracing({ natives: [binding] })
    warehouse = Warehouse.open(path, keeper, { maxSize, lockTimeout: 20_000 })
  },
  work(turns, seed, most) {
    const random = new Random(seed)
    let refused = 0
    reached('working')
    for (let i = 0; i < turns; i++) if (!warehouse.turn(random, most)) refused++
    return { refused }
  },
  workAndDie(turns, seed, most, step) {
    const random = new Random(seed)
    for (let i = 0; i < turns; i++) warehouse.turn(random, most)
    for (let left = step; ; ) left -= actAtStep(left, () => warehouse.turn(random, most), die)
  },
  close: () => warehouse.close(),
}

serve({ ...duties })
reached('ready')
