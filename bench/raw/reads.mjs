// Random reads of pieces of one length, at multiples of it, from a file whose pages were all touched before.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import mmap, { MappedFile } from 'mmap-io'
import { xorshift32 } from '../frame/random.mjs'

const ANSWER_READS = 10_000 // limit.cc
const PAGE = 4096
const require = createRequire(import.meta.url)

/** The words of an Int32Array from `start` to `end`, added up. */
export function sumOf(words, start = 0, end = words.length) {
  let sum = 0
  for (let i = start; i < end; i++) sum = (sum + words[i]) | 0
  return sum
}

/**
 * A contestant. `reader(setting, length)` returns `read(offset)`, which answers with a number that depends on what it read;
 * and, if it copies, `target`: an Int32Array over where the copy is.
 */
export const reads = (length, reader, missing) => ({
  missing,
  begin(setting) {
    const { read, target } = reader(setting, length)
    const next = xorshift32(setting.seed)
    const mask = (setting.length - 1) & ~(length - 1)
    return {
      answer() {
        let sum = 0
        for (let i = 0; i < ANSWER_READS; i++) {
          const value = read(next() & mask)
          sum = (sum + (target ? sumOf(target) : value)) | 0
        }
        return sum
      },
      run(count) {
        let sum = 0
        for (let i = 0; i < count; i++) sum = (sum + read(next() & mask)) | 0
        return sum
      },
    }
  },
})

/** The file as a Buffer, by the raw functions of mmap-io or of its ancestor, which has the same. */
export function mapped({ file, length }, { map, PROT_READ, MAP_SHARED } = mmap) {
  const fd = fs.openSync(file)
  const buffer = map(length, PROT_READ, MAP_SHARED, fd, 0)
  fs.closeSync(fd)
  return touched(buffer)
}

export const mappedByAncestor = (setting) => mapped(setting, require(setting.ancestor.path))

export const ancestorMissing = ({ ancestor }) => ancestor.missing

/** As a MappedFile. */
export function mappedFile({ file }) {
  const opened = MappedFile.open(file)
  touched(opened.buffer)
  const page = Buffer.alloc(PAGE)
  for (let at = 0; at < opened.length; at += PAGE) opened.read(at, page)
  return opened
}

function touched(buffer) {
  let sum = 0
  for (let at = 0; at < buffer.length; at += PAGE) sum += buffer[at]
  if (sum === 0) throw new Error('the file holds only zeros')
  return buffer
}
