import { limit } from './limit.mjs'
import { byReadSync, overMapping, passes } from './passes.mjs'
import { ancestorMissing, mappedByAncestor } from './reads.mjs'

export const asks = 'How long does it take to read 1 GiB from end to end, through a mapping in use?'
export const title = 'pass over 1 GiB'
export const unit = 'pass'
export const contestants = {
  'mmap-io': passes((setting) => overMapping(setting)),
  '@riaskov/mmap-io': passes((setting) => overMapping(setting, mappedByAncestor(setting)), ancestorMissing),
  'fs.readSync': passes(byReadSync),
  'C++': limit('pass', 0),
}
export const ratios = [['mmap-io', 'fs.readSync', '@riaskov/mmap-io', 'C++']]
