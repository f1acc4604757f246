import { describeLatencies } from './latencies.mjs'
import { limit } from './limit.mjs'
import { answerOfCompanion } from './partners.mjs'
import { bySocket, byWaiter } from './wakes.mjs'

export const asks = 'How long does it take to wake a sleeping event loop in another process?'
export const title = 'wake of an event loop'
export const unit = 'wake'
export const contestants = {
  'mmap-io, await wait()': byWaiter,
  'Unix socket': bySocket,
  'C++ futex': limit('wake'),
}
export const ratios = [['mmap-io, await wait()', 'Unix socket', 'C++ futex']]

export async function remarks(setting) {
  return [await describeLatencies(setting, false), describeIdle(await answerOfCompanion('idle', setting, 'idle'))]
}

const percent = (share) => `${(share * 100).toFixed(4)} %`

function describeIdle({ share, switches }) {
  return `a process that waits on 1,000 words: ${percent(share)} of a core, ${switches.toFixed(1)} switches a second, beside its main thread`
}
