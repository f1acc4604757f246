import { describe, expect, test } from '@jest/globals'
import { askChild } from '../support/child'
import { tempDirectory } from '../support/temp'

describe('no mapping, no descriptor and no address space is left of', () => {
  test.each([
    '100,000 times map and unmap',
    '100,000 times mapShared and unmap',
    '20,000 times MappedFile, opened and closed',
    '10,000 mappings, left to the collector',
    '5,000 MappedFiles, left to the collector',
    '50 workers that end without closing anything',
    '100 workers that are terminated at work',
    '1,000 arguments that are refused',
  ])('%s', async (way) => {
    const left = await askChild('leaks.cjs', { args: [way, tempDirectory()], nodeArgs: ['--expose-gc'] })
    expect(left).toEqual({ mapped: 0, descriptors: 0, grown: false })
  })
})
