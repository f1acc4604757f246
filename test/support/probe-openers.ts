import { afterEach } from '@jest/globals'
import type { RegionFormat } from '../../ts/region/format'
import { Probe, probeBuffer, probeFormat, probeOver } from './probe-region'

/** Openers of one region after the other, in the same memory: for tests that make thousands, and let some of them die. */
export class ProbeOpeners {
  readonly #buffer = probeBuffer()
  readonly #openers: Probe[] = []

  constructor() {
    afterEach(() => this.#forget())
  }

  /** The next ones open a new region. */
  fresh(): void {
    this.#forget()
    new Uint8Array(this.#buffer).fill(0)
  }

  open(format: RegionFormat = probeFormat()): Probe {
    const probe = new Probe(probeOver(this.#buffer, {}, format))
    this.#openers.push(probe)
    return probe
  }

  /** Without a store. */
  #forget(): void {
    for (const probe of this.#openers.splice(0)) {
      probe.region.lease.forget()
      die(probe)
    }
  }
}

/** Lets go of what an opener has locked, as the kernel does for the dead. */
export function die({ region }: Probe): void {
  region.memory.backing.locks.drop()
}
