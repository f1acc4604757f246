import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { tempDirectory } from '../support/temp'

const SCRIPT = join(__dirname, '..', '..', 'scripts', 'torture.mjs')
const PROGRAMS = join(__dirname, 'fixtures', 'torture')

interface Run {
  readonly code: number
  readonly lines: string[]
  readonly stderr: string
}

function torture(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, '--programs', PROGRAMS, '--seconds', '0.05', ...args], (error, stdout, stderr) => {
      resolve({ code: (error?.code as number | undefined) ?? 0, lines: stdout.trim().split('\n'), stderr })
    })
  })
}

describe('npm run torture', () => {
  test('prints what a program counted, and exits with 0 when nothing was lost', async () => {
    const { code, lines, stderr } = await torture('--structure', 'sound', '--seed', '5')
    expect(code).toBe(0)
    expect(JSON.parse(lines[0]!)).toEqual({ structure: 'sound', seed: 5, rounds: expect.any(Number), lost: 0 })
    expect(lines[1]).toBe('nothing was lost')
    expect(stderr).toContain('seed 5 begins with')
  })

  test.each([
    ['loses something', 'leaky', { kills: 3, lost: 2 }, ''],
    ['does not count what it lost', 'silent', { failed: 'it ended with code 1' }, 'does not say what was lost'],
    ['throws', 'failing', { failed: 'it ended with code 1' }, 'the model disagrees'],
    ['has nothing left to do', 'vanishing', { failed: 'it ended before it had counted' }, ''],
    ['hangs', 'hanging', { failed: 'it did not end within 1.05 s' }, ''],
  ])('exits with 1 when a program %s', async (_, structure, counts, complaint) => {
    const { code, lines, stderr } = await torture('--structure', 'sound', '--structure', structure, '--seed', '5', '--patience', '1')
    expect(code).toBe(1)
    expect(lines.slice(0, 2).map((line) => JSON.parse(line).structure)).toEqual(['sound', structure])
    expect(JSON.parse(lines[1]!)).toEqual({ structure, seed: 5, ...counts })
    expect(stderr).toContain(complaint)
  })

  test('runs everything that there is, unless told otherwise', async () => {
    const { code, lines } = await torture('--patience', '1')
    expect(code).toBe(1)
    expect(lines.slice(0, -1).map((line) => JSON.parse(line).structure)).toEqual([
      'failing',
      'hanging',
      'leaky',
      'silent',
      'sound',
      'vanishing',
    ])
  })

  test.each([
    [
      'an unknown structure',
      ['--structure', 'tree'],
      "no torture for a structure 'tree'; there are: failing, hanging, leaky, silent, sound, vanishing",
    ],
    ['seconds that are no number', ['--seconds', 'long'], "--seconds takes a number, not 'long'"],
    ['an unknown option', ['--minutes', '5'], "Unknown option '--minutes'"],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await torture(...args)
    expect(code).toBeGreaterThan(0)
    expect(stderr).toContain(message)
  })

  test('says when there is no program at all', async () => {
    expect((await torture('--programs', join(tempDirectory(), 'none'))).stderr).toContain('there is no torture program in')
  })
})
