import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { FORMAT_PAGES } from '../../ts/formats'
import { diagram } from '../../ts/layout/diagram'
import { formatPage } from '../../ts/layout/format-page'
import { array, bits, bytes, layout, line, u8, u16, u32, words } from '../../ts/layout/layout'
import { table } from '../../ts/layout/table'
import { tempDirectory } from '../support/temp'
import { built, layoutSpec } from './random-layouts'

const ROOT = join(__dirname, '..', '..')
const PAGES = join(ROOT, 'docs', 'format')

const LogHeader = layout('LogHeader', {
  magic: u32,
  format: u32,
  capacity: u32.is('a power of two | 0'),
  tail: line(bits({ sealed: [0, 1, 'final'], granule: [1, 31] })),
})

function drawing(text: string): string {
  return text.replace(/^ {4}/gm, '').slice(1).trimEnd()
}

describe('diagram', () => {
  test('draws rows of 16 bytes, and leaves out rows that say nothing', () => {
    expect(diagram(LogHeader)).toBe(
      drawing(`
             0   1   2   3   4   5   6   7   8   9   10  11  12  13  14  15
           +---------------+---------------+---------------+---------------+
         0 | magic         | format        | capacity      | unused        |
           +---------------+---------------+---------------+               |
           ~                                                               ~
           +---------------+-----------------------------------------------+
        64 | tail          | unused                                        |
           +---------------+                                               |
           ~                                                               ~
           +---------------------------------------------------------------+
    `),
    )
  })

  test('draws rows of 8 bytes where names are long, and cuts the longest', () => {
    const Long = layout('Long', { a: u8, generation: u8, name: bytes(20), small: u16, words: words(9) })
    expect(diagram(Long)).toBe(
      drawing(`
             0       1       2       3       4       5       6       7
           +-------+-------+-----------------------------------------------+
         0 | a     | gene~ | name: bytes[20]                               |
           +-------+-------+                                               |
         8 |                                                               |
           |                                               +---------------+
        16 |                                               | small         |
           +-----------------------------------------------+---------------+
        24 | words: u32[9]                                                 |
           ~                                                               ~
           |                               +-------------------------------+
        56 |                               |
           +-------------------------------+
    `),
    )
  })

  test('names every field of any layout in lines of one width', () => {
    fc.assert(
      fc.property(layoutSpec.map(built), (layout) => {
        const lines = diagram(layout).split('\n')
        for (const { name } of layout.fields) expect(lines.some((line) => line.includes(`| ${name.slice(0, 4)}`))).toBe(true)
        for (const line of lines) expect(line).toMatch(/^[ -~]{0,76}$/)
      }),
    )
  })

  test('draws a layout of a gigabyte at once', () => {
    const Large = layout('Large', { head: u32, body: words(2 ** 28), tail: u32, records: array(LogHeader, 2 ** 20) })
    expect(diagram(Large).split('\n').length).toBeLessThan(30)
  })
})

describe('table', () => {
  test('has a row for each field and each range of bits', () => {
    expect(table(LogHeader)).toBe(
      drawing(`
    | offset | length | kind         | name           | meaning             |
    | -----: | -----: | ------------ | -------------- | ------------------- |
    |      0 |      4 | u32          | \`magic\`        |                     |
    |      4 |      4 | u32          | \`format\`       |                     |
    |      8 |      4 | u32          | \`capacity\`     | a power of two \\| 0 |
    |     64 |      4 | bits         | \`tail\`         |                     |
    |        |        | bit 0        | \`tail.sealed\`  | final               |
    |        |        | bits 1 to 31 | \`tail.granule\` |                     |
    `),
    )
  })
})

describe('formatPage', () => {
  const page = 'before\n\n<!-- layout LogHeader -->\nold\n<!-- end -->\n\nafter\n'

  test('writes what stands between the markers, and nothing else', () => {
    const fresh = formatPage(page, [LogHeader])
    expect(fresh).toContain(diagram(LogHeader))
    expect(fresh).toContain(table(LogHeader))
    expect(fresh).toMatch(/^before\n\n<!-- layout LogHeader -->\n.*128 bytes, starting at a multiple of 64\..*<!-- end -->\n\nafter\n$/s)
    expect(formatPage(fresh, [LogHeader])).toBe(fresh)
  })

  test('refuses a page without one of its layouts, with another, and with a block that does not end', () => {
    expect(() => formatPage('', [LogHeader])).toThrow('the page has no block for LogHeader')
    expect(() => formatPage(page, [])).toThrow('the page describes LogHeader, which is not listed for it')
    expect(() => formatPage(page.replace('<!-- end -->', ''), [LogHeader])).toThrow('the page has no block for LogHeader')
  })
})

describe('docs/format', () => {
  function run(...args: string[]): { status: number | null; stderr: string } {
    const script = ['--require', './test/support/typescript.cjs', 'scripts/format-pages.mjs']
    const { status, stderr } = spawnSync(process.execPath, [...script, ...args], { cwd: ROOT, encoding: 'utf8' })
    return { status, stderr }
  }

  test('is what its layouts say', () => {
    expect(run('--check')).toEqual({ status: 0, stderr: '' })
  })

  test('has a page for every layout, and no page without one', () => {
    expect(
      readdirSync(PAGES)
        .filter((name) => name.endsWith('.md'))
        .sort(),
    ).toEqual(Object.keys(FORMAT_PAGES).sort())
  })

  test('is told apart from what its layouts say, and set right', () => {
    const copy = tempDirectory()
    cpSync(PAGES, copy, { recursive: true })
    const page = join(copy, 'README.md')
    const right = readFileSync(page, 'utf8')
    writeFileSync(page, right.replace('| magic ', '| magik '))
    writeFileSync(join(copy, 'mmap-io.h'), '')
    const { status, stderr } = run('--check', copy)
    expect(status).toBe(1)
    expect(stderr).toMatch(/README\.md differs.*\n.*mmap-io\.h differs/)
    expect(run(copy)).toEqual({ status: 0, stderr: '' })
    expect(readFileSync(page, 'utf8')).toBe(right)
    expect(existsSync(join(copy, 'mmap-io.h'))).toBe(true)
    expect(run('--check', copy).status).toBe(0)
  })
})
