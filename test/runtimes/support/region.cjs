// A region with a mutex, two words that it protects, and a word to wait for. The inner layers have no public name.

const { dirname, join } = require('node:path')

const dist = join(dirname(require.resolve('mmap-io/package.json')), 'dist')
const { anonymousRegion, destroyRegion, openRegion, reopenRegion } = require(join(dist, 'region', 'open-region.js'))

const OFFSETS = { mutex: 0, first: 64, last: 68, data: 128, flag: 132 }
const format = {
  kind: 'Smoke',
  layouts: [],
  headerBytes: 256,
  arena: true,
  recovery: () => ({ settle: () => undefined, recover: () => undefined, payDebts: () => undefined }),
}

/** One opener's way to the words. */
class Opener {
  constructor(region) {
    this.region = region
    this.words = region.memory.front
    this.at = region.place.header
    this.mutex = region.mutex(this.at + OFFSETS.mutex, 0)
    this.waiter = region.waiter(this.at + OFFSETS.data, this.at + OFFSETS.flag)
  }

  get pair() {
    return [this.words[(this.at + OFFSETS.first) / 4], this.words[(this.at + OFFSETS.last) / 4]]
  }

  /** Adds 1 to both words. */
  increment() {
    const { lease } = this.region
    lease.begin()
    this.mutex.acquire()
    this.words[(this.at + OFFSETS.first) / 4]++
    this.words[(this.at + OFFSETS.last) / 4]++
    this.mutex.release()
    lease.end()
  }

  /** Takes a block, writes to all of it, and gives it back. */
  allocate(granules) {
    const { lease, arena, memory } = this.region
    lease.begin()
    const block = arena.alloc(granules)
    const start = (block % 2 ** 27) * 2
    memory.words(block).fill(7, start, start + granules * 2)
    arena.discard()
    lease.end()
    return block
  }

  close() {
    this.region.close()
  }
}

const open = (path, options) => new Opener(openRegion(path, format, options))
const reopen = (handle) => new Opener(reopenRegion(handle, format))
const anonymous = (options) => new Opener(anonymousRegion(format, options))

module.exports = { anonymous, destroyRegion, open, reopen }
