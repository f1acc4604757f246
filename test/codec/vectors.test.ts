import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Key, KeyStage } from '../../ts/codec/key-stage'
import { tempDirectory } from '../support/temp'
import { canonicalBytes, referenceHash } from './reference'
import vectors from './vectors.json'

// vectors.json is for whoever writes a reader or writer in another language. Nobody has to believe it: three programs that
// share no code come to the same bytes and hashes.

interface Vector {
  readonly kind: string
  /** A string itself, a number as JavaScript writes it, or bytes in hexadecimal. */
  readonly key: string
  /** How many times in a row. */
  readonly times?: number
  readonly seed: readonly number[]
  readonly bytes: string
  readonly hash: string
}

function keyOf({ kind, key, times = 1 }: Vector): Key {
  if (kind === 'number') return Number(key)
  return kind === 'string' ? key.repeat(times) : Buffer.from(key.repeat(times), 'hex')
}

const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0')

/** The input of reference.cc. */
function line(vector: Vector): string {
  const key = keyOf(vector)
  const [low, high] = vector.seed.map(hex)
  const payload = typeof key === 'number' ? bitsOf(key) : typeof key === 'string' ? unitsOf(key) : Buffer.from(key).toString('hex')
  return `${vector.kind[0]} ${payload || '-'} ${low} ${high}\n`
}

function bitsOf(value: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes.toString('hex')
}

const unitsOf = (text: string) => Buffer.from(text, 'utf16le').swap16().toString('hex')

const all: readonly Vector[] = vectors
const hasCompiler = spawnSync('g++', ['--version']).status === 0

describe('the vectors', () => {
  test('are many, of every kind and seed', () => {
    expect(all.length).toBeGreaterThanOrEqual(60)
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(['string', 'number', 'bytes']))
    expect(new Set(all.map(({ seed }) => seed.join())).size).toBeGreaterThanOrEqual(3)
  })

  test('are what the package computes', () => {
    for (const vector of all) {
      const stage = new KeyStage(vector.seed[0], vector.seed[1])
      stage.stage(keyOf(vector))
      const words = new Int32Array(stage.wordCount)
      stage.writeTo(words, 0)
      expect({ ...vector, bytes: Buffer.from(words.buffer).toString('hex'), hash: hex(stage.hash) }).toEqual(vector)
    }
  })

  test('are what the documentation says, computed in bigints', () => {
    for (const vector of all) {
      const bytes = canonicalBytes(keyOf(vector))
      const hash = referenceHash(bytes, vector.seed[0]!, vector.seed[1]!)
      expect({ ...vector, bytes: bytes.toString('hex'), hash: hex(hash) }).toEqual(vector)
    }
  })

  const testWithCompiler = hasCompiler ? test : test.skip
  testWithCompiler('are what a program in C++ computes', () => {
    const program = join(tempDirectory(), 'reference')
    execFileSync('g++', ['-std=c++17', '-Wall', '-Werror', '-o', program, join(__dirname, 'reference.cc')])
    const printed = execFileSync(program, { input: all.map(line).join(''), encoding: 'utf8' })
      .trim()
      .split('\n')
    expect(printed).toEqual(all.map(({ bytes, hash }) => `${bytes} ${hash}`))
  })
})
