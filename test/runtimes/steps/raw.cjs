const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const mmap = require('mmap-io')
const { refuses } = require('../support/errors.cjs')
const { fileOf, withOpen } = require('../support/files.cjs')

const { MADV_WILLNEED, MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED, PAGESIZE, PROT_READ, PROT_WRITE } = mmap
const SIZE = 4 * PAGESIZE

function mapFile(path, protection = PROT_READ | PROT_WRITE) {
  return withOpen(path, (fd) => mmap.map(SIZE, protection, MAP_SHARED, fd))
}

module.exports = {
  'maps a file into a Buffer, to read and write'() {
    const path = fileOf(SIZE, 0x61)
    const buffer = mapFile(path)
    assert.ok(Buffer.isBuffer(buffer))
    assert.equal(buffer.length, SIZE)
    assert.equal(buffer.toString('latin1', SIZE - 3), 'aaa')
    buffer.write('mapped', PAGESIZE)
    assert.equal(readFileSync(path).toString('latin1', PAGESIZE - 1, PAGESIZE + 7), 'amappeda')
    mmap.unmap(buffer)
  },

  'maps a file into a SharedArrayBuffer, to read and write'() {
    const path = fileOf(SIZE, 1)
    const memory = withOpen(path, (fd) => mmap.mapShared(SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd))
    assert.equal(Object.prototype.toString.call(memory), '[object SharedArrayBuffer]')
    const bytes = new Uint8Array(memory, 0, SIZE)
    assert.equal(bytes[SIZE - 1], 1)
    bytes[PAGESIZE] = 2
    assert.equal(readFileSync(path)[PAGESIZE], 2)
    mmap.unmap(memory)
  },

  async 'syncs, prefetches, protects and counts resident pages'() {
    const path = fileOf(SIZE, 1)
    const buffer = mapFile(path)
    buffer[0] = 2
    mmap.sync(buffer, true)
    await mmap.syncAsync(buffer)
    mmap.advise(buffer, MADV_WILLNEED)
    await mmap.prefetch(buffer, 0, SIZE, { write: true })
    assert.deepEqual(mmap.incore(buffer), [0, 4])
    assert.deepEqual([...mmap.residency(buffer)], [1, 1, 1, 1])
    mmap.protect(buffer, PROT_READ)
    assert.equal(buffer[0], 2)
    mmap.unmap(buffer)
  },

  async "refuses in the system's words, and misuse in its own"() {
    const path = fileOf(SIZE)
    await refuses('EBADF', () => mmap.map(SIZE, PROT_READ, MAP_SHARED, 987_654))
    await refuses('EINVAL', () => mapFile(path, PROT_READ).subarray(1) && mmap.map(0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1))
    await refuses('ENOENT', () => mmap.MappedFile.open(`${path}-missing`))
    await refuses('ERR_INVALID_ARG_TYPE', () => mmap.map('4096', PROT_READ, MAP_SHARED, 0))
    await refuses('ERR_NOT_MAPPED', () => mmap.sync(Buffer.alloc(PAGESIZE)))
    await refuses('ERR_NOT_MAPPED', () => mmap.unmap(new SharedArrayBuffer(PAGESIZE)))
  },
}
