import type { RegionFormat } from '../../../ts/region/format'
import { openRegion } from '../../../ts/region/open-region'
import type { Region } from '../../../ts/region/region'
import type { RegionOptions } from '../../../ts/region/region-options'
import type { Waiter } from '../../../ts/sync/waiter'

const STRIDE = 64

/** Pairs of words to wait on, and nothing else. */
export const PAIRS: RegionFormat = { kind: 'Pairs', layouts: [], headerBytes: 1024 * STRIDE, arena: false }

export function openPairs(path: string, options: RegionOptions = {}): Region {
  return openRegion(path, PAIRS, { maxSize: 2 ** 20 * 4, ...options })
}

export function pair(region: Region, index: number): Waiter {
  const data = region.place.header + index * STRIDE
  return region.waiter(data, data + 4)
}

/** Changes the data word as a writer does that dies before it wakes anybody. */
export function storeUnannounced(region: Region, index: number, value: number): void {
  Atomics.store(region.memory.front, (region.place.header + index * STRIDE) / 4, value)
}
