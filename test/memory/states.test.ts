import { describe, expect, test } from '@jest/globals'
import { askChild } from '../support/child'
import { patternAt, tempDirectory, tempFile } from '../support/temp'

// Every method meets every state, in the main thread and in a worker; a cell is 'value' or the code of a typed error.

type Row = Record<string, string>
type Tables = Record<'raw' | 'file', Record<string, Row>>

/** What a method gives in a state, where that is no value. `'*'` stands for every method not named. */
const EXPECTED: Tables = {
  raw: {
    open: {},
    shared: {},
    'read-only': { 'protect for writing': 'EACCES' },
    'private copy': {},
    'file deleted': {},
    'file truncated': { '*': 'ERR_MAPPING_TRUNCATED', unmap: 'value' },
    unmapped: { '*': 'ERR_MAPPING_CLOSED' },
    'shared and unmapped': { '*': 'ERR_MAPPING_CLOSED' },
    'posted by another thread': {},
    'not mapped': { '*': 'ERR_NOT_MAPPED' },
  },
  file: {
    open: {},
    shared: {},
    'read-only': { write: 'ERR_NOT_WRITABLE', 'resize larger': 'ERR_OUT_OF_RANGE' },
    'private copy': { 'resize larger': 'ERR_NOT_RESIZABLE', 'resize to the file': 'ERR_NOT_RESIZABLE' },
    'file deleted': {},
    'file truncated': { '*': 'ERR_MAPPING_TRUNCATED' },
    closed: { '*': 'ERR_MAPPING_CLOSED' },
    'shared and closed': { '*': 'ERR_MAPPING_CLOSED' },
  },
}

/** What answers in every state. */
const ALWAYS: Row = {
  length: 'value',
  maxSize: 'value',
  closed: 'value',
  fault: 'value',
  dispose: 'value',
  close: 'value',
  'post to a worker': 'DataCloneError',
}

function expectedTables(seen: Tables): Tables {
  const tables: Tables = { raw: {}, file: {} }
  for (const kind of ['raw', 'file'] as const) {
    for (const [state, row] of Object.entries(EXPECTED[kind])) {
      const cells = Object.keys(seen[kind][state] ?? {}).map((method) => [method, ALWAYS[method] ?? row[method] ?? row['*'] ?? 'value'])
      tables[kind][state] = Object.fromEntries(cells)
    }
  }
  return tables
}

describe('every method in every state', () => {
  test.each(['main', 'worker'])('gives a value or a typed error, in the %s thread', async (thread) => {
    const seen = await askChild<Tables>('states.cjs', { args: [tempDirectory(), thread] })
    expect(Object.keys(seen.raw.open!)).toHaveLength(13)
    expect(Object.keys(seen.file.open!)).toHaveLength(21)
    expect(seen).toEqual(expectedTables(seen))
  })
})

describe('memory that a worker handed over', () => {
  test('outlives the worker, and is unmapped by its new owner', async () => {
    const seen = await askChild<object>('transfer.cjs', { args: [tempFile(8192)] })
    expect(seen).toEqual({ length: 8192, first: patternAt(0), last: patternAt(8191), mapped: true, afterUnmap: [0, false] })
  })
})

describe('a mapping whose owner was collected', () => {
  test('lives as long as a view over it, and no longer', async () => {
    const seen = await askChild<object>('collected.cjs', { args: [tempDirectory()], nodeArgs: ['--expose-gc'] })
    expect(seen).toEqual({ whileViewed: true, read: 7, written: 9, afterwards: false, descriptors: 0 })
  })
})
