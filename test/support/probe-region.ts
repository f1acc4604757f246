import { census } from '../../ts/arena/census'
import { layout, line, u32, words } from '../../ts/layout/layout'
import type { RegionFormat, RegionPlace } from '../../ts/region/format'
import { regionOver } from '../../ts/region/open-region'
import { arenaPlaceOf, type Region } from '../../ts/region/region'
import type { RegionOptions } from '../../ts/region/region-options'
import type { Level } from '../../ts/sync/mutex'
import { type SharedWords, wordOf } from '../../ts/sync/shared-words'

/** What the tests of the kernel keep in a region: mutexes, a pair of words that one of them protects, and words that publish blocks. */
export const ProbeHeader = layout('ProbeHeader', {
  mutex: line(u32),
  second: line(u32),
  first: line(u32).is('equal to last, unless a change is under way'),
  last: u32,
  recoveries: u32,
  data: line(u32),
  flag: u32,
  published: line(words(16)),
})

export interface ProbeOptions {
  readonly recover?: (memory: SharedWords, place: RegionPlace, mutex: number, slot: number) => void
}

/** A mutex that is recovered makes the two words equal again, to the lower. */
export function probeFormat({ recover = makeEqual }: ProbeOptions = {}): RegionFormat {
  return {
    kind: 'Probe',
    layouts: [ProbeHeader],
    headerBytes: ProbeHeader.byteLength,
    arena: true,
    recovery: (memory, place) => ({
      settle: () => undefined,
      recover: (mutex, slot) => recover(memory, place, mutex, slot),
      payDebts: () => undefined,
    }),
  }
}

function makeEqual(memory: SharedWords, place: RegionPlace): void {
  const at = place.header / 4
  const { first, last } = ProbeHeader.index
  Atomics.store(memory.front, at + first, memory.front[at + last]!)
}

/** Opens a region over a buffer, small enough to be made thousands of times. */
export function probeOver(buffer: SharedArrayBuffer, options: RegionOptions = {}, format: RegionFormat = probeFormat()): Region {
  return regionOver(buffer, format, { openers: 3, lockTimeout: 20, ...options })
}

export function probeBuffer(bytes = 2 ** 19): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes)
}

/** What the tests do with a region, in the words of a structure. */
export class Probe {
  readonly region: Region
  readonly #lease
  readonly #words: Int32Array
  readonly #at: number

  constructor(region: Region) {
    this.region = region
    this.#lease = region.lease
    this.#words = region.memory.front
    this.#at = region.place.header / 4
  }

  mutex(which: 'mutex' | 'second' = 'mutex', level: Level = 0) {
    return this.region.mutex(this.region.place.header + ProbeHeader.offset[which], level)
  }

  get pair(): [number, number] {
    return [this.#words[this.#at + ProbeHeader.index.first]!, this.#words[this.#at + ProbeHeader.index.last]!]
  }

  /** Adds 1 to both words, in two stores, under the mutex. */
  increment(): void {
    const mutex = this.mutex()
    this.#lease.begin()
    try {
      mutex.acquire()
      const value = this.#words[this.#at + ProbeHeader.index.first]! + 1
      Atomics.store(this.#words, this.#at + ProbeHeader.index.first, value)
      Atomics.store(this.#words, this.#at + ProbeHeader.index.last, value)
      mutex.release()
    } catch (error) {
      this.#lease.abandon()
      throw error
    }
    this.#lease.end()
  }

  published(index: number): number {
    return this.#words[this.#publishing(index)]! >>> 0
  }

  #publishing(index: number): number {
    return this.#at + ProbeHeader.index.published + index
  }

  /** Publishes a block of so many granules, all of them `mark`, in place of the one before. False when the region is full. 0 granules: none. */
  put(index: number, granules: number, mark = index + 1, filled = true): boolean {
    const { arena } = this.region
    this.#lease.begin()
    try {
      const block = granules === 0 ? 0 : arena.alloc(granules)
      const room = granules === 0 || block !== 0
      if (room) this.#publish(index, block, filled ? granules : 0, mark)
      this.#lease.end()
      return room
    } catch (error) {
      this.#lease.abandon()
      throw error
    }
  }

  #publish(index: number, block: number, granules: number, mark: number): void {
    const { arena, memory } = this.region
    const mutex = this.mutex()
    const word = this.#publishing(index)
    if (block !== 0) memory.words(block).fill(mark, wordOf(block), wordOf(block) + granules * 2)
    mutex.acquire()
    arena.publishing(word >>> 1, (word & 1) as 0 | 1, block, this.published(index))
    Atomics.store(this.#words, word, block) // PUBLISH: pairs with the loads of the tests
    arena.published()
    mutex.release()
    arena.freeOld()
  }

  /** What there is to say against the arena: it is whole, and its used blocks are exactly the published ones. */
  problems(): string[] {
    const { memory, place, slots } = this.region
    const { problems, used, between } = census(arenaPlaceOf(memory, place), slots)
    const published = new Set(Array.from({ length: 16 }, (_, index) => this.published(index)).filter((block) => block !== 0))
    const lost = used.filter((block) => !published.has(block))
    const missing = [...published].filter((block) => !used.includes(block))
    return [
      ...problems,
      ...lost.map((block) => `block ${block} is lost`),
      ...missing.map((block) => `block ${block} is published, and free`),
      ...between.map((block) => `block ${block} is nobody's yet`),
    ]
  }
}
