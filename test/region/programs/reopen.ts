// In a worker: opens the region of a handle, adds 1 to its pair, and tells what it found.

import { parentPort, workerData } from 'node:worker_threads'
import { reopenRegion } from '../../../ts/region/open-region'
import type { RegionHandle } from '../../../ts/region/region'
import { Probe, probeFormat } from '../../support/probe-region'

const { handle } = workerData as { handle: RegionHandle }
const region = reopenRegion(handle, probeFormat())
const probe = new Probe(region)
probe.increment()
const found = { slot: region.lease.slot, pair: probe.pair }
region.close()
parentPort!.postMessage(found)
