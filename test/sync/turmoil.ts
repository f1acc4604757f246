import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { accountFor } from '../arena/accounting'
import { type Child, Crew } from '../instruments/crew'
import type { Random } from '../instruments/random'
import { memberOf, newMemoryName, PROGRAMS, removeMemory, spreadOf } from './deaths'
import { now } from './programs/clock'
import { Ledger } from './programs/ledger'
import type { Stall } from './programs/member'
import { WAREHOUSE_SIZE, type Workplace } from './programs/toil'
import type { Toiler } from './programs/toiler'
import { Warehouse } from './programs/warehouse'

const TOILERS = 3
const AUDITOR = 15
const LONGEST_STOP = 1300 // milliseconds: longer than the time-out of the mutexes

export interface TurmoilCounts {
  epochs: number
  kills: number
  stops: number
  terminations: number
  timeOuts: number
  sections: number
  turns: number
  recoveries: number
  /** Time-outs of mutexes, all of which must name one who was stopped. */
  refusals: number
  lost: number
  doubled: number
  stalls: number
  medianStall: number
  worstStall: number
}

interface Interval {
  readonly from: number
  readonly to: number
}

/** Processes of two threads each, that toil on a ledger and a warehouse while they are killed, stopped and cut off at random. */
export class Turmoil {
  readonly counts: TurmoilCounts = {
    epochs: 0,
    kills: 0,
    stops: 0,
    terminations: 0,
    timeOuts: 0,
    sections: 0,
    turns: 0,
    recoveries: 0,
    refusals: 0,
    lost: 0,
    doubled: 0,
    stalls: 0,
    medianStall: 0,
    worstStall: 0,
  }
  readonly #random: Random
  readonly #report: (line: string) => void
  readonly #waits: number[] = []

  constructor(random: Random, report: (line: string) => void) {
    this.#random = random
    this.#report = report
  }

