// The file that everybody reads: 1 GiB of seeded noise, on the disk and in the page cache.

import fs from 'node:fs'
import { join } from 'node:path'
import { MappedFile } from 'mmap-io'
import { xorshift32 } from '../frame/random.mjs'

const LENGTH = 2 ** 30
const CHUNK_WORDS = 2 ** 20

export function makeFile(folder, seed) {
  const path = join(folder, 'file')
  const fd = fs.openSync(path, 'wx+', 0o600)
  try {
    fill(fd, xorshift32(seed))
    // Written out now: the kernel would do it amid somebody's trial.
    fs.fsyncSync(fd)
    readAll(fd)
  } finally {
    fs.closeSync(fd)
  }
  return { path, length: LENGTH, cached: cachedShare(path) }
}

function fill(fd, next) {
  const words = new Int32Array(CHUNK_WORDS)
  for (let written = 0; written < LENGTH; written += words.byteLength) {
    for (let i = 0; i < words.length; i++) words[i] = next()
    fs.writeSync(fd, words)
  }
}

function readAll(fd) {
  const bytes = new Uint8Array(2 ** 22)
  for (let at = 0; at < LENGTH; at += bytes.length) fs.readSync(fd, bytes, 0, bytes.length, at)
}

function cachedShare(path) {
  const file = MappedFile.open(path)
  const pages = file.residency()
  file.close()
  return pages.reduce((sum, page) => sum + page, 0) / pages.length
}
