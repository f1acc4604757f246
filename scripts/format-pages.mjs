// Writes what follows from the layouts into docs/format: the blocks of its pages, and the header mmap-io.h.
//
//   npm run docs:format                 writes
//   npm run docs:format -- --check      writes nothing; ends with exit code 1 if anything differs
//   … -- [--check] directory            the same for another folder

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const require = createRequire(import.meta.url)
const { cHeader } = require('../ts/layout/c-header.ts')
const { formatPage } = require('../ts/layout/format-page.ts')
const { FORMAT_PAGES, HEADER_LAYOUTS } = require('../ts/formats.ts')

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true })
const directory = positionals[0] ?? join(ROOT, 'docs', 'format')

/** A file that differs from what it should be. */
function differing(name, freshOf) {
  const path = join(directory, name)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  try {
    const fresh = freshOf(text)
    return fresh === text ? [] : [{ path, fresh }]
  } catch (error) {
    console.error(`${relative(ROOT, path)}: ${error.message}`)
    process.exit(1)
  }
}

const changes = [
  ...Object.entries(FORMAT_PAGES).flatMap(([name, layouts]) => differing(name, (text) => formatPage(text, layouts))),
  ...differing('mmap-io.h', () => cHeader(HEADER_LAYOUTS)),
]

for (const { path, fresh } of changes) {
  if (values.check) console.error(`${relative(ROOT, path)} differs from its layouts: run npm run docs:format`)
  else writeFileSync(path, fresh)
}
if (values.check && changes.length > 0) process.exitCode = 1
