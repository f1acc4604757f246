import { layout, line, words } from '../../../ts/layout/layout'
import type { RegionFormat } from '../../../ts/region/format'
import { openRegion } from '../../../ts/region/open-region'
import type { Region } from '../../../ts/region/region'
import type { RegionOptions } from '../../../ts/region/region-options'
import { GRANULE, wordOf } from '../../../ts/sync/shared-words'
import type { Random } from '../../instruments/random'

export const KEEPERS = 16
export const CELLS = 64

export const WarehouseHeader = layout('WarehouseHeader', {
  cells: line(words(KEEPERS * CELLS)).is('granule of a block; 0 = none. Each keeper has 64 of his own'),
  sequence: line(words(KEEPERS)).is('by keeper: the last block that was marked'),
})

const { cells: CELL, sequence: SEQUENCE } = WarehouseHeader.index

export const warehouseFormat: RegionFormat = {
  kind: 'Warehouse',
  layouts: [WarehouseHeader],
  headerBytes: WarehouseHeader.byteLength,
  arena: true,
}

/**
 * Blocks of one arena, put and taken by keepers. Every block is full of a mark that names its keeper and the block: the
 * first granule holds the mark and the length, and all others the mark twice.
 */
export class Warehouse {
  readonly region: Region
  readonly #keeper: number
  readonly #words: Int32Array
  readonly #at: number

  constructor(region: Region, keeper: number) {
    this.region = region
    this.#keeper = keeper
    this.#words = region.memory.front
    this.#at = region.place.header / 4
  }

  static open(path: string, keeper: number, options: RegionOptions = {}): Warehouse {
    return new Warehouse(openRegion(path, warehouseFormat, options), keeper)
  }

  /** Takes what is in a cell of the keeper's, or puts a new block there. False when there is no room. */
  turn(random: Random, most: number): boolean {
    const cell = random.below(CELLS)
    if (this.#blockAt(this.#keeper, cell) === 0) return this.put(cell, sizeFrom(random, most))
    this.take(cell)
    return true
  }

  /** False when the region is full. @throws {SystemError} with nothing changed */
  put(cell: number, granules: number): boolean {
    const { lease, arena } = this.region
    lease.begin()
    try {
      const block = arena.alloc(granules)
      if (block !== 0) this.#fill(block, granules)
      if (block !== 0) this.#publish(cell, block, 0)
    } catch (error) {
      lease.abandon()
      throw error
    }
    lease.end()
    return this.#blockAt(this.#keeper, cell) !== 0
  }

  /** @throws when the block is not as it was put there */
  take(cell: number): void {
    const { lease, arena } = this.region
    const block = this.#blockAt(this.#keeper, cell)
    if (block === 0) return
    this.#check(this.#keeper, block)
    lease.begin()
    try {
      this.#publish(cell, 0, block)
      arena.freeOld()
    } catch (error) {
      lease.abandon()
      throw error
    }
    lease.end()
  }

  #publish(cell: number, value: number, old: number): void {
    const { arena } = this.region
    const index = this.#cell(this.#keeper, cell)
    arena.publishing(index >>> 1, (index & 1) as 0 | 1, value, old)
    Atomics.store(this.#words, index, value)
    arena.published()
  }

  #fill(block: number, granules: number): void {
    const words = this.region.memory.words(block)
    const at = wordOf(block)
    const sequence = Atomics.add(this.#words, this.#at + SEQUENCE + this.#keeper, 1) + 1
    const mark = (this.#keeper << 24) | (sequence & 0xffffff)
    words.fill(mark, at, at + granules * 2)
    words[at + 1] = granules
  }

  /** @throws when a block in use is not full of its mark, to its end */
  #check(keeper: number, block: number): void {
    const { memory, arena } = this.region
    memory.check(block, 1, 'a cell')
    const words = memory.words(block)
    const at = wordOf(block)
    const [mark, granules] = [words[at]!, words[at + 1]!]
    const name = `block ${block} of keeper ${keeper}`
    if (mark >>> 24 !== keeper) throw new Error(`${name} is marked by keeper ${mark >>> 24}`)
    if (granules < 1 || granules > arena.capacity(block)) throw new Error(`${name} has ${granules} granules`)
    for (let i = 2; i < granules * 2; i++)
      if (words[at + i] !== mark) throw new Error(`${name}: word ${i} of ${granules * 2} is ${words[at + i]}, not ${mark}`)
  }

  /** Checks all blocks of all keepers; for when nobody else is there. */
  inUse(): number[] {
    const blocks: number[] = []
    for (let keeper = 0; keeper < KEEPERS; keeper++) {
      for (let cell = 0; cell < CELLS; cell++) {
        const block = this.#blockAt(keeper, cell)
        if (block === 0) continue
        this.#check(keeper, block)
        blocks.push(block)
      }
    }
    return blocks
  }

  /** Bytes of a block's cell: what an heir is to look at. */
  #cell(keeper: number, cell: number): number {
    return this.#at + CELL + keeper * CELLS + cell
  }

  #blockAt(keeper: number, cell: number): number {
    return this.#words[this.#cell(keeper, cell)]! >>> 0
  }

  close(): void {
    this.region.close()
  }
}

/** Granules of blocks that an opener keeps one or two of, so that each goes by the depot, where openers meet. */
const MEETING = 1100

/** Granules: often one size, mostly few otherwise, sometimes many. */
function sizeFrom(random: Random, most: number): number {
  if (random.chance(0.3)) return Math.min(MEETING, most / GRANULE)
  const limit = Math.min(most / GRANULE, 2 ** random.between(1, 17))
  return random.between(1, Math.max(1, Math.floor(limit)))
}
