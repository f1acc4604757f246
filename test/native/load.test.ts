import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { constants } from '../../ts'
import { MAPPING_CONDITIONS } from '../../ts/errors'
import { binding } from '../../ts/native/binding'
import { candidates, loadBinary } from '../../ts/native/load'
import { thrownBy } from '../support/errors'
import { tempDirectory } from '../support/temp'

describe('candidates', () => {
  test('are the prebuilt binaries of the platform, then one built from source', () => {
    const chosen = process.env.MMAP_IO_BINARY
    delete process.env.MMAP_IO_BINARY
    const names = candidates('linux', 'arm64').map((path) => path.split('/').slice(-4).join('/'))
    expect(names).toEqual([
      'prebuilds/linux-arm64-glibc/napi-v8/mmap_io.node',
      'prebuilds/linux-arm64-musl/napi-v8/mmap_io.node',
      expect.stringMatching(/build\/Release\/mmap_io\.node$/),
    ])
    if (chosen !== undefined) process.env.MMAP_IO_BINARY = chosen
  })
})

describe('loadBinary', () => {
  test('names every path that it tried, why it failed, and how to build from source', () => {
    const broken = join(tempDirectory(), 'broken.node')
    writeFileSync(broken, 'no binary')
    const missing = join(tempDirectory(), 'missing.node')
    const error = thrownBy(() => loadBinary([missing, broken]))
    expect(error.code).toBe('ERR_BINARY_NOT_FOUND')
    expect(error.message).toContain(`${missing}: not there`)
    expect(error.message).toMatch(/broken\.node: .*(invalid ELF header|file too short)/)
    expect(error.message).toContain('npx node-gyp rebuild --directory')
  })

  test('refuses a binary of another version, and says so', () => {
    const other = join(tempDirectory(), 'other.js')
    writeFileSync(other, 'module.exports = { version: "0.0.0" }')
    expect(thrownBy(() => loadBinary([other])).message).toMatch(/built for version 0\.0\.0, and this is \d+\.\d+\.\d+/)
  })

  test('takes the first that loads', () => {
    const directory = tempDirectory()
    const broken = join(directory, 'broken.node')
    const sound = join(directory, 'sound.node')
    writeFileSync(broken, '')
    copyFileSync(candidates().find(existsSync)!, sound)
    expect(loadBinary([broken, sound])).toHaveProperty('map')
  })
})

describe('what C++ and TypeScript both name', () => {
  test('are the same constants', () => {
    const source = readFileSync(join(__dirname, '../../ts/native/binding.ts'), 'utf8')
    const declared = source
      .slice(source.indexOf('export type ConstantName'), source.indexOf('/** Their values'))
      .split('|\n')
      .join('')
      .matchAll(/`(\w+)\$\{([^}]+)\}`/g)
    const names = [...declared].flatMap(([, prefix, words]) => words!.split('|').map((word) => prefix + word.trim().replaceAll("'", '')))
    expect(names.sort()).toEqual(Object.keys(binding.constants).sort())
    expect(Object.keys(constants)).toContain('PAGESIZE')
  })

  test('are the same conditions of a mapping', () => {
    const header = readFileSync(join(__dirname, '../../src/mapping.h'), 'utf8')
    const conditions = [...header.matchAll(/^ {2}k(\w+) = (\d),/gm)].filter(([, name]) => name !== 'Open')
    expect(conditions.map(([, , number]) => Number(number))).toEqual(Object.keys(MAPPING_CONDITIONS).map(Number))
    for (const [, name, number] of conditions) {
      const [code] = MAPPING_CONDITIONS[Number(number) as keyof typeof MAPPING_CONDITIONS]
      expect(code.replace('ERR_MAPPING_', '').replaceAll('_', '').toLowerCase()).toBe(name!.toLowerCase())
    }
  })
})
