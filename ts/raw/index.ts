import { advise } from './advise'
import { type Constants, constants, supports } from './constants'
import { lock, unlock } from './lock'
import { map, mapShared, unmap } from './map'
import { prefetch } from './prefetch'
import { protect } from './protect'
import { cacheStat, incore, residency } from './residency'
import { sync, syncAsync } from './sync'

export const functions = {
  map,
  mapShared,
  unmap,
  advise,
  incore,
  residency,
  sync,
  syncAsync,
  prefetch,
  protect,
  lock,
  unlock,
  cacheStat,
  supports,
}

/** The raw functions and the constants they take. */
export type Raw = typeof functions & Constants

/** Puts them on `target` as the ancestors have them: enumerable, for good, and all but `sync` read-only. */
export function defineRaw<Target extends object>(target: Target): Target & Raw {
  for (const [name, value] of Object.entries({ ...constants, ...functions })) {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: false, writable: name === 'sync' })
  }
  return target as Target & Raw
}

export type { MappedMemory } from './memory'
export type { CacheStat } from './residency'
export type { Constants }
export {
  advise,
  cacheStat,
  constants,
  incore,
  lock,
  map,
  mapShared,
  prefetch,
  protect,
  residency,
  supports,
  sync,
  syncAsync,
  unlock,
  unmap,
}
