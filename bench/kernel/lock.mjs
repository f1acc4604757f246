import { limit } from './limit.mjs'
import { openRegion, wordAt } from './regions.mjs'

const ANSWER_LOCKS = 1000 // limit.cc

const sections = (make) => ({
  begin(setting) {
    const section = make(setting)
    const run = (count) => {
      for (let i = 0; i < count; i++) section()
      return count
    }
    return { answer: () => run(ANSWER_LOCKS), run }
  },
})

function byMutex(setting) {
  const region = openRegion(setting, `lock-${process.pid}`)
  const { lease } = region
  const mutex = region.mutex(wordAt(region, 0), 0)
  return () => {
    lease.begin()
    mutex.acquire()
    mutex.release()
    lease.end()
  }
}

function byAtomics() {
  const words = new Int32Array(new SharedArrayBuffer(64))
  return () => {
    if (Atomics.compareExchange(words, 0, 0, 1) !== 0) throw new Error('it is locked')
    Atomics.store(words, 0, 0)
  }
}

export const asks = 'How long does it take to lock and unlock a mutex that nobody else wants?'
export const title = 'uncontended mutex'
export const unit = 'lock and unlock'
export const contestants = {
  'mmap-io, mutex': sections(byMutex),
  'Atomics.compareExchange, store': sections(byAtomics),
  'C++ compare_exchange, store': limit('lock'),
}
export const ratios = [['mmap-io, mutex', 'Atomics.compareExchange, store', 'C++ compare_exchange, store']]
export const targets = [{ contestant: 'mmap-io, mutex', against: 'Atomics.compareExchange, store', atLeast: 0.2 }]
