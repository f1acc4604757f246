import { rmSync, writeFileSync } from 'node:fs'
import { census } from '../../ts/arena/census'
import { PAGE_BYTES } from '../../ts/arena/size-class'
import { FormatError, MappingError, SharingError, SystemError } from '../../ts/errors'
import { openRegion, regionOver } from '../../ts/region/open-region'
import { arenaPlaceOf, type Region } from '../../ts/region/region'
import type { RegionOptions } from '../../ts/region/region-options'
import { RegionState, Superblock } from '../../ts/region/superblock'
import { type Access, type Observer, observe } from '../instruments/access'
import type { Random } from '../instruments/random'
import { Probe, probeFormat } from '../support/probe-region'
import { changeOf } from './region-images'

const LOCK_TIMEOUT = 5 // milliseconds

/** Where a corrupted image is opened. */
export interface Ground {
  readonly name: string
  /** Puts the image there. */
  lay(bytes: Uint8Array): void
  open(options: RegionOptions): Region
  /** Accesses outside of what the region says exists, since it was laid. */
  strays(): readonly string[]
}

/** A file, exactly as long as the image: whatever is read behind its end is a fault. */
export class FileGround implements Ground {
  readonly name = 'file'
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  lay(bytes: Uint8Array): void {
    rmSync(this.#path, { force: true })
    writeFileSync(this.#path, bytes)
  }

  open(options: RegionOptions): Region {
    return openRegion(this.#path, probeFormat(), { ...options, maxSize: 2 ** 20 })
  }

  strays(): readonly string[] {
    return []
  }
}

/** Memory, of which every access is looked at. Its views must be made within a `Tracing`. */
export class WatchedGround implements Ground, Observer {
  readonly name = 'watched memory'
  #buffer = new SharedArrayBuffer(0)
  #bytes = new Uint8Array(this.#buffer)
  #words = new Int32Array(this.#buffer)
  readonly #strays = new Set<string>()

  lay(bytes: Uint8Array): void {
    observe(undefined)
    this.#strays.clear()
    const reach = Math.max(1, Math.ceil(bytes.length / PAGE_BYTES)) * PAGE_BYTES
    const most = bytes.length >= PAGE_BYTES ? new DataView(bytes.buffer).getUint32(Superblock.offset.mostPages, true) * PAGE_BYTES : 0
    this.#buffer = new SharedArrayBuffer(Math.max(reach, Math.min(most, 2 ** 21)))
    this.#bytes = new Uint8Array(this.#buffer)
    this.#words = new Int32Array(this.#buffer)
    this.#bytes.set(bytes)
  }

  open(options: RegionOptions): Region {
    observe(this)
    return regionOver(this.#buffer, probeFormat(), options)
  }

  strays(): readonly string[] {
    observe(undefined)
    return [...this.#strays]
  }

  ahead({ kind, name, buffer, at, length }: Access): void {
    if (kind === 'call' || buffer !== this.#buffer) return
    if (at >= 0 && length <= this.#limit() - at) return
    this.#strays.add(`${kind} [${name}] of ${length} bytes at ${at} of ${this.#limit()}\n${new Error('here').stack}`)
  }

  /** What is being made anew may be touched as a whole. */
  #limit(): number {
    const all = this.#bytes.length
    if (this.#words[Superblock.index.state] !== RegionState.READY) return all
    return Math.min(all, Math.max(PAGE_BYTES, (this.#words[Superblock.index.pages]! >>> 0) * PAGE_BYTES))
  }
}

/** Memory, at full speed. */
export class MemoryGround implements Ground {
  readonly name = 'memory'
  #buffer = new SharedArrayBuffer(0)

  lay(bytes: Uint8Array): void {
    const reach = Math.max(1, Math.ceil(bytes.length / PAGE_BYTES)) * PAGE_BYTES
    const most = bytes.length >= PAGE_BYTES ? new DataView(bytes.buffer).getUint32(Superblock.offset.mostPages, true) * PAGE_BYTES : 0
    this.#buffer = new SharedArrayBuffer(Math.max(reach, Math.min(most, 2 ** 21)))
    new Uint8Array(this.#buffer).set(bytes)
  }

  open(options: RegionOptions): Region {
    return regionOver(this.#buffer, probeFormat(), options)
  }

  strays(): readonly string[] {
    return []
  }
}

/** Opens an image, works on it, closes it, and looks at it again. */
export class Trial {
  readonly defects: string[] = []
  /** Of all errors that a caller can expect. */
  readonly codes: string[] = []
  /** The code of the first error of an opening; none when all opened. */
  refusal: string | undefined
  /** Milliseconds of the slowest opening. */
  slowest = 0
  doing = 'starting'
  readonly #ground: Ground
  readonly #random: Random
  readonly #regions: Region[] = []

  constructor(ground: Ground, random: Random) {
    this.#ground = ground
    this.#random = random
  }

  run(): void {
    const first = this.#open('rw')
    const second = first && this.#open('rw')
    if (first) this.#work(first, second ?? first)
    if (second && this.#random.chance(0.5)) this.#die(second)
    if (first) {
      this.#attempt('burying', () => first.lease.undertaker.buryAll(first.lease.slot))
      this.#work(first, first)
      this.#look(first)
    }
    const reader = this.#open('ro')
    if (reader) this.#look(reader)
    for (const region of this.#regions.splice(0)) this.#attempt('closing', () => region.close())
    const again = this.#open('ro')
    if (again) this.#look(again)
    this.end()
  }

  /** Whatever happened, nobody has the image open any more. */
  end(): void {
    for (const region of this.#regions.splice(0)) this.#attempt('closing at last', () => region.close())
  }

  #open(mode: 'ro' | 'rw'): Region | undefined {
    const options = { mode, lockTimeout: this.#random.pick([0, LOCK_TIMEOUT]) }
    const start = performance.now()
    const region = this.#attempt(`opening (${mode})`, () => this.#ground.open(options))
    this.slowest = Math.max(this.slowest, performance.now() - start)
    if (region) this.#regions.push(region)
    else this.refusal ??= this.codes.at(-1) ?? 'a defect'
    return region
  }

  #work(one: Region, other: Region): void {
    const probes = [one, other].map((region) => this.#attempt('beginning', () => new Probe(region)))
    const changes = this.#random.between(1, 12)
    for (let i = 0; i < changes; i++) {
      const probe = this.#random.pick(probes)
      if (probe !== undefined) this.#attempt('changing', changeOf(probe, this.#random))
    }
    if (this.#random.chance(0.2)) this.#attempt('growing', () => this.#grow(one))
  }

  #grow(region: Region): void {
    region.lease.begin()
    try {
      region.grow(Math.min(region.maxSize, region.size + 16 * PAGE_BYTES))
      region.lease.end()
    } catch (error) {
      region.lease.abandon()
      throw error
    }
  }

  /** As a death would. */
  #die(region: Region): void {
    region.lease.forget()
    region.memory.backing.locks.drop()
    this.#regions.splice(this.#regions.indexOf(region), 1)
    if (region.path !== undefined) region.memory.backing.close()
  }

  #look(region: Region): void {
    this.#attempt('counting', () => census(arenaPlaceOf(region.memory, region.place), region.slots))
    this.#attempt('asking for its state', () => region.check())
  }

  #attempt<Result>(doing: string, action: () => Result): Result | undefined {
    this.doing = doing
    try {
      return action()
    } catch (error) {
      if (isTyped(error)) this.codes.push((error as { code: string }).code)
      else this.defects.push(`${doing}: ${textOf(error)}`)
      return undefined
    }
  }
}

const FAULTS = new Set(['ERR_MAPPING_TRUNCATED', 'ERR_MAPPING_READ_ONLY', 'ERR_MAPPING_NO_ACCESS', 'ERR_MAPPING_HARDWARE'])

/** What a caller can be expected to handle: not a fault, which is an access where nothing is, and no error of the language. */
function isTyped(error: unknown): boolean {
  if (error instanceof MappingError) return !FAULTS.has(error.code)
  if (error instanceof FormatError || error instanceof SharingError || error instanceof SystemError) return true
  const { name, code, stack = '' } = error as NodeJS.ErrnoException
  return name === 'RangeError' && typeof code === 'string' && !stack.includes('node:internal/buffer')
}

function textOf(error: unknown): string {
  return error instanceof Error || (error as Error)?.stack !== undefined ? (error as Error).stack! : String(error)
}
