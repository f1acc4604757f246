import { OpenerSlot } from '../../ts/arena/opener-slot'
import { freeEntry, largeEntry, smallEntry } from '../../ts/arena/page-table'
import { CLASS_COUNT, PAGE_BYTES, PAGE_GRANULES } from '../../ts/arena/size-class'
import { Superblock } from '../../ts/region/superblock'
import { JOURNAL_CAPACITY } from '../../ts/sync/journal'
import { DIRTY, ownerWord, WAITERS } from '../../ts/sync/owner-word'
import type { Random } from '../instruments/random'
import type { RegionImage } from './region-images'
import { Scenes } from './region-scenes'
import { blocksOf, GROUPS, type Group, type NamedWord, namedWords, rehash, store, wordsOf } from './region-words'

/** An image with something wrong in it. */
export interface Corruption {
  /** As long as the file was. */
  readonly bytes: Uint8Array
  /** Each change, for whoever wants to do it again. */
  readonly changes: readonly string[]
}

/** Corrupts images, in random and in likely places. */
export class Corrupter {
  readonly #image: RegionImage
  readonly #words: Record<Group, NamedWord[]>
  readonly #groups: readonly Group[]
  readonly #scenes: Scenes
  readonly #blocks: readonly number[]

  constructor(image: RegionImage) {
    this.#image = image
    this.#words = namedWords(image)
    this.#groups = GROUPS.filter((group) => this.#words[group].length > 0)
    this.#blocks = blocksOf(image)
    this.#scenes = new Scenes(image)
  }

  /** `changes`: how many; the same random source gives the same ones. */
  corrupt(random: Random): Corruption {
    const { bytes, pages } = this.#image
    const copy = { bytes: bytes.slice(0, pages * PAGE_BYTES) }
    const changes: string[] = []
    const count = random.pick([1, 1, 1, 2, 3, 5, 20])
    for (let i = 0; i < count; i++) changes.push(this.#change(copy, random))
    if (random.chance(0.8)) changes.push(rehash(copy.bytes))
    return { bytes: copy.bytes, changes }
  }

  #change(copy: { bytes: Uint8Array }, random: Random): string {
    const kind = random.below(20)
    if (kind === 0) return this.#truncate(copy, random)
    const { bytes } = copy
    if (bytes.length < PAGE_BYTES) return 'nothing: too short'
    if (kind === 1) return this.#pages(bytes, random)
    if (kind === 2) return this.#journal(bytes, random)
    if (kind < 6) return this.#anywhere(bytes, random)
    if (kind < 10) return this.#scenes.change(bytes, random)
    return this.#named(bytes, random)
  }

