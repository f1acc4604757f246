// Ways to use every word of a piece of the file where it is; fs.readSync has to fetch it first.

import fs from 'node:fs'
import { limit } from './limit.mjs'
import { ancestorMissing, mapped, mappedByAncestor, reads, sumOf } from './reads.mjs'

function inWords({ buffer, byteOffset }, length) {
  const words = new Int32Array(buffer, byteOffset)
  const count = length / 4
  const read = (offset) => {
    const start = offset >>> 2
    let sum = 0
    for (let i = 0; i < count; i++) sum = (sum + words[start + i]) | 0
    return sum
  }
  return { read }
}

function byDataView(setting, length) {
  const { buffer, byteOffset } = mapped(setting)
  const view = new DataView(buffer, byteOffset)
  const read = (offset) => {
    let sum = 0
    for (let i = 0; i < length; i += 4) sum = (sum + view.getInt32(offset + i, true)) | 0
    return sum
  }
  return { read }
}

function byReadInt32(setting, length) {
  const buffer = mapped(setting)
  const read = (offset) => {
    let sum = 0
    for (let i = 0; i < length; i += 4) sum = (sum + buffer.readInt32LE(offset + i)) | 0
    return sum
  }
  return { read }
}

function byReadSync({ file }, length) {
  const words = new Int32Array(length / 4)
  const bytes = Buffer.from(words.buffer)
  const fd = fs.openSync(file)
  const read = (offset) => {
    fs.readSync(fd, bytes, 0, length, offset)
    return sumOf(words)
  }
  return { read }
}

export const sums = (length) => ({
  'mmap-io, Int32Array': reads(length, (setting) => inWords(mapped(setting), length)),
  'mmap-io, DataView': reads(length, byDataView),
  'mmap-io, readInt32LE': reads(length, byReadInt32),
  '@riaskov/mmap-io, Int32Array': reads(length, (setting) => inWords(mappedByAncestor(setting), length), ancestorMissing),
  'fs.readSync, Int32Array': reads(length, byReadSync),
  'C++': limit('sum', length),
})
