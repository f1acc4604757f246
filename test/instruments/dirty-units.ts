import type { DiskEvent } from './disk-recording'

/** What one unit of a file may hold on the disk after a crash. */
export interface Version {
  readonly bytes: Uint8Array
  /** The event that made it; -1 for what was durable. */
  readonly event: number
}

/**
 * A file during a recording: its durable bytes, and for each unit that was written since, all that the kernel may have written back in
 * the meantime. A unit is what reaches the disk whole or not at all.
 */
export class DirtyUnits {
  readonly durable: Uint8Array
  /** Each with at least two versions, the durable one first, the newest last. */
  readonly versions = new Map<number, Version[]>()
  readonly #now: Uint8Array
  readonly #unit: number
  readonly #page: number

  constructor(image: Uint8Array, unit: number, page: number) {
    this.durable = Uint8Array.from(image)
    this.#now = Uint8Array.from(image)
    this.#unit = unit
    this.#page = page
  }

  take(event: DiskEvent, index: number): void {
    if (event.kind === 'write') this.#write(event.at, event.bytes, index)
    if (event.kind === 'sync') this.#sync(event.at, event.length)
  }

  #write(at: number, bytes: Uint8Array, event: number): void {
    if (bytes.length === 0) return
    const units = this.#unitsIn(at, bytes.length)
    const before = units.map((unit) => this.#copy(unit))
    this.#now.set(bytes, at)
    for (const [i, unit] of units.entries()) {
      const after = this.#copy(unit)
      if (Buffer.compare(before[i]!, after) === 0) continue
      const versions = this.versions.get(unit) ?? [{ bytes: before[i]!, event: -1 }]
      versions.push({ bytes: after, event })
      this.versions.set(unit, versions)
    }
  }

  /** Whole pages, as `msync` does. */
  #sync(at: number, length: number): void {
    if (length === 0) return
    const start = at - (at % this.#page)
    const end = Math.min(Math.ceil((at + length) / this.#page) * this.#page, this.#now.length)
    for (const unit of this.versions.keys()) {
      if (unit * this.#unit < start || unit * this.#unit >= end) continue
      this.durable.set(this.#copy(unit), unit * this.#unit)
      this.versions.delete(unit)
    }
  }

  #unitsIn(at: number, length: number): number[] {
    const first = Math.floor(at / this.#unit)
    const last = Math.floor((at + length - 1) / this.#unit)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  }

  #copy(unit: number): Uint8Array {
    return this.#now.slice(unit * this.#unit, (unit + 1) * this.#unit)
  }
}
