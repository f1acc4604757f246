import { Refusal } from './refusal.mjs'

const BEAT = 1000
const PATIENCE = 10

/**
 * The right to write a world, held by one program at a time, in two words of the mapped header: the owner's
 * process id and when it last showed life, in seconds.
 *
 * An owner may be killed, and nobody gives its lease back. So a lease counts only while its process lives, and
 * (as process ids are used again, at the latest after a reboot) shows life. A dead owner's workers may still be
 * finishing a region: they store what the next owner's workers will store there too, as a tile is a function of
 * seed and generation; and they begin none (worker.mjs) once the world is further.
 */
export class Lease {
  #words
  #owner
  #timer

  /** @param {import('./world.mjs').World} world */
  constructor(world) {
    const { words, owner, beat } = world.owner
    this.#words = words
    this.#owner = owner
    const holder = Atomics.load(words, owner)
    if (holder !== 0 && now() - Atomics.load(words, beat) < PATIENCE && isAlive(holder)) throw inUse(world.path, holder)
    // First the sign of life, then the claim: between the two stores a rival must not see an old one under our name.
    Atomics.store(words, beat, now())
    const rival = Atomics.compareExchange(words, owner, holder, process.pid)
    if (rival !== holder) throw inUse(world.path, rival)
    this.#timer = setInterval(() => Atomics.store(words, beat, now()), BEAT)
    this.#timer.unref()
  }

  /** Throws if another program took over: this one slept for too long (SIGSTOP, a suspended laptop). */
  check() {
    const holder = Atomics.load(this.#words, this.#owner)
    if (holder !== process.pid) throw new Refusal(`lost the world to process ${holder}: this one showed no life for ${PATIENCE} s`)
  }

  release() {
    clearInterval(this.#timer)
    Atomics.compareExchange(this.#words, this.#owner, process.pid, 0)
  }
}

function now() {
  return Math.floor(Date.now() / 1000)
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/**
 * @param {string} path
 * @param {number} holder
 */
function inUse(path, holder) {
  return new Refusal(`${path}: process ${holder} is simulating this world`)
}
