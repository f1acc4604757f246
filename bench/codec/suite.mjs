// Keys and values to bytes and back: where the thresholds of ts/codec come from, and what its parts cost.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const title = 'Keys and values to bytes and back'

export const questionNames = [
  'read-text-8',
  'read-text-20',
  'read-text-32',
  'read-text-40',
  'stage-text-8',
  'stage-text-20',
  'stage-text-36',
  'stage-text-48',
  'keys',
  'values',
  'objects',
]

export const isOurs = (name) => name.startsWith('mmap-io')

export function prepare({ seed, note }) {
  const built = fileURLToPath(new URL('../../dist/codec/', import.meta.url))
  if (!existsSync(built)) throw new Error('the package is not built: npm run build')
  note('256 strings or numbers of a kind take turns; what is read lies in a SharedArrayBuffer')
  return { seed, built }
}
