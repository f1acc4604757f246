import { describe, expect, test } from '@jest/globals'
import { askChild } from '../support/child'
import { tempDirectory } from '../support/temp'

interface Report {
  readonly calls: number
  readonly values: number
  readonly refusals: Record<string, number>
  readonly seed: number
  readonly mapped: number
}

describe('every exported function, with every kind of value', () => {
  test.each([1, 2, 3])('returns, or throws an error with a code, and leaves no mapping behind (seed %i)', async (seed) => {
    const args = ['--seconds', '4', '--seed', String(seed)]
    const report = await askChild<Report>('fuzz-arguments.cjs', { args, nodeArgs: ['--expose-gc'], cwd: tempDirectory() })
    expect(report.mapped).toBe(0)
    expect(report.calls).toBeGreaterThan(2000)
    expect(report.values).toBeGreaterThan(200)
    for (const code of ['ERR_INVALID_ARG_TYPE', 'ERR_NOT_MAPPED', 'ERR_MAPPING_CLOSED', 'EINVAL'])
      expect(report.refusals).toHaveProperty(code)
  })
})