  #truncate(copy: { bytes: Uint8Array }, random: Random): string {
    const length = copy.bytes.length
    const page = random.below(length / PAGE_BYTES + 1) * PAGE_BYTES
    const to = Math.min(length, Math.max(0, random.pick([page, page + 1, page - 1, random.below(length + 1), random.below(300)])))
    copy.bytes = copy.bytes.slice(0, to)
    return `truncated to ${to} bytes`
  }

  #pages(bytes: Uint8Array, random: Random): string {
    const pages = Math.floor(bytes.length / PAGE_BYTES)
    const to = random.below(pages)
    const from = random.below(pages)
    const part = bytes.subarray(to * PAGE_BYTES, (to + 1) * PAGE_BYTES)
    if (random.chance(0.5)) {
      const filling = random.pick([0, 0, 255, 1])
      part.fill(filling)
      return `page ${to} filled with ${filling}`
    }
    part.set(bytes.subarray(from * PAGE_BYTES, (from + 1) * PAGE_BYTES))
    return `page ${to} is page ${from}`
  }

  /** A bit, a byte or a word of the metadata, or of the whole. */
  #anywhere(bytes: Uint8Array, random: Random): string {
    const end = random.chance(0.6) ? Math.min(bytes.length, this.#image.place.firstPage * PAGE_BYTES) : bytes.length
    const at = random.below(end)
    switch (random.below(3)) {
      case 0:
        bytes[at]! ^= 1 << random.below(8)
        return `byte ${at} is ${bytes[at]}, by a bit`
      case 1:
        bytes[at] = random.bits()
        return `byte ${at} is ${bytes[at]}`
      default:
        return store(bytes, { name: 'a word', index: at >>> 2 }, random.bits())
    }
  }

  #named(bytes: Uint8Array, random: Random): string {
    const words = this.#words[random.pick(this.#groups)]
    const word = random.pick(words)
    const other = random.pick(words).index
    const value = random.chance(0.2) ? wordsOf(bytes)[other]! : this.#value(word, bytes, random)
    return store(bytes, word, value ?? 0)
  }

  /** A slot that has committed something, wherever. */
  #journal(bytes: Uint8Array, random: Random): string {
    const { slots, slotCount } = this.#image.place
    const slot = random.below(slotCount)
    const at = (slots + slot * OpenerSlot.byteLength) / 4
    const journal = at + OpenerSlot.index.journal
    const count = random.pick([1, 1, 2, 3, JOURNAL_CAPACITY, JOURNAL_CAPACITY + 1, -1])
    const changes = [store(bytes, { name: `slot ${slot} live`, index: at }, wordsOf(bytes)[at]! | 1)]
    changes.push(store(bytes, { name: 'its journal', index: journal }, count))
    for (let i = 0; i < Math.min(Math.abs(count), 3); i++) {
      const target = random.pick(this.#words[random.pick(this.#groups)])
      const granule = random.chance(0.3) ? this.#granule(random) : target.index >>> 1
      const entry = [granule, target.index & 1, this.#value(target, bytes, random)]
      for (const [j, word] of entry.entries()) changes.push(store(bytes, { name: `entry ${i}`, index: journal + 1 + i * 3 + j }, word))
    }
    return changes.join(', ')
  }

  #value({ meaning, index }: NamedWord, bytes: Uint8Array, random: Random): number {
    if (random.chance(0.3)) return this.#boundary(random)
    switch (meaning) {
      case 'page':
        return random.chance(0.2) ? Math.floor(index / 1024) : this.#page(random)
      case 'granule':
        return random.chance(0.2) ? index >>> 1 : this.#granule(random)
      case 'owner':
        return this.#owner(bytes, random)
      case 'entry':
        return this.#entry(bytes, random)
      default:
        return random.pick([0, 1, -1, 2, 3, random.below(100), random.bits(), wordsOf(bytes)[index]! + random.pick([-1, 1])])
    }
  }

  #boundary(random: Random): number {
    const { pages, place } = this.#image
    const size = pages * PAGE_GRANULES
    const all = [
      0,
      1,
      -1,
      pages,
      place.mostPages,
      size,
      place.mostPages * PAGE_GRANULES,
      2 ** 27,
      2 ** 18,
      2 ** 31,
      2 ** 32,
      place.firstPage,
    ]
    return (random.pick(all) + random.pick([0, 0, -1, 1, -2, 2])) | 0
  }

  #page(random: Random): number {
    const { pages, place } = this.#image
    return random.pick([place.firstPage, place.firstPage - 1, pages - 1, pages, random.below(pages), random.below(pages)])
  }

  #granule(random: Random): number {
    const { place, pages } = this.#image
    const fixed = [Superblock.index.pages, place.slots / 4, place.header / 4, place.arena / 4, place.table / 4].map((word) => word >>> 1)
    if (random.chance(0.3)) return random.pick(fixed)
    if (random.chance(0.2) || this.#blocks.length === 0) return random.below(pages * PAGE_GRANULES)
    return random.pick(this.#blocks)
  }

  #owner(bytes: Uint8Array, random: Random): number {
    const { slots, slotCount } = this.#image.place
    const slot = random.pick([0, 0, 1, random.below(slotCount), slotCount, 1000])
    const state = wordsOf(bytes)[(slots + slot * OpenerSlot.byteLength) / 4] ?? 0
    const generation = (state >>> 1) + random.pick([0, 1, 1, 2])
    return ownerWord(slot, generation) | random.pick([0, WAITERS, DIRTY, WAITERS | DIRTY])
  }

  #entry(bytes: Uint8Array, random: Random): number {
    const { pages, place } = this.#image
    const length = random.pick([0, 1, 2, pages - place.firstPage, random.below(pages), 2 ** 18, 2 ** 28 - 1, this.#boundary(random)])
    switch (random.below(4)) {
      case 0:
        return freeEntry(length, random.chance(0.5))
      case 1:
        return largeEntry(length)
      case 2:
        return smallEntry(random.below(CLASS_COUNT + 2), random.pick([0, 0, 1, random.below(128)]))
      default:
        return wordsOf(bytes)[random.pick(this.#words.entry).index] ?? 0
    }
  }
}
