import { copies } from './copies.mjs'

export const asks = 'How long does it take to copy 4 KB from a random place of a cached file?'
export const title = 'copy of 4 KB'
export const unit = 'copy'
export const contestants = copies(4096)
export const ratios = [
  ['mmap-io, buffer.copy', 'fs.readSync', '@riaskov/mmap-io, buffer.copy', 'C++ memcpy'],
  ['MappedFile.read', 'fs.readSync'],
]
export const targets = [{ contestant: 'mmap-io, buffer.copy', against: 'fs.readSync', atLeast: 1.5 }]
