const assert = require('node:assert/strict')
const { MappedFile, PAGESIZE, unmap } = require('mmap-io')
const { fileOf } = require('../support/files.cjs')
const { runScript } = require('../support/runtime.cjs')
const { tasks } = require('../support/tasks.cjs')
const { withThread } = require('../support/thread.cjs')
const { until } = require('../support/waiting.cjs')

const COUNT = 300_000

/** Adds to the first word of shared memory from this thread and a worker at once. */
async function addFromTwoThreads(memory) {
  await withThread(async (thread) => {
    await thread.do('add', memory, 0) // it runs and has loaded the package
    const theirs = thread.do('add', memory, COUNT)
    tasks.add(memory, COUNT)
    await theirs
  })
  assert.equal(tasks.firstWord(memory), 2 * COUNT)
}

module.exports = {
  async 'two threads add to one word of mapShared memory, exactly'() {
    const memory = tasks.mapShared(fileOf(PAGESIZE), PAGESIZE)
    await addFromTwoThreads(memory)
    unmap(memory)
  },

  async 'two threads add to one word of a shared MappedFile, exactly'() {
    const path = fileOf(PAGESIZE)
    const file = MappedFile.open(path, { mode: 'r+', shared: true })
    await addFromTwoThreads(file.view(Int32Array).buffer)
    file.close()
    const again = MappedFile.open(path)
    assert.equal(again.view(Int32Array)[0], 2 * COUNT)
    again.close()
  },

  async 'two processes add to one word of a file, exactly'() {
    const path = fileOf(PAGESIZE)
    const file = MappedFile.open(path, { mode: 'r+' })
    const words = file.view(Int32Array)
    const child = runScript('programs/adder.cjs', path, COUNT)
    await until('the other process', () => Atomics.load(words, 1) === 1)
    Atomics.store(words, 2, 1)
    for (let done = 0; done < COUNT; done++) Atomics.add(words, 0, 1)
    assert.equal(await child, 'done')
    assert.equal(words[0], 2 * COUNT)
    file.close()
  },

  async 'the raw functions take memory that another thread mapped'() {
    const memory = tasks.mapShared(fileOf(PAGESIZE), PAGESIZE)
    await withThread((thread) => thread.do('sync', memory))
    unmap(memory)
  },

  async 'mapShared memory outlives the only thread that loaded the package'() {
    const path = fileOf(PAGESIZE)
    assert.equal(await runScript('programs/worker-first.cjs', 'mapShared', path, PAGESIZE), 'survived')
  },

  async 'the memory of a shared MappedFile outlives the only thread that loaded the package'() {
    const path = fileOf(PAGESIZE)
    assert.equal(await runScript('programs/worker-first.cjs', 'openShared', path), 'survived')
  },
}
