// Files for the steps, in one folder for all threads of this process.

const { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { threadId } = require('node:worker_threads')

const FOLDER = join(tmpdir(), `mmap-io-runtimes-${process.pid}`)
let count = 0

/** A path that nothing lies at yet. */
function newPath() {
  mkdirSync(FOLDER, { recursive: true })
  return join(FOLDER, `file-${threadId}-${++count}`)
}

/** A file of `length` bytes that are all `byte`. */
function fileOf(length, byte = 0) {
  const path = newPath()
  writeFileSync(path, Buffer.alloc(length, byte))
  return path
}

/** A file of any size that occupies no blocks. */
function sparseFile(size) {
  const path = newPath()
  const fd = openSync(path, 'w')
  ftruncateSync(fd, size)
  closeSync(fd)
  return path
}

/** Runs `body(fd)` with the file open for reading and writing. */
function withOpen(path, body) {
  const fd = openSync(path, 'r+')
  try {
    return body(fd)
  } finally {
    closeSync(fd)
  }
}

function removeFiles() {
  rmSync(FOLDER, { recursive: true, force: true })
}

module.exports = { fileOf, newPath, removeFiles, sparseFile, withOpen }
