// Mapping a part of the file at a seeded page, reading one word of it, and letting go again.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import mmap, { MappedFile } from 'mmap-io'
import { xorshift32 } from '../frame/random.mjs'
import { limit } from './limit.mjs'
import { ancestorMissing } from './reads.mjs'

const ANSWER_MAPS = 1000 // limit.cc
const PAGE = 4096
const require = createRequire(import.meta.url)

// Node gives memory back only between two turns of the event loop, and the kernel allows 65,530 mappings.
const MAX_MAPS_A_TURN = 2048

/** `mapper(setting, length)` returns `first(offset)`: maps, reads the first word, lets go. */
const maps = (length, mapper, missing) => ({
  missing,
  begin(setting) {
    const first = mapper(setting, length)
    const next = xorshift32(setting.seed)
    const mask = (setting.length - length) & ~(PAGE - 1)
    const run = (count) => {
      let sum = 0
      for (let i = 0; i < count; i++) sum = (sum + first(next() & mask)) | 0
      return sum
    }
    return { answer: () => run(ANSWER_MAPS), run, most: MAX_MAPS_A_TURN }
  },
})

function byMapAndUnmap({ file }, length) {
  const fd = fs.openSync(file)
  return (offset) => {
    const buffer = mmap.map(length, mmap.PROT_READ, mmap.MAP_SHARED, fd, offset)
    const word = buffer.readInt32LE(0)
    mmap.unmap(buffer)
    return word
  }
}

// V8 does not count shared memory as its own, so mapping much of it calls for no garbage collection.
function byMapShared({ file }, length) {
  const fd = fs.openSync(file)
  return (offset) => {
    const buffer = mmap.mapShared(length, mmap.PROT_READ, mmap.MAP_SHARED, fd, offset)
    const [word] = new Int32Array(buffer, 0, 1)
    mmap.unmap(buffer)
    return word
  }
}

const byMap =
  ({ map, PROT_READ, MAP_SHARED }) =>
  ({ file }, length) => {
    const fd = fs.openSync(file)
    return (offset) => map(length, PROT_READ, MAP_SHARED, fd, offset).readInt32LE(0)
  }

function byMappedFile({ file }, length) {
  const fd = fs.openSync(file)
  return (offset) => {
    const opened = MappedFile.open(fd, { offset, length })
    const word = opened.buffer.readInt32LE(0)
    opened.close()
    return word
  }
}

export const mappings = (length) => ({
  'mmap-io: map, unmap': maps(length, byMapAndUnmap),
  'mmap-io: mapShared, unmap': maps(length, byMapShared),
  'mmap-io: map, collected': maps(length, byMap(mmap)),
  'MappedFile: open, close': maps(length, byMappedFile),
  '@riaskov/mmap-io: map, collected': maps(
    length,
    (setting, bytes) => byMap(require(setting.ancestor.path))(setting, bytes),
    ancestorMissing,
  ),
  'C++: mmap, munmap': limit('map', length),
})
