import { OpenerSlot } from '../../../ts/arena/opener-slot'
import { layout, line, u32, words } from '../../../ts/layout/layout'
import type { RegionFormat, RegionPlace } from '../../../ts/region/format'
import { openRegion } from '../../../ts/region/open-region'
import type { Region } from '../../../ts/region/region'
import type { RegionOptions } from '../../../ts/region/region-options'
import { Journal, JournalRecord } from '../../../ts/sync/journal'
import type { Mutex } from '../../../ts/sync/mutex'
import { OwnerWord } from '../../../ts/sync/owner-word'
import type { SharedWords } from '../../../ts/sync/shared-words'

/** Whoever works on one ledger, ever: each process and thread has a number of its own. */
export const MEMBERS = 4096
const ACCOUNTS = 4

export const LedgerHeader = layout('LedgerHeader', {
  mutex: line(OwnerWord),
  left: line(u32).is('equal to right, unless somebody is inside'),
  right: u32,
  recoveries: u32,
  plain: line(u32).is('counted in place, with no journal'),
  total: line(u32).is('sections that were completed'),
  accounts: words(ACCOUNTS).is('their sum is 0'),
  own: line(words(MEMBERS)).is('by member: sections that were completed, counted in the change that counts total'),
  begun: line(words(MEMBERS)).is('by member: sections that were begun'),
  returned: line(words(MEMBERS)).is('by member: sections that came back without an error'),
})

const { left: LEFT, right: RIGHT, recoveries: RECOVERIES, plain: PLAIN, total: TOTAL, accounts: ACCOUNT, own: OWN } = LedgerHeader.index
const { begun: BEGUN, returned: RETURNED } = LedgerHeader.index

/** Where in a section its holder is. */
export type Place =
  /** The two words differ. */
  | 'pair'
  /** The journal is written, and not committed. */
  | 'staged'
  /** It is committed, and nothing is applied. */
  | 'committed'
  /** Two of its four words are applied. */
  | 'half'

export const PLACES: readonly Place[] = ['pair', 'staged', 'committed', 'half']

/** A whole pair is what the mutex protects; the journal is looked after by the region. */
export const ledgerFormat: RegionFormat = {
  kind: 'Ledger',
  layouts: [LedgerHeader],
  headerBytes: LedgerHeader.byteLength,
  arena: true,
  recovery: (memory: SharedWords, place: RegionPlace) => ({
    settle: () => undefined,
    payDebts: () => undefined,
    recover: () => {
      const at = place.header / 4
      Atomics.store(memory.front, at + RIGHT, memory.front[at + LEFT]!)
      Atomics.add(memory.front, at + RECOVERIES, 1)
    },
  }),
}

const DEATH = new Error('killed')

export interface LedgerCounts {
  readonly total: number
  readonly recoveries: number
  /** What is not as it must be; empty when nothing was lost or done twice. */
  readonly problems: readonly string[]
}

/** One member's hand in a ledger. */
export class Ledger {
  readonly region: Region
  readonly mutex: Mutex
  readonly #member: number
  readonly #words: Int32Array
  readonly #at: number
  readonly #journal: Journal
  readonly #count: number

  constructor(region: Region, member: number) {
    const { place, slots, lease, memory } = region
    const slot = slots.at(lease.slot)
    this.region = region
    this.mutex = region.mutex(place.header + LedgerHeader.offset.mutex, 0)
    this.#member = member
    this.#words = memory.front
    this.#at = place.header / 4
    this.#journal = new Journal(memory, slot + OpenerSlot.index.journal)
    this.#count = slot + OpenerSlot.index.journal + JournalRecord.index.count
  }

  static open(path: string, member: number, options: RegionOptions = {}): Ledger {
    return new Ledger(openRegion(path, ledgerFormat, { maxSize: 2 ** 24, ...options }), member)
  }

  /** One critical section, and what happens in the middle of it, at `place`. Throws when it finds the data torn. */
  section(place: Place = 'pair', inside: () => void = () => undefined, entered: () => void = () => undefined): void {
    const { lease } = this.region
    this.#add(BEGUN + this.#member)
    lease.begin()
    try {
      this.mutex.acquire()
      entered()
      this.#change(place, inside)
      this.mutex.release()
    } catch (error) {
      lease.abandon()
      throw error
    }
    lease.end()
    this.#add(RETURNED + this.#member)
  }

