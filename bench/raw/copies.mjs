// Ways to copy a piece of the file into memory that is used again and again.

import fs from 'node:fs'
import { limit } from './limit.mjs'
import { ancestorMissing, mapped, mappedByAncestor, mappedFile, reads } from './reads.mjs'

function newTarget(length) {
  const target = new Int32Array(length / 4)
  return { target, bytes: Buffer.from(target.buffer) }
}

// A loop beats any call while the piece is short: a call makes a view, and that takes 200 ns.
function byLoop(setting, length) {
  const { target } = newTarget(length)
  const { buffer, byteOffset } = mapped(setting)
  const source = new Int32Array(buffer, byteOffset)
  const read = (offset) => {
    const start = offset >>> 2
    for (let i = 0; i < target.length; i++) target[i] = source[start + i]
    return target[0]
  }
  return { target, read }
}

function bySet(setting, length) {
  const { target, bytes } = newTarget(length)
  const source = mapped(setting)
  const read = (offset) => {
    bytes.set(source.subarray(offset, offset + length))
    return target[0]
  }
  return { target, read }
}

function byCopy(source, length) {
  const { target, bytes } = newTarget(length)
  const read = (offset) => {
    source.copy(bytes, 0, offset, offset + length)
    return target[0]
  }
  return { target, read }
}

function byMappedFile(setting, length) {
  const { target, bytes } = newTarget(length)
  const file = mappedFile(setting)
  const read = (offset) => {
    file.read(offset, bytes)
    return target[0]
  }
  return { target, read }
}

function byReadSync({ file }, length) {
  const { target, bytes } = newTarget(length)
  const fd = fs.openSync(file)
  const read = (offset) => {
    fs.readSync(fd, bytes, 0, length, offset)
    return target[0]
  }
  return { target, read }
}

export const copies = (length) => ({
  'mmap-io, loop over words': reads(length, byLoop),
  'mmap-io, target.set(subarray)': reads(length, bySet),
  'mmap-io, buffer.copy': reads(length, (setting) => byCopy(mapped(setting), length)),
  'MappedFile.read': reads(length, byMappedFile),
  '@riaskov/mmap-io, buffer.copy': reads(length, (setting) => byCopy(mappedByAncestor(setting), length), ancestorMissing),
  'fs.readSync': reads(length, byReadSync),
  'C++ memcpy': limit('copy', length),
})
