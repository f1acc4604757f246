// Two processes that wake each other, in turn.

import { connect } from 'node:net'
import { join } from 'node:path'
import { startCompanion } from './partners.mjs'
import { openRegion, pair } from './regions.mjs'
import { trips } from './trips.mjs'

const ANSWER_WAKES = 1000 // limit.cc

/** Starts the other process; returns `trip()`, there and back. */
export async function tripper(setting, blocking) {
  const name = `wake-${blocking}-${process.pid}`
  const region = openRegion(setting, name)
  const [question, answer] = [pair(region, 0), pair(region, 1)]
  await startCompanion(blocking ? 'pongBlocking' : 'pong', setting, name)
  let number = 0
  const blockingTrip = () => {
    question.publish(++number)
    answer.waitSync(number - 1)
  }
  const trip = () => {
    question.publish(++number)
    return answer.wait(number - 1)
  }
  return blocking ? blockingTrip : trip
}

export const byWaiter = {
  async begin(setting) {
    const trip = await tripper(setting, false)
    const run = async (count) => {
      for (let i = 0; i < count; i += 2) await trip()
      return count
    }
    return { answer: () => run(ANSWER_WAKES), run }
  },
}

export const byBlockingWaiter = {
  async begin(setting) {
    const trip = await tripper(setting, true)
    const run = (count) => {
      for (let i = 0; i < count; i += 2) trip()
      return count
    }
    return { answer: () => run(ANSWER_WAKES), run }
  },
}

export const bySocket = {
  async begin(setting) {
    const name = `wake-socket-${process.pid}`
    await startCompanion('echo', setting, name)
    return trips(connect(join(setting.memory, name)), 2, ANSWER_WAKES)
  },
}
