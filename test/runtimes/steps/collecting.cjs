const { MAP_SHARED, MappedFile, PAGESIZE, PROT_READ, map, mapShared } = require('mmap-io')
const { fileOf, withOpen } = require('../support/files.cjs')
const { untilCollected } = require('../support/waiting.cjs')

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
    await leavesNothing(path, () => MappedFile.open(path, { shared: true }).view(Uint8Array))
  },
}
