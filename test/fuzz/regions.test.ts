import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { atTestEnd } from '../support/temp'
import { fuzzRegions } from './region-fuzz'

describe('regions whose bytes were corrupted', () => {
  test.each([1, 2])('open, or throw an error with a code, and nothing is read or written outside of them (seed %i)', async (seed) => {
    const directory = mkdtempSync('/dev/shm/mmap-io-fuzz-')
    atTestEnd(() => rmSync(directory, { recursive: true, force: true }))
    const report = await fuzzRegions({ seed, seconds: 5, images: 2500, path: join(directory, 'region') })
    expect(report.defects).toEqual([])
    expect(report.images).toBeGreaterThan(200)
    expect(report.opened).toBeGreaterThan(50)
    for (const code of ['ERR_CORRUPT', 'ERR_FORMAT_MISMATCH', 'ERR_NOT_A_REGION']) expect(report.refused).toHaveProperty(code)
  })
})
