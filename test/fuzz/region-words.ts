import { ArenaHeader, ClassHeader, Intent, PageEntry } from '../../ts/arena/layouts'
import { OpenerSlot } from '../../ts/arena/opener-slot'
import { CLASS_COUNT, CLASS_SIZES, PAGE_BYTES, PAGE_GRANULES } from '../../ts/arena/size-class'
import { fnv1a } from '../../ts/layout/fingerprint'
import type { AnyLayout } from '../../ts/layout/layout'
import { Superblock } from '../../ts/region/superblock'
import { JournalRecord } from '../../ts/sync/journal'
import { HELD_COUNT, LeaseSlot } from '../../ts/sync/lease-slot'
import { ProbeHeader } from '../support/probe-region'
import type { RegionImage } from './region-images'

/** What a word means, and so what would be a good lie. */
export type Meaning = 'number' | 'page' | 'granule' | 'owner' | 'entry'

/** A word of a region that some code believes, or must not. */
export interface NamedWord {
  readonly name: string
  /** Words from the start of the region. */
  readonly index: number
  readonly meaning: Meaning
}

export const GROUPS = ['superblock', 'lease', 'intent', 'journal', 'magazine', 'arena', 'bin', 'class', 'entry', 'block', 'probe'] as const
export type Group = (typeof GROUPS)[number]

/** All words of an image that mean something, by what they belong to. */
export function namedWords(image: RegionImage): Record<Group, NamedWord[]> {
  const { place } = image
  const slots = Array.from({ length: place.slotCount }, (_, slot) => ({ slot, at: (place.slots + slot * OpenerSlot.byteLength) / 4 }))
  const ofSlots = (words: (at: number) => NamedWord[]) =>
    slots.flatMap(({ slot, at }) => words(at).map((word) => ({ ...word, name: `slot ${slot} ${word.name}` })))
  return {
    superblock: fields(Superblock, 0, { growth: 'owner', pages: 'page', mostPages: 'page' }),
    lease: ofSlots((at) => [
      ...fields(LeaseSlot, at, {}),
      ...range('held', at + LeaseSlot.index.held, HELD_COUNT, 'granule'),
      ...range('burying', at + LeaseSlot.index.burying, 1),
    ]),
    intent: ofSlots((at) =>
      fields(Intent, at + OpenerSlot.index.intent, { block: 'granule', at: 'granule', value: 'granule', old: 'granule', debt: 'granule' }),
    ),
    journal: ofSlots((at) => range('journal', at + OpenerSlot.index.journal, JournalRecord.byteLength / 4, 'granule')),
    magazine: ofSlots((at) => range('magazine', at + OpenerSlot.index.magazines, CLASS_COUNT * 2, 'granule')),
    arena: fields(ArenaHeader, place.arena / 4, { lock: 'owner', end: 'page' }),
    bin: range('bin', place.arena / 4 + ArenaHeader.index.bins, 72, 'page'),
    class: Array.from({ length: CLASS_COUNT }, (_, i) => {
      const at = place.arena / 4 + ArenaHeader.index.classes + (i * ClassHeader.byteLength) / 4
      return fields(ClassHeader, at, { lock: 'owner', head: 'granule', fresh: 'granule', freshEnd: 'granule' }, `class ${i} `)
    }).flat(),
    entry: Array.from({ length: image.pages + 2 }, (_, page) => page)
      .filter((page) => page >= place.firstPage - 1 && page < place.mostPages)
      .map((page) => ({ name: `entry of page ${page}`, index: place.table / 4 + page, meaning: 'entry' as const })),
    block: blocksOf(image).flatMap((block) => [
      { name: `first word of granule ${block}`, index: block * 2, meaning: block % PAGE_GRANULES === 0 ? 'page' : 'granule' },
      { name: `second word of granule ${block}`, index: block * 2 + 1, meaning: block % PAGE_GRANULES === 0 ? 'page' : 'number' },
    ]),
    probe: [
      ...fields(ProbeHeader, place.header / 4, { mutex: 'owner', second: 'owner' }),
      ...range('published', place.header / 4 + ProbeHeader.index.published, 16, 'granule'),
    ],
  }
}

function fields(of: AnyLayout, at: number, meanings: Record<string, Meaning>, prefix = ''): NamedWord[] {
  const named = of.fields.filter(({ field }) => field.byteLength <= 16)
  return named.flatMap(({ name, offset, field }) =>
    range(`${prefix}${name}`, at + offset / 4, Math.ceil(field.byteLength / 4), meanings[name] ?? 'number'),
  )
}

function range(name: string, index: number, count: number, meaning: Meaning = 'number'): NamedWord[] {
  return Array.from({ length: count }, (_, i) => ({ name: count === 1 ? name : `${name}[${i}]`, index: index + i, meaning }))
}

/** Granules that blocks and free runs begin at: some of each page. */
export function blocksOf({ bytes, place, pages }: RegionImage): number[] {
  const words = new Int32Array(bytes.buffer)
  const blocks: number[] = []
  for (let page = place.firstPage; page < pages; page++) {
    const entry = words[place.table / 4 + page]!
    const { kind, sizeClass, place: part } = PageEntry.split(entry)
    if (kind !== 2 || part > 0) blocks.push(page * PAGE_GRANULES)
    else for (let i = 0; i < 8; i++) blocks.push(page * PAGE_GRANULES + i * (CLASS_SIZES[sizeClass] ?? 2))
  }
  return blocks.filter((block) => block * 8 < pages * PAGE_BYTES)
}

export function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, 0, bytes.length >>> 2)
}

/** Returns what was done. */
export function store(bytes: Uint8Array, { name, index }: Pick<NamedWord, 'name' | 'index'>, value: number): string {
  wordsOf(bytes)[index] = value
  return `${name} (word ${index}) is ${value | 0}`
}

/** So that the check does not stop at the hash. */
export function rehash(bytes: Uint8Array): string {
  if (bytes.length < Superblock.byteLength) return 'nothing: too short'
  const { kind, geometry } = Superblock.offset
  const hash = fnv1a(Buffer.from(bytes.buffer).toString('latin1', kind, geometry))
  wordsOf(bytes)[Superblock.index.geometry] = hash
  return 'with the hash of its geometry'
}
