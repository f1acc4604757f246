// A member of a ledger that dies, or stops, ahead of a given store: of the burial of another one, or of a section of its own.

import { binding } from '../../../ts/native/binding'
import { holdAt, reached, serve } from '../../instruments/child-side'
import { actAtStep, Tracing } from '../../instruments/steps'
import { Ledger } from './ledger'

let ledger: Ledger

export interface Gravedigger {
  open(path: string, member: number): number
  /** Gives the steps of the whole burial, unless it dies ahead of one of them. */
  bury(slot: number, step: number, way: 'die' | 'hold'): number
  /** The same of a section. */
  section(step: number): number
}

function die(): never {
  reached('dying')
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

const duties: Gravedigger = {
  open(path, member) {
    new Tracing({ natives: [binding] })
    ledger = Ledger.open(path, member)
    return ledger.region.lease.slot
  },
  bury(slot, step, way) {
    const { lease } = ledger.region
    let buried = false
    const bury = () => {
      buried = lease.undertaker.tryBury(slot, lease.slot)
    }
    const steps = actAtStep(step, bury, way === 'die' ? die : () => holdAt('burying'))
    if (!buried) throw new Error(`slot ${slot} was not buried`)
    return steps
  },
  section: (step) => actAtStep(step, () => ledger.section(), die),
}

serve({ ...duties })
reached('ready')
