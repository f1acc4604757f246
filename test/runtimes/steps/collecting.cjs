const assert = require('node:assert/strict')
const { MAP_SHARED, MappedFile, PAGESIZE, PROT_READ, map, mapShared } = require('mmap-io')
const { fileOf, sparseFile, withOpen } = require('../support/files.cjs')
const { tasks } = require('../support/tasks.cjs')
const { Thread } = require('../support/thread.cjs')
const { pause, untilCollected } = require('../support/waiting.cjs')

const COUNT = 3000

/** Makes mappings one after the other, uses each, and forgets it. */
function forget(make) {
  for (let made = 0; made < COUNT; made++) {
    const memory = make()
    new Uint8Array(memory.buffer ?? memory)[0]
  }
}

async function leavesNothing(path, make) {
  forget(make)
  await untilCollected(path)
}

/** Lets workers do a task and then end, by themselves or in the middle of it; nothing of it may stay. */
async function endsWithWorkers(end, task, path) {
  for (let ended = 0; ended < 6; ended++) {
    const thread = new Thread()
    await thread.do(task, path)
    await thread[end]()
  }
  await untilCollected(path)
}

module.exports = {
  async 'mappings left to the collector end: map'() {
    const path = fileOf(PAGESIZE)
    await leavesNothing(path, () => withOpen(path, (fd) => map(PAGESIZE, PROT_READ, MAP_SHARED, fd)))
  },

  async 'mappings left to the collector end: mapShared'() {
    const path = fileOf(PAGESIZE)
    await leavesNothing(path, () => withOpen(path, (fd) => mapShared(PAGESIZE, PROT_READ, MAP_SHARED, fd)))
  },

  async 'mappings left to the collector end: MappedFile'() {
    const path = fileOf(PAGESIZE)
    await leavesNothing(path, () => MappedFile.open(path).view(Uint8Array))
  },

  async 'mappings left to the collector end: shared MappedFile'() {
    const path = fileOf(PAGESIZE)
    // Deno, which lends the memory, collects garbage whenever it lends as much as 4 GiB.
    const maxSize = 2 ** 20
    await leavesNothing(path, () => MappedFile.open(path, { shared: true, maxSize }).view(Uint8Array))
  },

  'what a worker left open ends with it': () => endsWithWorkers('end', 'leaveOpen', fileOf(PAGESIZE)),
  'what a worker left open ends when it is terminated': () => endsWithWorkers('terminate', 'leaveOpen', fileOf(PAGESIZE)),
  'a worker is terminated while its disk calls are at work': () => endsWithWorkers('terminate', 'leaveBusy', sparseFile(2 ** 28)),

  async 'workers are terminated while they load the package'() {
    for (let milliseconds = 0; milliseconds < 40; milliseconds += 2) {
      const thread = new Thread()
      await pause(milliseconds)
      await thread.terminate()
    }
  },

  async 'faults are told of the right mapping, whoever had its address before'() {
    const path = fileOf(PAGESIZE)
    await endsWithWorkers('end', 'leaveOpen', path)
    for (let run = 0; run < 20; run++) {
      const { next, event } = await tasks.harmFile('storeReadOnly', true)
      assert.deepEqual([next, event.code], ['ERR_MAPPING_READ_ONLY', 'ERR_MAPPING_READ_ONLY'])
    }
  },
}
