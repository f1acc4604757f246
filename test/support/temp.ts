import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from '@jest/globals'

const cleanups: (() => void)[] = []

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

/** Runs when the current test has ended, however it ended. */
export function atTestEnd(cleanup: () => void): void {
  cleanups.push(cleanup)
}

/** A folder that is removed when the current test ends. */
export function tempDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mmap-io-test-'))
  atTestEnd(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A file with the given bytes, or that many bytes of a pattern, in a folder of its own. */
export function tempFile(content: Uint8Array | number = 0): string {
  const path = join(tempDirectory(), 'file')
  writeFileSync(path, typeof content === 'number' ? pattern(content) : content)
  return path
}

/** An open descriptor, closed when the current test ends. */
export function openDescriptor(path: string, flags = 'r+'): number {
  const fd = openSync(path, flags)
  atTestEnd(() => closeSync(fd))
  return fd
}

/** Bytes in which every page and every place in it differs. */
export function pattern(length: number, start = 0): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i++) bytes[i] = patternAt(start + i)
  return bytes
}

export function patternAt(offset: number): number {
  return (offset * 31 + (offset >>> 12) * 7 + 1) & 0xff
}
