// Opens a region many times and lets go of it without closing it, once also in the middle of a change. Prints what is left after the
// collector came, and which slot the next opener gets.

import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { binding } from '../../../ts/native/binding'
import { openRegion } from '../../../ts/region/open-region'
import { Probe, probeFormat } from '../../support/probe-region'

declare const gc: () => void

const path = process.argv[2]!
const descriptors = () => readdirSync('/proc/self/fd').length

function openAndForget(): void {
  for (let i = 0; i < 6; i++) {
    const region = openRegion(path, probeFormat(), { maxSize: 2 ** 24, openers: 8 })
    new Probe(region).increment()
    if (i === 5) {
      region.lease.begin()
      new Probe(region).mutex().acquire()
    }
    if (i === 0) openRegion(path, probeFormat(), { mode: 'ro' })
  }
}

async function main(): Promise<void> {
  openRegion(path, probeFormat(), { maxSize: 2 ** 24, openers: 8 }).close()
  const before = descriptors()
  openAndForget()
  for (let i = 0; i < 20 && binding.count() > 0; i++) {
    gc()
    await sleep(20)
  }
  const left = { descriptors: descriptors() - before, mappings: binding.count() }
  const region = openRegion(path, probeFormat())
  new Probe(region).increment()
  console.log(JSON.stringify({ ...left, slot: region.lease.slot }))
  region.close()
}

void main()
