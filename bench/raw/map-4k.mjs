import { mappings } from './maps.mjs'

export const asks = 'How long does it take to map 4 KB of a file, read a word and unmap?'
export const title = 'map and unmap of 4 KB'
export const unit = 'mapping'
export const contestants = mappings(4096)
export const ratios = [
  ['mmap-io: map, unmap', '@riaskov/mmap-io: map, collected', 'C++: mmap, munmap'],
  ['mmap-io: mapShared, unmap', '@riaskov/mmap-io: map, collected', 'C++: mmap, munmap'],
  ['MappedFile: open, close', '@riaskov/mmap-io: map, collected'],
]
