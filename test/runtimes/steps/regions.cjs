const assert = require('node:assert/strict')
const { fileOf } = require('../support/files.cjs')
const { anonymous, open } = require('../support/region.cjs')
const { endOf, runScript } = require('../support/runtime.cjs')
const { withThread } = require('../support/thread.cjs')

const COUNT = 20_000

/** Counts under the mutex from this thread and a worker at once. */
async function countWithThread(opener) {
  await withThread(async (thread) => {
    await thread.do('count', opener.region.handle, 0)
    const theirs = thread.do('count', opener.region.handle, COUNT)
    for (let i = 0; i < COUNT; i++) opener.increment()
    await theirs
  })
  assert.deepEqual(opener.pair, [2 * COUNT, 2 * COUNT])
}

module.exports = {
  async 'two threads count under the mutex of an anonymous region, exactly'() {
    const opener = anonymous({ maxSize: 2 ** 26 })
    await countWithThread(opener)
    opener.close()
  },

  async 'two threads count under the mutex of a region in a file, exactly'() {
    const opener = open(fileOf(0))
    await countWithThread(opener)
    opener.close()
  },

  async 'a process that is killed in a section is buried by who waits for it'() {
    const path = fileOf(0)
    const opener = open(path)
    assert.equal(await endOf('programs/holder.cjs', path), 'SIGKILL')
    assert.deepEqual(opener.pair, [1, 0])
    opener.increment()
    assert.deepEqual(opener.pair[0], 2)
    opener.close()
  },

  async 'a sleeping event loop is woken by another process'() {
    const path = fileOf(0)
    const opener = open(path)
    const seen = opener.waiter.load()
    const child = runScript('programs/waker.cjs', path)
    assert.equal(await opener.waiter.wait(seen, { timeout: 20_000 }), true)
    assert.equal(opener.waiter.load(), 42)
    await child
    opener.close()
  },

  'blocks of every size come and go'() {
    const opener = open(fileOf(0))
    for (let granules = 1; granules < 2 ** 19; granules *= 3) assert.ok(opener.allocate(granules) > 0)
    opener.close()
  },
}
