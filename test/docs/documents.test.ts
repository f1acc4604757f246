import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import mmap from '../../ts'
import { functions } from '../../ts/raw'
import { tempDirectory } from '../support/temp'

const ROOT = join(__dirname, '..', '..')
const DOCUMENTS = [
  'README.md',
  'docs/raw.md',
  'docs/faults.md',
  'docs/sharing.md',
  'docs/format/README.md',
  'docs/format/region.md',
  'docs/format/arena.md',
  'docs/format/values.md',
  'model/README.md',
]

function textOf(document: string): string {
  return readFileSync(join(ROOT, document), 'utf8')
}

function programsOf(document: string): string[] {
  return [...textOf(document).matchAll(/```js\n(.*?)```/gs)].map(([, program]) => program!)
}

/** What a program says that it prints: the comments behind `console.log(…)`, up to a remark behind a colon. */
function promisedOutput(program: string): string[] {
  return [...program.matchAll(/console\.log\(.*\)\)? \/\/ (.*)$/gm)].map(([, comment]) => comment!.split(': ')[0]!)
}

describe.each(DOCUMENTS)('%s', (document) => {
  test('has programs that run and print what they say', () => {
    for (const program of programsOf(document)) {
      const directory = tempDirectory()
      mkdirSync(join(directory, 'node_modules'))
      symlinkSync(ROOT, join(directory, 'node_modules', 'mmap-io'))
      writeFileSync(join(directory, 'program.mjs'), program)
      const { status, stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], { cwd: directory, encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      for (const line of promisedOutput(program)) expect(stdout).toContain(line)
    }
  })

  test('links to files that exist', () => {
    const links = [...textOf(document).matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, link]) => join(dirname(join(ROOT, document)), link!))
    for (const link of links) expect([relative(ROOT, link), existsSync(link)]).toEqual([relative(ROOT, link), true])
  })
})

describe('README.md', () => {
  test('names every function and noun', () => {
    const text = textOf('README.md')
    for (const name of [...Object.keys(functions), 'MappedFile', 'MappingError', 'SystemError']) expect(text).toContain(name)
  })

  test('names every member of MappedFile', () => {
    const text = textOf('README.md')
    const members = Object.getOwnPropertyNames(mmap.MappedFile.prototype).filter((name) => name !== 'constructor')
    for (const name of members) expect(text).toMatch(new RegExp(`\`${name}\\b`))
  })

  test('names commands that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
    const commands = [...textOf('README.md').matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!)
    for (const name of commands) expect(scripts).toHaveProperty([name])
  })
})
