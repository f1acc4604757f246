const assert = require('node:assert/strict')
const { truncateSync } = require('node:fs')
const { MappedFile, PAGESIZE } = require('mmap-io')
const { refuses } = require('../support/errors.cjs')
const { fileOf } = require('../support/files.cjs')
const { endOf } = require('../support/runtime.cjs')
const { SIZE, tasks } = require('../support/tasks.cjs')
const { withThread } = require('../support/thread.cjs')
const { until } = require('../support/waiting.cjs')
const { trapInWasm } = require('../support/wasm.cjs')

const TRUNCATED = 'ERR_MAPPING_TRUNCATED'
const READ_ONLY = 'ERR_MAPPING_READ_ONLY'

const EXPECTED = {
  // One page of ones was left; everything behind reads zeros.
  readTruncated: { seen: PAGESIZE, next: TRUNCATED, event: { code: TRUNCATED, offset: PAGESIZE }, property: TRUNCATED },
  // The file is as it was.
  storeReadOnly: { seen: SIZE, next: READ_ONLY, event: { code: READ_ONLY, offset: 0 }, property: READ_ONLY },
}

async function survives(harm, doTask) {
  for (const shared of [false, true]) {
    assert.deepEqual(await doTask('harmFile', harm, shared), EXPECTED[harm], `MappedFile, shared: ${shared}`)
    const { seen, next } = EXPECTED[harm]
    assert.deepEqual(await doTask('harmMemory', harm, shared), { seen, next }, `raw, shared: ${shared}`)
  }
}

const here = (task, ...args) => tasks[task](...args)

module.exports = {
  'a truncated file does not kill the main thread': () => survives('readTruncated', here),
  'a truncated file does not kill a worker': () => withThread((thread) => survives('readTruncated', thread.do.bind(thread))),
  'a store into a read-only mapping does not kill the main thread': () => survives('storeReadOnly', here),
  'a store into a read-only mapping does not kill a worker': () =>
    withThread((thread) => survives('storeReadOnly', thread.do.bind(thread))),

  async 'the owner of a shared MappedFile hears of a fault in another thread'() {
    const path = fileOf(SIZE, 1)
    const file = MappedFile.open(path, { mode: 'r+', shared: true })
    let event
    file.on('fault', (fault) => {
      event = fault
    })
    truncateSync(path, 0)
    await withThread((thread) => thread.do('add', file.view(Int32Array).buffer, 1))
    await until("the event 'fault'", () => event !== undefined)
    assert.deepEqual([event.error.code, event.offset], [TRUNCATED, 0])
    await refuses(TRUNCATED, () => file.read(0, Buffer.alloc(1)))
    file.close()
  },

  async 'read and write meet a truncated file as an error'() {
    const path = fileOf(SIZE, 1)
    for (const meet of ['read', 'write']) {
      truncateSync(path, SIZE)
      const file = MappedFile.open(path, { mode: 'r+' })
      truncateSync(path, PAGESIZE)
      await refuses(TRUNCATED, () => file[meet](PAGESIZE - 1, Buffer.alloc(2)))
      file.close()
    }
  },

  async 'a signal that another process sends does what it did before'() {
    for (const signal of ['SIGBUS', 'SIGSEGV']) {
      const plain = await endOf('programs/signalled.cjs', signal)
      assert.equal(await endOf('programs/signalled.cjs', signal, 'mapped'), plain, signal)
    }
  },

  'WebAssembly traps as before': trapInWasm,

  async 'a truncated file does not kill the process after WebAssembly trapped'() {
    trapInWasm()
    await survives('readTruncated', here)
    await survives('storeReadOnly', here)
    trapInWasm()
  },
}
