// What every structure stands on: mutexes, waits and the arena, beside what Node, the kernel and malloc have.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeChurn } from './churns.mjs'
import { buildLimit } from './limit.mjs'

export const title = 'Mutexes, waits and the arena'

export const questionNames = ['lock', 'lock-contended', 'wake', 'wake-blocking', 'block-32', 'block-200', 'block-4k', 'block-100k', 'churn']

export const isOurs = (name) => name.startsWith('mmap-io')

export function prepare({ folder, seed, note }) {
  const built = fileURLToPath(new URL('../../dist/', import.meta.url))
  if (!existsSync(join(built, 'region'))) throw new Error('the package is not built: npm run build')
  const limit = buildLimit(folder)
  note(limit.missing ?? `C++ is ${limit.compiler}, with the malloc of the C library`)
  const memory = mkdtempSync(existsSync('/dev/shm') ? '/dev/shm/mmap-io-bench-' : join(folder, 'memory-'))
  process.once('exit', () => rmSync(memory, { recursive: true, force: true }))
  note('regions lie in shared memory; a wake is one way: half of a ping-pong')
  return { seed, built, folder, memory, limit, churn: writeChurn(folder, seed) }
}