  /** Some time of it, with a ledger and a warehouse of its own; at the end everything is accounted for. */
  async epoch(milliseconds: number): Promise<void> {
    const epoch = new Epoch(this.#random.fork(), this.counts, (what) => this.#lose(what))
    this.counts.epochs++
    try {
      await epoch.run(milliseconds)
      this.#audit(epoch)
    } finally {
      await epoch.disband()
    }
    this.#waits.push(...epoch.waits())
    const { median, worst } = spreadOf(this.#waits)
    Object.assign(this.counts, { stalls: this.#waits.length, medianStall: Math.round(median), worstStall: Math.round(worst) })
  }

  #audit({ ledger: ledgerPath, warehouse: warehousePath }: Epoch): void {
    const ledger = Ledger.open(ledgerPath, 0)
    const { total, recoveries, problems } = ledger.counts()
    ledger.close()
    this.counts.sections += total
    this.counts.recoveries += recoveries
    const warehouse = Warehouse.open(warehousePath, AUDITOR, { maxSize: WAREHOUSE_SIZE })
    const accounts = accountFor(warehouse.region, warehouse.inUse())
    warehouse.close()
    for (const problem of [...problems, ...accounts.problems]) this.#lose(problem)
  }

  #lose(what: string): void {
    if (/ is in .* and in /.test(what)) this.counts.doubled++
    this.counts.lost++
    this.#report(what)
  }
}

class Epoch {
  readonly ledger = newMemoryName()
  readonly warehouse = newMemoryName()
  readonly #crew = new Crew({ seconds: 30 })
  readonly #random: Random
  readonly #counts: TurmoilCounts
  readonly #lose: (what: string) => void
  readonly #stops: Interval[] = []
  readonly #stopped = new Set<number>()
  readonly #seen: Stall[] = []
  #members = 1

  constructor(random: Random, counts: TurmoilCounts, lose: (what: string) => void) {
    this.#random = random
    this.#counts = counts
    this.#lose = lose
  }

  async run(milliseconds: number): Promise<void> {
    const end = now() + milliseconds
    const witness = await memberOf(this.#crew, this.ledger, this.#members++, { lockTimeout: 20_000 })
    const toilers = await Promise.all(Array.from({ length: TOILERS }, (_, keeper) => this.#start(keeper)))
    const watching = witness.ask('watch', Math.max(200, end - now()))
    const last = await Promise.all(toilers.map((toiler, keeper) => this.#tormentUntil(end, toiler, keeper)))
    this.#seen.push(...(await watching))
    for (const toiler of last) await this.#end(toiler)
    await witness.ask('close')
  }

  /** A process that has opened nothing yet. */
  #spawn(keeper: number): Child<Toiler> {
    return this.#crew.spawn<Toiler>(join(PROGRAMS, 'toiler.ts'), { name: `toiler ${keeper}` })
  }

  async #start(keeper: number, toiler: Child<Toiler> = this.#spawn(keeper)): Promise<Child<Toiler>> {
    await toiler.ask('begin', this.#place(keeper))
    await toiler.ask('startThread', this.#place(keeper + TOILERS))
    this.#hear(toiler)
    return toiler
  }

  #place(keeper: number): Workplace {
    return { ledger: this.ledger, warehouse: this.warehouse, member: this.#members++, keeper, seed: this.#random.bits() }
  }

  /** What goes wrong in a toiler is reported by it. */
  async #hear(toiler: Child<Toiler>): Promise<void> {
    const ended = toiler.ended.then(() => undefined)
    const failed = await Promise.race([ended, toiler.reached<string>('failed').catch(() => undefined)])
    if (failed !== undefined) this.#lose(failed)
  }

  /** Gives who is there at the end. */
  async #tormentUntil(end: number, first: Child<Toiler>, keeper: number): Promise<Child<Toiler>> {
    let toiler = first
    while (now() < end) {
      await sleep(this.#random.between(0, 60))
      const choice = this.#random.below(10)
      if (choice < 3) toiler = await this.#kill(toiler, keeper)
      else if (choice < 7) await this.#stop(toiler)
      else await this.#terminate(toiler, keeper)
    }
    return toiler
  }

  async #kill(toiler: Child<Toiler>, keeper: number): Promise<Child<Toiler>> {
    const heir = this.#spawn(keeper)
    await heir.reached('ready')
    this.#counts.kills++
    if (this.#random.chance(0.3)) await this.#stop(toiler, true)
    await toiler.kill()
    return this.#start(keeper, heir)
  }

  /** For a while, or until it is killed, soon. */
  async #stop(toiler: Child<Toiler>, forEver = false): Promise<void> {
    this.#counts.stops++
    this.#stopped.add(toiler.pid)
    const from = now()
    await toiler.stop()
    await sleep(this.#random.chance(0.05) ? LONGEST_STOP : this.#random.between(1, 100))
    if (!forEver) await toiler.continue()
    this.#stops.push({ from, to: now() + 5 })
  }

  async #terminate(toiler: Child<Toiler>, keeper: number): Promise<void> {
    this.#counts.terminations++
    await toiler.ask('terminateThread')
    await toiler.ask('startThread', this.#place(keeper + TOILERS))
  }

  async #end(toiler: Child<Toiler>): Promise<void> {
    const { turns, timeOuts, named } = await toiler.ask('end')
    this.#counts.turns += turns
    this.#counts.timeOuts += timeOuts
    this.#counts.refusals += named.length
    const wrong = named.filter((pid) => !this.#stopped.has(pid))
    if (wrong.length > 0) this.#lose(`${wrong.length} time-outs named processes that were never stopped: ${[...new Set(wrong)].join(', ')}`)
  }

  /** How long the witness waited while nobody was stopped, each time that it waited at all. */
  waits(): number[] {
    return this.#seen
      .filter(({ began, took }) => !this.#stops.some(({ from, to }) => began < to && began + took > from))
      .map(({ took }) => took)
  }

  async disband(): Promise<void> {
    await this.#crew.disband()
    removeMemory(this.ledger)
    removeMemory(this.warehouse)
  }
}
