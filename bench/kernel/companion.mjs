// What a contestant's other process does: node companion.mjs <role> <setting> <name>

import { createServer } from 'node:net'
import { join } from 'node:path'
import { openRegion, pair, wordAt } from './regions.mjs'

const SECTIONS_A_TURN = 1000

const roles = {
  /** Answers each number in the first word with the same one in the second. */
  async pong(setting, name) {
    const region = openRegion(setting, name)
    const [question, answer] = [pair(region, 0), pair(region, 1)]
    ready()
    for (let seen = 0; ; ) {
      await question.wait(seen)
      seen = question.load()
      answer.publish(seen)
    }
  },

  /** As pong, blocking. */
  pongBlocking(setting, name) {
    const region = openRegion(setting, name)
    const [question, answer] = [pair(region, 0), pair(region, 1)]
    ready()
    for (let seen = 0; process.ppid !== 1; ) {
      if (!question.waitSync(seen, 1000)) continue
      seen = question.load()
      answer.publish(seen)
    }
  },

  /** Sends back whatever comes. */
  echo({ memory }, name) {
    createServer((socket) => socket.on('data', (bytes) => socket.write(bytes))).listen(join(memory, name), ready)
  },

  /** Locks and unlocks, all the time. */
  lock(setting, name) {
    const region = openRegion(setting, name)
    const { lease } = region
    const mutex = region.mutex(wordAt(region, 0), 0)
    ready()
    const turn = () => {
      for (let i = 0; i < SECTIONS_A_TURN; i++) {
        lease.begin()
        mutex.acquire()
        mutex.release()
        lease.end()
      }
      setImmediate(turn)
    }
    turn()
  },

  /** Waits on many words that nobody changes; says what that cost a second, in CPU time. */
  async idle(setting, name) {
    const { cpuWhileIdle } = await import('./idle.mjs')
    const region = openRegion(setting, name)
    for (let n = 0; n < 1000; n++) pair(region, n).wait(0)
    process.stdout.write(JSON.stringify(await cpuWhileIdle(10_000)))
    process.exit()
  },
}

function ready() {
  process.stdout.write('ready')
}

const [role, setting, name] = process.argv.slice(2)
process.stdin.on('end', () => process.exit()).resume() // the parent is gone
roles[role](JSON.parse(setting), name)
