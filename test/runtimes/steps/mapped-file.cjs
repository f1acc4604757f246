const assert = require('node:assert/strict')
const { readFileSync, statSync } = require('node:fs')
const { open } = require('node:fs/promises')
const { MappedFile, PAGESIZE } = require('mmap-io')
const { refuses } = require('../support/errors.cjs')
const { fileOf, newPath, withOpen } = require('../support/files.cjs')
const { descriptorsOf } = require('../support/waiting.cjs')

const SIZE = 4 * PAGESIZE

module.exports = {
  'a MappedFile reads and writes'() {
    const path = newPath()
    const file = MappedFile.open(path, { mode: 'w+', size: SIZE })
    file.write(PAGESIZE - 3, Buffer.from('across pages'))
    const copy = new Uint8Array(12)
    assert.equal(file.read(PAGESIZE - 3, copy), 12)
    assert.equal(Buffer.from(copy).toString(), 'across pages')
    file.view(Float64Array, SIZE - 16)[1] = Math.PI
    assert.equal(readFileSync(path).readDoubleLE(SIZE - 8), Math.PI)
    assert.equal(file.buffer.length, SIZE)
    assert.equal(file.view(DataView, SIZE - 8, 8).getFloat64(0, true), Math.PI)
    file.close()
  },

  async 'a MappedFile opened for reading refuses to write'() {
    const file = MappedFile.open(fileOf(SIZE, 1))
    await refuses('ERR_NOT_WRITABLE', () => file.write(0, Buffer.from('x')))
    file.close()
  },

  'a MappedFile resizes, and its views stay valid'() {
    for (const shared of [false, true]) {
      const path = fileOf(SIZE, 1)
      const file = MappedFile.open(path, { mode: 'r+', shared })
      const before = file.view(Uint8Array)
      file.resize(1000 * PAGESIZE)
      assert.equal(statSync(path).size, 1000 * PAGESIZE)
      file.view(Uint8Array)[999 * PAGESIZE] = 9
      assert.equal(before[SIZE - 1], 1)
      file.resize(PAGESIZE)
      assert.equal(statSync(path).size, PAGESIZE)
      assert.deepEqual([before[PAGESIZE - 1], before[SIZE - 1], file.length], [1, 0, PAGESIZE])
      file.close()
    }
  },

  async 'a MappedFile keeps the file of a descriptor or FileHandle that was closed'() {
    const path = fileOf(SIZE, 1)
    const handle = await open(path, 'r+')
    const files = [MappedFile.open(handle, { mode: 'r+' }), withOpen(path, (fd) => MappedFile.open(fd, { mode: 'r+', shared: true }))]
    await handle.close()
    for (const file of files) {
      file.resize(2 * SIZE)
      assert.equal(file.view(Uint8Array)[SIZE - 1], 1)
      file.close()
    }
    assert.equal(statSync(path).size, 2 * SIZE)
    assert.equal(descriptorsOf(path), 0)
  },

  async 'a MappedFile syncs, at once and on another thread'() {
    const path = fileOf(SIZE, 1)
    const file = MappedFile.open(path, { mode: 'r+' })
    file.view(Uint8Array).fill(2)
    file.sync({ offset: 100, length: PAGESIZE })
    await Promise.all([file.syncAsync(), file.syncAsync({ offset: PAGESIZE }), file.syncAsync({ length: 0 })])
    assert.equal(readFileSync(path)[SIZE - 1], 2)
    file.close()
  },

  async 'a MappedFile prefetches, and says what is resident'() {
    const file = MappedFile.open(fileOf(SIZE, 1), { mode: 'r+' })
    await file.prefetch()
    await file.prefetch({ offset: PAGESIZE, length: 1, write: true })
    file.advise('willneed')
    assert.deepEqual([...file.residency()], [1, 1, 1, 1])
    file.close()
  },
}
