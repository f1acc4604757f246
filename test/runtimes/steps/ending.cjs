const assert = require('node:assert/strict')
const { MAP_SHARED, MappedFile, PAGESIZE, PROT_READ, PROT_WRITE, map, sync, unmap } = require('mmap-io')
const { refuses } = require('../support/errors.cjs')
const { fileOf, withOpen } = require('../support/files.cjs')
const { runScript } = require('../support/runtime.cjs')
const { tasks } = require('../support/tasks.cjs')
const { withThread } = require('../support/thread.cjs')
const { descriptorsOf, piecesMapped } = require('../support/waiting.cjs')

module.exports = {
  async 'unmap empties a Buffer; the next call throws'() {
    const path = fileOf(PAGESIZE, 1)
    const buffer = withOpen(path, (fd) => map(PAGESIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd))
    const view = new Uint32Array(buffer.buffer)
    unmap(buffer)
    assert.deepEqual([buffer.length, view.length, buffer[0], piecesMapped(path)], [0, 0, undefined, 0])
    await refuses('ERR_MAPPING_CLOSED', () => sync(buffer))
    await refuses('ERR_MAPPING_CLOSED', () => unmap(buffer))
  },

  async 'unmap turns shared memory to zeros in every thread; the next call throws'() {
    const path = fileOf(PAGESIZE, 1)
    const memory = tasks.mapShared(path, PAGESIZE)
    await withThread(async (thread) => {
      assert.equal(await thread.do('firstWord', memory), 0x01010101)
      unmap(memory)
      assert.equal(piecesMapped(path), 0)
      assert.equal(new Uint8Array(memory)[0], 0)
      assert.equal(await thread.do('firstWord', memory), 0)
      await refuses('ERR_MAPPING_CLOSED', () => sync(memory))
      await refuses('ERR_MAPPING_CLOSED', () => unmap(memory))
    })
  },

  async 'another thread unmaps shared memory'() {
    const path = fileOf(PAGESIZE, 1)
    const memory = tasks.mapShared(path, PAGESIZE)
    await withThread((thread) => thread.do('unmap', memory))
    assert.equal(piecesMapped(path), 0)
    assert.equal(new Uint8Array(memory)[0], 0)
    await refuses('ERR_MAPPING_CLOSED', () => sync(memory))
  },

  async 'close empties the views of a MappedFile; the next call throws'() {
    const path = fileOf(PAGESIZE, 1)
    const file = MappedFile.open(path)
    const views = [file.view(Uint8Array), file.view(Float64Array), file.buffer]
    file.close()
    assert.deepEqual([...views.map((view) => view.length), file.length, piecesMapped(path)], [0, 0, 0, 0, 0])
    await refuses('ERR_MAPPING_CLOSED', () => file.sync())
    await refuses('ERR_MAPPING_CLOSED', () => file.view(Uint8Array))
    file.close()
  },

  async 'close turns the views of a shared MappedFile to zeros; the next call throws'() {
    const path = fileOf(PAGESIZE, 1)
    const file = MappedFile.open(path, { mode: 'r+', shared: true })
    const view = file.view(Uint8Array)
    await withThread(async (thread) => {
      assert.equal(await thread.do('firstWord', view.buffer), 0x01010101)
      file.close()
      assert.deepEqual([view[0], view[PAGESIZE - 1], piecesMapped(path), descriptorsOf(path)], [0, 0, 0, 0])
      view[0] = 3
      assert.equal(await thread.do('firstWord', view.buffer), 3)
    })
    await refuses('ERR_MAPPING_CLOSED', () => file.sync())
  },

  async 'the process ends well with everything open and broken'() {
    for (const how of ['end', 'exit']) {
      assert.equal(await runScript('programs/open-at-exit.cjs', how, fileOf(PAGESIZE), PAGESIZE), 'ending')
    }
  },
}
