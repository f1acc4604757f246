import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { FormatError } from '../errors'
import { fnv1a } from '../layout/fingerprint'
import { bytes, layout, line, u32, u64, words } from '../layout/layout'
import { OwnerWord } from '../sync/owner-word'
import { SUPERBLOCK_BYTES } from '../sync/shared-words'

/** "mmio" in the order of the bytes. */
const MAGIC = 0x6f696d6d
const BYTE_ORDER = 0x01020304

/** Far apart, so that no single wrong bit makes one the other. In the order of the bytes: "make", "live", "dead". */
export const RegionState = {
  /** Its maker is at work, or died there. */
  CREATING: 0x656b616d,
  READY: 0x6576696c,
  /** The name is gone, or about to be. */
  DESTROYED: 0x64616564,
} as const

/** How the region was when its last opener left it. */
export const RestState = { OPEN: 0, CLEAN: 1, TORN: 2 } as const

export const Superblock = layout('Superblock', {
  magic: u32.is('0x6f696d6d: "mmio"'),
  byteOrder: u32.is('0x01020304 to whoever reads it as it was written'),
  format: u32.is('fingerprint of this layout'),
  kind: bytes(16).is('name of the structure, padded with zeros'),
  structure: u32.is('fingerprint of the layouts of the structure'),
  creation: u64.is('random: names this region among all others'),
  slots: u32.is('openers that can be there at once'),
  mostPages: u32.is('pages of 4 KiB that the region may grow to'),
  geometry: u32.is('FNV-1a of the words from kind to mostPages'),
  state: u32.is('PUBLISH: "make", "live" or "dead", as the bytes of the word'),
  boot: words(4).is('boot id of the system that changed it last'),
  rest: u32.is(
    '0 = open, or was when its last opener died; 1 = closed by its last opener, with all on the disk; 2 = the power failed while it was 0',
  ),
  growth: line(OwnerWord).is('mutex of growth'),
  pages: line(u32).is('PUBLISH: pages that exist'),
})

export { SUPERBLOCK_BYTES }

const INDEX = Superblock.index
const KIND_BYTES = 16

/** What cannot change after the region was made. */
export interface Geometry {
  readonly kind: string
  readonly structure: number
  readonly creation: bigint
  readonly slots: number
  readonly mostPages: number
}

/** The first bytes of a region that is being made. */
export function newSuperblock(geometry: Geometry): Buffer {
  const block = Buffer.alloc(SUPERBLOCK_BYTES)
  const words = new Int32Array(block.buffer, block.byteOffset, SUPERBLOCK_BYTES / 4)
  words[INDEX.magic] = MAGIC
  words[INDEX.byteOrder] = BYTE_ORDER
  words[INDEX.format] = Superblock.fingerprint
  block.write(geometry.kind, Superblock.offset.kind, KIND_BYTES, 'latin1')
  words[INDEX.structure] = geometry.structure
  block.writeBigUInt64LE(geometry.creation, Superblock.offset.creation)
  words[INDEX.slots] = geometry.slots
  words[INDEX.mostPages] = geometry.mostPages
  words[INDEX.geometry] = geometryHash(block)
  words[INDEX.state] = RegionState.CREATING
  return block
}

/** Whether these are the first bytes of a region, in whatever state. */
export function isSuperblock(block: Buffer): boolean {
  return block.length >= Superblock.byteLength && block.readUInt32LE(Superblock.offset.magic) === MAGIC
}

/**
 * What a region is, from its first bytes.
 * @throws {FormatError} `ERR_NOT_A_REGION`, `ERR_FORMAT_MISMATCH`, `ERR_CORRUPT`
 */
export function readGeometry(block: Buffer, name: string): Geometry {
  const word = (field: keyof typeof INDEX) => block.readUInt32LE(INDEX[field] * 4)
  if (block.length < Superblock.byteLength)
    throw new FormatError('ERR_NOT_A_REGION', `${name} has ${block.length} bytes: too few for a region`)
  if (word('magic') !== MAGIC)
    throw new FormatError('ERR_NOT_A_REGION', `${name} is no region: expected magic ${hex(MAGIC)}, found ${hex(word('magic'))}`)
  if (word('byteOrder') !== BYTE_ORDER)
    throw new FormatError(
      'ERR_FORMAT_MISMATCH',
      `${name} was written by a machine of another byte order: ${hex(word('byteOrder'))}, not ${hex(BYTE_ORDER)}`,
    )
  if (word('format') !== Superblock.fingerprint) {
    throw new FormatError(
      'ERR_FORMAT_MISMATCH',
      `${name} has superblock format ${hex(word('format'))}, this version has ${hex(Superblock.fingerprint)}`,
    )
  }
  if (word('geometry') !== geometryHash(block))
    throw new FormatError('ERR_CORRUPT', `${name}: the geometry in the superblock does not match its hash`)
  const { kind: at } = Superblock.offset
  return {
    kind: block.toString('latin1', at, at + KIND_BYTES).replace(/\0+$/, ''),
    structure: word('structure'),
    creation: block.readBigUInt64LE(Superblock.offset.creation),
    slots: word('slots'),
    mostPages: word('mostPages'),
  }
}

/** One of `RegionState`, if the bytes are those of a region. */
export function stateOf(block: Buffer): number {
  return block.readUInt32LE(Superblock.offset.state)
}

function geometryHash(block: Buffer): number {
  return fnv1a(block.toString('latin1', Superblock.offset.kind, Superblock.offset.geometry))
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}

/** Random: no two regions have the same. */
export function newCreationId(): bigint {
  return randomBytes(8).readBigUInt64LE()
}

/** Of the running system; zeros where it does not say. */
export function bootId(): Int32Array {
  const words = new Int32Array(4)
  try {
    const text = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')
    Buffer.from(words.buffer).write(text.replaceAll('-', '').trim(), 'hex')
  } catch {
    // Without /proc every start looks like the same boot: as if the power had never failed.
  }
  return words
}