  #change(place: Place, inside: () => void): void {
    const words = this.#words
    const at = this.#at
    this.#requireWhole()
    words[at + LEFT]!++
    if (place === 'pair') inside()
    words[at + RIGHT]!++
    this.#stage()
    if (place === 'staged') inside()
    if (place === 'committed' || place === 'half') this.#commitPart(place === 'half' ? 2 : 0, inside)
    else this.#journal.commit()
  }

  #stage(): void {
    const from = this.#words[this.#at + TOTAL]! % ACCOUNTS
    this.#journal.begin()
    this.#stageSum(TOTAL, 1)
    this.#stageSum(ACCOUNT + from, -7)
    this.#stageSum(ACCOUNT + ((from + 1) % ACCOUNTS), 7)
    this.#stageSum(OWN + this.#member, 1)
  }

  #stageSum(field: number, change: number): void {
    const index = this.#at + field
    this.#journal.set(index >>> 1, (index & 1) as 0 | 1, (this.#words[index]! + change) | 0)
  }

  /** As the journal's own commit, with a stop on the way. */
  #commitPart(applied: number, inside: () => void): void {
    const words = this.#words
    Atomics.store(words, this.#count, 4)
    for (let i = 0, entry = this.#count + JournalRecord.index.entries; i < applied; i++, entry += 3)
      words[words[entry]! * 2 + words[entry + 1]!] = words[entry + 2]!
    inside()
    this.#journal.redo()
  }

  #requireWhole(): void {
    const problems = this.#torn()
    if (problems.length > 0) throw new Error(`torn: ${problems.join('; ')}`)
  }

  #torn(): string[] {
    const word = (field: number) => this.#words[this.#at + field]!
    const sum = word(ACCOUNT) + word(ACCOUNT + 1) + word(ACCOUNT + 2) + word(ACCOUNT + 3)
    const problems = []
    if (word(LEFT) !== word(RIGHT)) problems.push(`the pair is ${word(LEFT)} and ${word(RIGHT)}`)
    if (sum !== 0) problems.push(`the accounts add up to ${sum}`)
    return problems
  }

  /** One section that counts in place, as fast as it goes. */
  count(): void {
    const { lease } = this.region
    lease.begin()
    this.mutex.acquire()
    this.#words[this.#at + PLAIN]!++
    this.mutex.release()
    lease.end()
  }

  get plain(): number {
    return this.#words[this.#at + PLAIN]!
  }

  get total(): number {
    return this.#words[this.#at + TOTAL]!
  }

  #add(field: number): void {
    Atomics.add(this.#words, this.#at + field, 1)
  }

  /** Exact when everybody else has closed, or is dead and buried. */
  counts(): LedgerCounts {
    const word = (field: number) => this.#words[this.#at + field]!
    const problems = this.#torn()
    let sum = 0
    for (let member = 0; member < MEMBERS; member++) {
      const [own, begun, returned] = [word(OWN + member), word(BEGUN + member), word(RETURNED + member)]
      sum += own
      if (own < returned || own > begun)
        problems.push(`member ${member} completed ${own} sections: ${begun} were begun, and ${returned} returned`)
    }
    if (sum !== word(TOTAL)) problems.push(`the members completed ${sum} sections, and all together ${word(TOTAL)}`)
    return { total: word(TOTAL), recoveries: word(RECOVERIES), problems }
  }

  close(): void {
    this.region.close()
  }

  /** What a kill inside a section leaves: this thread does no more, and the system drops its locks. */
  die(place: Place): void {
    const { lease, memory } = this.region
    this.#add(BEGUN + this.#member)
    lease.begin()
    try {
      this.mutex.acquire()
      this.#change(place, () => {
        throw DEATH
      })
    } catch (error) {
      if (error !== DEATH) throw error
    }
    lease.forget()
    memory.backing.close()
  }
}
