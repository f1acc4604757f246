// A process that computes regions. Started by crew.mjs, with the path of the world as its argument; takes
// { generation, first, rows } and answers { first } or { error }.

import { Life } from './life.mjs'
import { Terrain } from './terrain.mjs'
import { World } from './world.mjs'

// Ctrl+C reaches the whole group of processes; what it means is decided by the parent alone.
process.on('SIGINT', () => {})

// The channel closes when the parent ends, however it ends: a worker never survives it by more than the regions it was given.
process.on('disconnect', () => process.exit(0))

/** @param {object} message */
function answer(message) {
  // A parent that is gone cannot be told; 'disconnect' follows.
  process.send?.(message, () => {})
}

try {
  const world = World.open(process.argv[2], 'r+')
  const life = new Life(world)
  /** @type {Terrain | undefined} */
  let terrain

  process.on('message', ({ generation, first, rows }) => {
    try {
      // An orphan that slept (SIGSTOP) while others went on must not store into what is theirs now.
      if (world.generation !== generation - 1) throw new Error(`generation ${generation} is not the next one`)
      if (generation === 1) {
        terrain ??= new Terrain(world)
        terrain.make(first, rows)
      } else {
        life.grow(generation, first, rows)
      }
      world.check()
      answer({ first })
    } catch (error) {
      answer({ error: String(error) })
    }
  })
  answer({ ready: true })
} catch (error) {
  answer({ error: String(error) })
}
