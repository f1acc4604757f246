// CPU time of this process, by thread, as the scheduler counts it.

import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../frame/statistics.mjs'

/** Nanoseconds by thread, and how often each was switched to. */
function byThread() {
  const tasks = readdirSync('/proc/self/task')
  return new Map(tasks.map((task) => [task, readFileSync(`/proc/self/task/${task}/schedstat`, 'utf8').split(' ').map(Number)]))
}

const WINDOWS = 5
const WINDOW_MS = 2000

/**
 * Shares of a core over some windows: what all threads but the asking one took, with the switches to them a second. V8
 * collects garbage once, some seconds after it has nothing to do any more, in threads of its own: the median leaves that out.
 */
export async function cpuWhileIdle(settle) {
  await sleep(settle)
  const shares = []
  const switches = []
  for (let window = 0; window < WINDOWS; window++) {
    const before = byThread()
    const since = performance.now()
    await sleep(WINDOW_MS)
    const elapsed = performance.now() - since
    const others = [...byThread()].filter(([task]) => Number(task) !== process.pid)
    const grown = (at) => others.reduce((sum, [task, values]) => sum + values[at] - (before.get(task)?.[at] ?? 0), 0)
    shares.push(grown(0) / 1e6 / elapsed)
    switches.push((grown(2) * 1000) / elapsed)
  }
  return { share: median(shares), switches: median(switches) }
}
