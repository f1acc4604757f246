import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'

// A file imports from its own layer or one below; two layers of one rank do not know each other.

const ROOT = join(__dirname, '..', 'ts')
const RANKS: Record<string, number> = {
  errors: 0,
  native: 1,
  memory: 2,
  raw: 3,
  layout: 3,
  sync: 4,
  codec: 4,
  arena: 5,
  region: 6,
  formats: 8,
  index: 9,
}

function sourcesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? sourcesBelow(path) : [path]
  })
}

function layerOf(path: string): string {
  return relative(ROOT, path)
    .split('/')[0]!
    .replace(/\.m?[jt]s$/, '')
}

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/from '(\.[^']*)'/g)].map(([, target]) => join(dirname(path), target!))
}

const sources = sourcesBelow(ROOT)

describe('the layers', () => {
  test('are all known', () => {
    expect([...new Set(sources.map(layerOf))].filter((layer) => !(layer in RANKS))).toEqual([])
  })

  test.each(sources.map((path) => [relative(ROOT, path), path]))('%s imports from its own layer or one below', (_, path) => {
    const own = layerOf(path!)
    for (const target of importsOf(path!)) {
      const layer = layerOf(target)
      const allowed = layer === own || RANKS[layer]! < RANKS[own]!
      expect({ imported: relative(ROOT, target), allowed }).toEqual({ imported: relative(ROOT, target), allowed: true })
    }
  })

  test('reach the addon through native/ alone', () => {
    for (const path of sources) {
      if (layerOf(path) !== 'native') expect(readFileSync(path, 'utf8')).not.toMatch(/^(?! *[/*]).*(\brequire\(|\bdlopen\()/m)
    }
  })
})

describe('the core in C++', () => {
  const directory = join(ROOT, '..', 'src')
  const files = readdirSync(directory).map((name) => ({ name, text: readFileSync(join(directory, name), 'utf8') }))

  test('includes headers of the system in its platform files only', () => {
    for (const { name, text } of files.filter((file) => !file.name.startsWith('platform_'))) {
      const headers = [...text.matchAll(/#include <([^>]+)>/g)].map(([, header]) => header!)
      expect([
        name,
        headers.filter((header) => /^(sys|linux)\/|^(unistd|fcntl|dlfcn|signal|csignal|semaphore|ucontext|cerrno)/.test(header)),
      ]).toEqual([name, []])
    }
  })

  test('has every name that TypeScript calls it by', () => {
    const defined = files.flatMap(({ text }) => [...text.matchAll(/exports\.Set\("(\w+)"/g)].map(([, name]) => name!))
    const binding = readFileSync(join(ROOT, 'native', 'binding.ts'), 'utf8')
    const declared = [...binding.slice(binding.indexOf('export interface Binding')).matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(
      ([, name]) => name!,
    )
    expect(defined.sort()).toEqual(declared.sort())
  })
})
