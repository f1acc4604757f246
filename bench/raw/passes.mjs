// One pass over all of the file, adding up its words.
//
// A part at a time, mapped or not: V8 makes code fast that is called often, and one loop over 2^28 words may
// stay ten times as slow, as on Node 24. It also makes code for one known array faster than for any array, so
// contestants of one question either all keep their array, or all make one in each pass.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import mmap, { MappedFile } from 'mmap-io'
import { mapped, sumOf } from './reads.mjs'

const PART_WORDS = 2 ** 16 // also the fastest size for readSync of those tried
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

function sumOfParts(words) {
  let sum = 0
  for (let start = 0; start < words.length; start += PART_WORDS) sum = (sum + sumOf(words, start, start + PART_WORDS)) | 0
  return sum
}

/** Mapped once, before. */
export function overMapping(setting, buffer = mapped(setting)) {
  const words = wordsOf(buffer)
  return () => {
    let sum = 0
    for (let start = 0; start < words.length; start += PART_WORDS) sum = (sum + sumOf(words, start, start + PART_WORDS)) | 0
    return sum
  }
}

/** Opened once, before; read through one array. */
export function byReadSync({ file }) {
  const fd = fs.openSync(file)
  const words = new Int32Array(PART_WORDS)
  return () => {
    let sum = 0
    let at = 0
    for (let read = -1; read !== 0; at += read) {
      read = fs.readSync(fd, words, 0, words.byteLength, at)
      sum = (sum + sumOf(words, 0, read / 4)) | 0
    }
    return sum
  }
}

/** Opened, mapped, read and closed in each pass: page faults are part of it. */
export const overNewMapping =
  (options) =>
  ({ file }) =>
  () => {
    const opened = MappedFile.open(file, options)
    const sum = sumOfParts(wordsOf(opened.buffer))
    opened.close()
    return sum
  }

export function overNewMappingByAncestor({ file, length, ancestor }) {
  const { map, PROT_READ, MAP_SHARED } = require(ancestor.path)
  return () => {
    const fd = fs.openSync(file)
    const sum = sumOfParts(wordsOf(map(length, PROT_READ, MAP_SHARED, fd, 0)))
    fs.closeSync(fd)
    return sum
  }
}

/** Opened and closed in each pass. */
export function byNewReadSync({ file }) {
  return () => {
    const fd = fs.openSync(file)
    const words = new Int32Array(PART_WORDS)
    let sum = 0
    for (let read = -1; read !== 0; ) {
      read = fs.readSync(fd, words)
      sum = (sum + sumOf(words, 0, read / 4)) | 0
    }
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
    const sum = sumOfParts(wordsOf(buffer))
    mmap.unmap(buffer)
    return sum
  }
}
