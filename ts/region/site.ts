import { unlinkSync } from 'node:fs'
import type { Backing } from '../memory/backing'
import type { RegionFile } from './region-file'
import { SUPERBLOCK_BYTES, Superblock } from './superblock'

/** Where a region is, or is going to be, made. */
export interface Site {
  readonly name: string
  readonly backing: Backing
  /** Its size is not for the region to choose. */
  readonly isFixed: boolean
  /** The bytes of the superblock; none where nothing was ever made. */
  read(): Buffer
  /** Makes it empty, and writes the superblock, at once. */
  begin(superblock: Buffer): void
  /** Takes back what {@link begin} did. */
  abandon(): void
  /** One of `RegionState`. */
  publishState(state: number): void
  /** Removes what was destroyed: the name, or what is in the memory. */
  remove(): void
}

/** A file, on a disk or on `/dev/shm`. */
export class FileSite implements Site {
  readonly isFixed = false
  readonly name: string
  readonly backing: Backing
  readonly #file: RegionFile

  constructor(file: RegionFile, backing: Backing) {
    this.name = file.path
    this.backing = backing
    this.#file = file
  }

  read(): Buffer {
    return this.#file.read(SUPERBLOCK_BYTES)
  }

  begin(superblock: Buffer): void {
    this.#file.empty()
    this.#file.write(superblock)
  }

  abandon(): void {
    this.#file.empty()
  }

  publishState(state: number): void {
    publishState(this.backing, state)
  }

  remove(): void {
    unlinkSync(this.name)
  }
}

/** Memory of this process; where it is zero, nothing was made. */
export class BufferSite implements Site {
  readonly isFixed = true
  readonly name = 'the region'
  readonly backing: Backing

  constructor(backing: Backing) {
    this.backing = backing
  }

  read(): Buffer {
    const head = Buffer.from(this.backing.pane(0).bytes.subarray(0, SUPERBLOCK_BYTES))
    return head.every((byte) => byte === 0) ? Buffer.alloc(0) : head
  }

  begin(superblock: Buffer): void {
    this.abandon()
    this.backing.pane(0).bytes.set(superblock.subarray(0, this.backing.reach))
  }

  abandon(): void {
    this.backing.punch(0, this.backing.reach)
    this.backing.pane(0).bytes.fill(0, 0, SUPERBLOCK_BYTES)
  }

  publishState(state: number): void {
    publishState(this.backing, state)
  }

  remove(): void {
    this.abandon()
  }
}

function publishState(backing: Backing, state: number): void {
  Atomics.store(backing.pane(0).words, Superblock.index.state, state) // PUBLISH: pairs with stateOf(), which asks inside the gate
}
