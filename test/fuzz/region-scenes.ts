import { ArenaHeader, ClassHeader, Intent, IntentState } from '../../ts/arena/layouts'
import { OpenerSlot } from '../../ts/arena/opener-slot'
import { freeEntry, largeEntry, smallEntry } from '../../ts/arena/page-table'
import { CLASS_COUNT, CLASS_SIZES, classOf, PAGE_GRANULES, RUN_PAGES, SMALL_LIMIT } from '../../ts/arena/size-class'
import { Superblock } from '../../ts/region/superblock'
import type { Random } from '../instruments/random'
import { ProbeHeader } from '../support/probe-region'
import { LENGTHS, type RegionImage } from './region-images'
import { store, wordsOf } from './region-words'

/** Lies that fit together, so that each is believed for the sake of the others. */
export class Scenes {
  readonly #image: RegionImage
  readonly #arena: number
  #bytes: Uint8Array = new Uint8Array()
  #changes: string[] = []

  constructor(image: RegionImage) {
    this.#image = image
    this.#arena = image.place.arena / 4
  }

  change(bytes: Uint8Array, random: Random): string {
    this.#bytes = bytes
    this.#changes = []
    const scenes = [this.#lastBlock, this.#fresh, this.#debts, this.#size, this.#run, this.#circle]
    random.pick(scenes).call(this, random)
    return this.#changes.join(', ')
  }

  #set(name: string, index: number, value: number): void {
    this.#changes.push(store(this.#bytes, { name, index }, value))
  }

