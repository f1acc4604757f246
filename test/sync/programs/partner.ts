// Waits for words, and changes them, as it is told by another process.

import type { Region } from '../../../ts/region/region'
import { serve } from '../../instruments/child-side'
import { openPairs, pair } from './pairs'

let region: Region

export interface Partner {
  open(path: string, mode: 'rw' | 'ro'): void
  publish(index: number, value: number): void
  wait(index: number, seen: number): Promise<boolean>
  count(mine: number, theirs: number, rounds: number, blocking: boolean): Promise<number>
}

serve({
  open: (path: string, mode: 'rw' | 'ro') => {
    region = openPairs(path, { mode })
  },
  publish: (index: number, value: number) => pair(region, index).publish(value),
  wait: (index: number, seen: number) => pair(region, index).wait(seen),
  /** Waits for each number in one word, and answers with it in the other. Returns how many answers took longer than 50 ms. */
  count: async (mine: number, theirs: number, rounds: number, blocking: boolean) => {
    const own = pair(region, mine)
    const other = pair(region, theirs)
    let late = 0
    for (let round = 1; round <= rounds; round++) {
      own.publish(round)
      const since = performance.now()
      while (other.load() < round) {
        if (blocking) other.waitSync(round - 1)
        else await other.wait(round - 1)
      }
      if (performance.now() - since > 50) late++
    }
    return late
  },
})
