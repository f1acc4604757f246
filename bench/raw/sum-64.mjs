import { sums } from './sums.mjs'

export const asks = 'How long does it take to read all of 64 bytes in place, at a random place of a cached file?'
export const title = 'sum of 64 bytes in place'
export const unit = 'read'
export const contestants = sums(64)
export const ratios = [['mmap-io, Int32Array', 'fs.readSync, Int32Array', '@riaskov/mmap-io, Int32Array', 'C++']]
export const targets = [{ contestant: 'mmap-io, Int32Array', against: 'fs.readSync, Int32Array', atLeast: 10 }]
