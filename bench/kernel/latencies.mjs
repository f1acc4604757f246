// Single wakes: node latencies.mjs <setting> <blocking> prints how long each of many took, sorted into percentiles.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tripper } from './wakes.mjs'

const SELF = fileURLToPath(import.meta.url)
const WARM_UP = 5000
const TRIPS = 100_000
const LOST_MS = 50 // a wake that was lost takes up to 150 ms, until somebody looks

/** Microseconds one way, and how many trips may have lost a wake. */
async function latencies(setting, blocking) {
  const trip = await tripper(setting, blocking)
  for (let i = 0; i < WARM_UP; i++) await trip()
  const times = new Float64Array(TRIPS)
  for (let i = 0; i < TRIPS; i++) {
    const since = performance.now()
    if (blocking) trip()
    else await trip()
    times[i] = performance.now() - since
  }
  times.sort()
  const oneWay = (share) => (times[Math.min(TRIPS - 1, Math.floor(TRIPS * share))] * 1000) / 2
  return { half: oneWay(0.5), most: oneWay(0.99), all: oneWay(1), lost: times.filter((ms) => ms > LOST_MS).length }
}

/** In a process of its own; a sentence. */
export async function describeLatencies(setting, blocking) {
  const { stdout } = await promisify(execFile)(process.execPath, [SELF, JSON.stringify(setting), String(blocking)], { timeout: 120_000 })
  const { half, most, all, lost } = JSON.parse(stdout)
  const spread = `median ${half.toFixed(1)} µs one way, 99 % within ${most.toFixed(0)} µs, all within ${(all / 1000).toFixed(1)} ms`
  return `${TRIPS.toLocaleString('en')} ping-pongs${blocking ? ', blocking' : ''}: ${spread}; longer than ${LOST_MS} ms: ${lost}`
}

if (process.argv[1] === SELF) {
  const [setting, blocking] = process.argv.slice(2).map((text) => JSON.parse(text))
  process.stdout.write(JSON.stringify(await latencies(setting, blocking)))
  process.exit()
}
