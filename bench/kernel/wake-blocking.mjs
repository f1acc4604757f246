import { describeLatencies } from './latencies.mjs'
import { limit } from './limit.mjs'
import { byBlockingWaiter } from './wakes.mjs'

export const asks = 'How long does it take to wake a thread that blocks, in another process?'
export const title = 'wake of a blocking thread'
export const unit = 'wake'
export const contestants = { 'mmap-io, waitSync()': byBlockingWaiter, 'C++ futex': limit('wake') }
export const ratios = [['mmap-io, waitSync()', 'C++ futex']]

export const remarks = async (setting) => [await describeLatencies(setting, true)]