  #slot(random: Random): number {
    const { slots, slotCount } = this.#image.place
    return (slots + random.pick([0, 0, random.below(slotCount)]) * OpenerSlot.byteLength) / 4
  }

  #class(random: Random): number {
    return random.chance(0.2) ? random.below(CLASS_COUNT) : classOf(random.pick(LENGTHS.filter((length) => length <= SMALL_LIMIT)))
  }

  /** A page of the arena, often the last one. */
  #page(random: Random): number {
    const end = wordsOf(this.#bytes)[this.#arena + ArenaHeader.index.end]! >>> 0
    const last = Math.max(this.#image.place.firstPage, Math.min(end, this.#image.pages) - 1)
    return random.pick([last, last, last - 1, this.#image.place.firstPage])
  }

  #entry(page: number, entry: number): void {
    this.#set(`entry of page ${page}`, this.#image.place.table / 4 + page, entry)
  }

  /** A block that begins in the last page, and ends behind it. */
  #lastBlock(random: Random): void {
    const sizeClass = this.#class(random)
    const page = this.#page(random)
    const part = random.pick([0, 0, 1, random.below(RUN_PAGES[sizeClass]!)])
    const size = CLASS_SIZES[sizeClass]!
    this.#entry(page, smallEntry(sizeClass, part))
    const start = (page - part) * PAGE_GRANULES
    const first = Math.ceil((part * PAGE_GRANULES) / size)
    const last = Math.floor(((part + 1) * PAGE_GRANULES - 1) / size)
    const block = start + random.pick([first, last]) * size
    this.#set('its first word', block * 2, 0)
    this.#set('its second word', block * 2 + 1, random.pick([1, 1, 2, -1]))
    this.#lead(random, sizeClass, block)
  }

  /** Has somebody find a block. */
  #lead(random: Random, sizeClass: number, block: number): void {
    const slot = this.#slot(random)
    const intent = slot + OpenerSlot.index.intent
    switch (random.below(4)) {
      case 0:
        this.#set('top of a magazine', slot + OpenerSlot.index.magazines + sizeClass * 2 + random.below(2), block)
        break
      case 1:
        this.#set('head of its class', this.#header(sizeClass) + ClassHeader.index.head, block)
        break
      case 2:
        for (let i = 0; i < 16; i++) this.#set('published', this.#image.place.header / 4 + ProbeHeader.index.published + i, block)
        break
      default:
        this.#set('slot live', slot, wordsOf(this.#bytes)[slot]! | 1)
        this.#set('intent block', intent + Intent.index.block, block)
        this.#set('intent state', intent + Intent.index.state, random.pick([IntentState.ALLOCATED, IntentState.PUBLISHING]))
    }
  }

  #header(sizeClass: number): number {
    return this.#arena + ArenaHeader.index.classes + (sizeClass * ClassHeader.byteLength) / 4
  }

  /** A run that was never used, up to behind the end. */
  #fresh(random: Random): void {
    const sizeClass = this.#class(random)
    const page = this.#page(random)
    this.#entry(page, smallEntry(sizeClass, 0))
    const header = this.#header(sizeClass)
    this.#set('head', header + ClassHeader.index.head, 0)
    this.#set('fresh', header + ClassHeader.index.fresh, page * PAGE_GRANULES)
    this.#set('freshEnd', header + ClassHeader.index.freshEnd, random.pick([(page + 100) * PAGE_GRANULES, -1]))
    for (let slot = 0; slot < this.#image.place.slotCount; slot++) {
      const at = (this.#image.place.slots + slot * OpenerSlot.byteLength) / 4 + OpenerSlot.index.magazines + sizeClass * 2
      this.#set('no magazine', at, 0)
      this.#set('no magazine', at + 1, 0)
    }
  }

  /** Large blocks that are owed again and again. */
  #debts(random: Random): void {
    const page = this.#page(random)
    const other = random.pick([page, this.#page(random)])
    this.#entry(page, largeEntry(1))
    this.#entry(other, largeEntry(random.pick([1, 2])))
    this.#set('the next debt', page * PAGE_GRANULES * 2, other * PAGE_GRANULES)
    this.#set('the one behind', other * PAGE_GRANULES * 2, page * PAGE_GRANULES)
    this.#set('debt', this.#slot(random) + OpenerSlot.index.intent + Intent.index.debt, page * PAGE_GRANULES)
  }

  /** A journal that makes the region, or its arena, larger or smaller than it is. */
  #size(random: Random): void {
    const { place, pages } = this.#image
    const slot = this.#slot(random)
    const word = random.pick([Superblock.index.pages, this.#arena + ArenaHeader.index.end, Superblock.index.state])
    this.#set('slot live', slot, wordsOf(this.#bytes)[slot]! | 1)
    const value = random.pick([place.mostPages, pages + 1, place.mostPages + 1, 0, 1, place.firstPage, 2 ** 31])
    for (const [i, entry] of [1, word >>> 1, word & 1, value].entries()) this.#set('journal', slot + OpenerSlot.index.journal + i, entry)
  }

  /** A free run that is longer than the arena, or its neighbour. */
  #run(random: Random): void {
    const page = this.#page(random)
    const length = random.pick([1, 2, 100, this.#image.pages, 2 ** 18, 2 ** 28 - 1])
    this.#entry(page, freeEntry(length, random.chance(0.5)))
    this.#set('bin', this.#arena + ArenaHeader.index.bins + random.pick([0, 1, 6, 30, 71, random.below(72)]), page)
    this.#set('next run', page * PAGE_GRANULES * 2, random.pick([0, page, this.#page(random)]))
    this.#set('run before', page * PAGE_GRANULES * 2 + 1, random.pick([0, page, this.#page(random)]))
  }

  /** A list of small blocks without an end. */
  #circle(random: Random): void {
    const sizeClass = this.#class(random)
    const page = this.#page(random)
    this.#entry(page, smallEntry(sizeClass, 0))
    const block = page * PAGE_GRANULES
    const next = block + random.pick([0, CLASS_SIZES[sizeClass]!])
    this.#set('first', block * 2, next)
    this.#set('its height', block * 2 + 1, random.pick([2, 32, 2 ** 31 - 1, -1]))
    this.#set('second', next * 2, block)
    this.#set('its height', next * 2 + 1, random.pick([1, 31, 2 ** 31 - 2]))
    this.#lead(random, sizeClass, block)
  }
}
