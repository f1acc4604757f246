import { connect } from 'node:net'
import { join } from 'node:path'
import { startCompanion } from './partners.mjs'
import { openRegion, wordAt } from './regions.mjs'
import { trips } from './trips.mjs'

const ANSWER_SECTIONS = 1000

const byMutex = {
  async begin(setting) {
    const name = `contended-${process.pid}`
    const region = openRegion(setting, name)
    const { lease } = region
    const mutex = region.mutex(wordAt(region, 0), 0)
    await startCompanion('lock', setting, name)
    const run = (count) => {
      for (let i = 0; i < count; i++) {
        lease.begin()
        mutex.acquire()
        mutex.release()
        lease.end()
      }
      return count
    }
    return { answer: () => run(ANSWER_SECTIONS), run }
  },
}

/** A process that hands the lock out over a socket: asked, and told. Nobody else wants it, so it answers at once. */
const bySocket = {
  async begin(setting) {
    const name = `socket-${process.pid}`
    await startCompanion('echo', setting, name)
    return trips(connect(join(setting.memory, name)), 1, ANSWER_SECTIONS)
  },
}

export const asks = 'How long does a section take, while another process locks and unlocks the same mutex all the time?'
export const title = 'mutex of two processes'
export const unit = 'section'
export const contestants = { 'mmap-io, mutex': byMutex, 'Unix socket, a lock server': bySocket }
export const ratios = [['mmap-io, mutex', 'Unix socket, a lock server']]
