import { OpenerSlot } from '../../ts/arena/opener-slot'
import { binding } from '../../ts/native/binding'
import type { RegionPlace } from '../../ts/region/format'
import { Superblock } from '../../ts/region/superblock'
import { LeaseSlot } from '../../ts/sync/lease-slot'
import { observe } from '../instruments/access'
import type { Random } from '../instruments/random'
import { CRASH, Killer } from '../instruments/stepper'
import { Tracing } from '../instruments/tracing'
import { Probe, probeOver } from '../support/probe-region'
import { rehash, wordsOf } from './region-words'

/** Bytes of a region, as its openers left it: all dead, some of them in the middle of something. */
export interface RegionImage {
  readonly name: string
  /** As many as the region may grow to. */
  readonly bytes: Uint8Array
  readonly place: RegionPlace
  /** Pages that exist. */
  readonly pages: number
}

/** Regions of several sizes, after work of several lengths. */
export function makeImages(random: Random, count: number): RegionImage[] {
  const tracing = new Tracing({ natives: [binding] })
  try {
    return Array.from({ length: count }, (_, number) => new Workload(random.fork(), number).image())
  } finally {
    tracing.end()
  }
}

/** The same lengths again and again, so that blocks are used again; of every kind. */
export const LENGTHS: readonly number[] = [1, 2, 3, 13, 14, 40, 100, 500, 2000, 4096, 4097, 5000, 12_000, 30_000]
const MUCH_ROOM = 1 / 4

class Workload {
  readonly #random: Random
  readonly #number: number
  readonly #buffer: SharedArrayBuffer
  readonly #openers: number
  readonly #living: Probe[] = []
  #place: RegionPlace | undefined

  constructor(random: Random, number: number) {
    this.#random = random
    this.#number = number
    this.#openers = random.between(2, 5)
    this.#buffer = new SharedArrayBuffer(random.pick([48, 64, 96, 200]) * 4096)
  }

  image(): RegionImage {
    const work = this.#random.pick([0, 5, 30, 150])
    this.#opener(true)
    for (let i = 0; i < work; i++) this.#work()
    const deaths = this.#random.below(this.#openers + 1)
    for (let i = 0; i < deaths; i++) this.#kill(this.#opener(this.#random.chance(0.5)))
    for (const probe of this.#living.splice(0)) this.#forget(probe)
    const bytes = new Uint8Array(this.#buffer).slice()
    forgetRun(bytes, this.#place!, this.#random)
    const pages = new Int32Array(bytes.buffer)[Superblock.index.pages]!
    const name = `image ${this.#number}: ${this.#openers} openers, ${pages} pages, ${work} changes, ${deaths} deaths`
    return { name, bytes, place: this.#place!, pages }
  }

  #work(): void {
    const probe = this.#opener(this.#random.chance(0.1))
    const fate = this.#random.below(30)
    if (fate === 0) this.#kill(probe)
    else if (fate === 1) this.#leave(probe)
    else changeOf(probe, this.#random)()
  }

  /** A new one, if wanted and possible, or else one that is there. */
  #opener(another: boolean): Probe {
    if (this.#living.length === 0 || (another && this.#living.length < this.#openers)) {
      const probe = new Probe(probeOver(this.#buffer, { openers: this.#openers }))
      this.#place = probe.region.place
      this.#living.push(probe)
      return probe
    }
    return this.#random.pick(this.#living)
  }

  /** Dies ahead of a step of what it does. */
  #kill(probe: Probe): void {
    for (let tries = 0; tries < 20; tries++) {
      const change = changeOf(probe, this.#random)
      const killer = new Killer({ steps: ['store'] }, this.#random.between(1, 40))
      observe(killer)
      try {
        change()
      } catch (error) {
        if (error !== CRASH && killer.place === undefined) throw error
      } finally {
        observe(undefined)
      }
      if (killer.place !== undefined) break
    }
    this.#forget(probe)
  }

  #leave(probe: Probe): void {
    this.#living.splice(this.#living.indexOf(probe), 1)
    probe.region.close()
  }

  #forget(probe: Probe): void {
    const at = this.#living.indexOf(probe)
    if (at !== -1) this.#living.splice(at, 1)
    probe.region.lease.forget()
    probe.region.memory.backing.locks.drop()
  }
}

/** Makes an image the same in each run: but for the boot id, without which it would be that of a region whose power failed. */
function forgetRun(bytes: Uint8Array, { slots, slotCount }: RegionPlace, random: Random): void {
  const words = wordsOf(bytes)
  words[Superblock.index.creation] = random.bits()
  words[Superblock.index.creation + 1] = random.bits()
  rehash(bytes)
  const { pid, tid, start } = LeaseSlot.index
  for (let slot = 0; slot < slotCount; slot++) {
    const at = (slots + slot * OpenerSlot.byteLength) / 4
    if (words[at + pid] !== 0) for (const index of [pid, tid, start, start + 1]) words[at + index] = index
  }
}

/** What an opener may do next. */
export function changeOf(probe: Probe, random: Random): () => void {
  const index = random.below(16)
  switch (random.below(10)) {
    case 0:
      return () => probe.increment()
    case 1:
      return () => trim(probe)
    case 2:
    case 3:
      return () => probe.put(index, 0)
    default: {
      const granules = random.chance(MUCH_ROOM) ? random.between(1, 9000) : random.pick(LENGTHS)
      return () => probe.put(index, granules)
    }
  }
}

function trim({ region }: Probe): void {
  region.lease.begin()
  try {
    region.arena.runs.trim(1)
    region.lease.end()
  } catch (error) {
    region.lease.abandon()
    throw error
  }
}
