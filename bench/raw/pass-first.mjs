import { limit } from './limit.mjs'
import { byNewReadSync, overNewMapping, overNewMappingByAncestor, overPopulated, passes } from './passes.mjs'
import { ancestorMissing } from './reads.mjs'

export const asks = 'How long does it take to open a cached file of 1 GiB, read it from end to end and close it?'
export const title = 'first pass over 1 GiB, with opening and closing'
export const unit = 'pass'
export const contestants = {
  MappedFile: passes(overNewMapping({})),
  'MappedFile, populate': passes(overNewMapping({ populate: true })),
  'mmap-io, MAP_POPULATE': passes(overPopulated),
  '@riaskov/mmap-io': passes(overNewMappingByAncestor, ancestorMissing),
  'fs.readSync': passes(byNewReadSync),
  'C++': limit('pass-first', 0),
}
export const ratios = [
  ['MappedFile', 'fs.readSync', '@riaskov/mmap-io', 'C++'],
  ['MappedFile, populate', 'fs.readSync'],
]
