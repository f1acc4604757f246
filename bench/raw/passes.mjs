// One pass over all of the file, adding up its words.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import mmap, { MappedFile } from 'mmap-io'
import { mapped, sumOf } from './reads.mjs'

const CHUNK = 2 ** 18 // the fastest size for readSync of those tried
const require = createRequire(import.meta.url)

/** `passer(setting)` returns `pass()`, the sum. */
export const passes = (passer, missing) => ({
  missing,
  begin(setting) {
    const pass = passer(setting)
    const run = (count) => {
      let sum = 0
      for (let i = 0; i < count; i++) sum = (sum + pass()) | 0
      return sum
    }
    return { answer: pass, run, most: 1 }
  },
})

const wordsOf = ({ buffer, byteOffset, byteLength }) => new Int32Array(buffer, byteOffset, byteLength / 4)

/** Mapped once, before. */
export function overMapping(setting, buffer = mapped(setting)) {
  const words = wordsOf(buffer)
  return () => sumOf(words)
}

/** Opened, mapped, read and closed in each pass: page faults are part of it. */
export const overNewMapping =
  (options) =>
  ({ file }) =>
  () => {
    const opened = MappedFile.open(file, options)
    const sum = sumOf(wordsOf(opened.buffer))
    opened.close()
    return sum
  }

export function overNewMappingByAncestor({ file, length, ancestor }) {
  const { map, PROT_READ, MAP_SHARED } = require(ancestor.path)
  return () => {
    const fd = fs.openSync(file)
    const sum = sumOf(wordsOf(map(length, PROT_READ, MAP_SHARED, fd, 0)))
    fs.closeSync(fd)
    return sum
  }
}

/** Through one buffer, a chunk at a time. */
export function byReadSync({ file }) {
  const words = new Int32Array(CHUNK / 4)
  return () => {
    const fd = fs.openSync(file)
    let sum = 0
    while (fs.readSync(fd, words) > 0) sum = (sum + sumOf(words)) | 0
    fs.closeSync(fd)
    return sum
  }
}

/** Raw functions, mapped and unmapped in each pass, with pages brought in by the call. */
export function overPopulated({ file, length }) {
  return () => {
    const fd = fs.openSync(file)
    const buffer = mmap.map(length, mmap.PROT_READ, mmap.MAP_SHARED | mmap.MAP_POPULATE, fd, 0)
    fs.closeSync(fd)
    const sum = sumOf(wordsOf(buffer))
    mmap.unmap(buffer)
    return sum
  }
}
