import type { Random } from '../../instruments/random'
import { now } from './clock'
import { Ledger, PLACES } from './ledger'
import { Warehouse } from './warehouse'

export interface Workplace {
  readonly ledger: string
  readonly warehouse: string
  readonly member: number
  readonly keeper: number
  readonly seed: number
}

export const WAREHOUSE_SIZE = 2 ** 26
const MOST = 2 ** 18
const LONGEST_LINGER = 1 // milliseconds

/** What one thread does all day: sections of a ledger, and blocks of a warehouse. */
export class Toil {
  readonly #ledger: Ledger
  readonly #warehouse: Warehouse
  readonly #random: Random
  turns = 0
  /** Pids of those who kept a mutex for too long. */
  readonly named: number[] = []

  constructor({ ledger, warehouse, member, keeper }: Workplace, random: Random) {
    this.#ledger = Ledger.open(ledger, member)
    this.#warehouse = Warehouse.open(warehouse, keeper, { maxSize: WAREHOUSE_SIZE })
    this.#random = random
  }

  /** Throws when it finds anything torn. */
  turn(): void {
    this.turns++
    try {
      if (this.#random.chance(0.5)) this.#ledger.section(this.#random.pick(PLACES), () => this.#linger())
      else this.#warehouse.turn(this.#random, MOST)
    } catch (error) {
      const { code, pid } = error as { code?: string; pid?: number }
      if (code !== 'ERR_LOCK_TIMEOUT') throw error
      this.named.push(pid!)
    }
  }

  /** Now and then long enough to be caught in the middle. */
  #linger(): void {
    if (!this.#random.chance(0.01)) return
    for (const end = now() + LONGEST_LINGER * this.#random.below(100) * 0.01; now() < end; );
  }

  close(): void {
    this.#ledger.close()
    this.#warehouse.close()
  }
}
