import { copies } from './copies.mjs'

export const asks = 'How long does it take to copy 64 bytes from a random place of a cached file?'
export const title = 'copy of 64 bytes'
export const unit = 'copy'
export const contestants = copies(64)
export const ratios = [
  ['mmap-io, loop over words', 'fs.readSync', '@riaskov/mmap-io, buffer.copy', 'C++ memcpy'],
  ['MappedFile.read', 'fs.readSync'],
]
export const targets = [{ contestant: 'mmap-io, loop over words', against: 'fs.readSync', atLeast: 10 }]
