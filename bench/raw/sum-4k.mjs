import { sums } from './sums.mjs'

export const asks = 'How long does it take to read all of 4 KB in place, at a random place of a cached file?'
export const title = 'sum of 4 KB in place'
export const unit = 'read'
export const contestants = sums(4096)
export const ratios = [['mmap-io, Int32Array', 'fs.readSync, Int32Array', '@riaskov/mmap-io, Int32Array', 'C++']]
