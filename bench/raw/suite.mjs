// Mapping files and reading them: the raw layer, beside what Node has, an older mmap package, and C++.

import { peer } from '../frame/peers.mjs'
import { makeFile } from './file.mjs'
import { buildLimit } from './limit.mjs'

export const title = 'Mapping files and reading them'

export const questionNames = ['map-4k', 'map-1g', 'copy-64', 'sum-64', 'copy-4k', 'sum-4k', 'pass', 'pass-first']

export const isOurs = (name) => /^(mmap-io|MappedFile)/.test(name)

export function prepare({ folder, seed, note }) {
  const ancestor = peer('@riaskov/mmap-io', '1.4.3')
  note(ancestor.missing ?? `@riaskov/mmap-io is ${ancestor.version}, compiled here; it cannot unmap, which is left to garbage collection`)
  const limit = buildLimit(folder)
  note(limit.missing ?? `C++ is ${limit.compiler}: mmap, memcpy and plain loops, in a program without Node`)
  const file = makeFile(folder, seed)
  note(`the file has 1 GiB, ${(file.cached * 100).toFixed(0)} % of it in the page cache; all but pass-first read pages touched before`)
  return { seed, file: file.path, length: file.length, ancestor, limit }
}
