// Waiting for what is to happen by itself: never without an end.

const { readdirSync, readFileSync, readlinkSync } = require('node:fs')
const { NAME, collectGarbage } = require('./runtime.cjs')

// Bun's collector takes whatever lies on the stack for a reference: a few dead objects may stay.
const SPARED = NAME === 'bun' ? 2 : 0

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits until `holds()`; before each look `meanwhile()` is done. `what` may be a function, for a message with numbers. */
async function until(what, holds, { meanwhile = () => undefined, seconds = 20 } = {}) {
  for (const end = Date.now() + seconds * 1000; ; ) {
    meanwhile()
    if (holds()) return
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${typeof what === 'function' ? what() : what}`)
    await pause(5)
  }
}

/** How many pieces of this process's address space hold pages of a file: the kernel's view, not the package's. */
function piecesMapped(path) {
  return readFileSync('/proc/self/maps', 'utf8').split(`${path}\n`).length - 1
}

/** How many descriptors of a file this process has. */
function descriptorsOf(path) {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false // that of the folder just read
    }
  }).length
}

/** Collects garbage until no mapping and no descriptor of the file is left. */
async function untilCollected(path) {
  const what = () => `after garbage collection, ${piecesMapped(path)} mappings and ${descriptorsOf(path)} descriptors of ${path} are left`
  const holds = () => piecesMapped(path) <= SPARED && descriptorsOf(path) <= SPARED
  await until(what, holds, { meanwhile: collectGarbage })
}

module.exports = { SPARED, descriptorsOf, pause, piecesMapped, until, untilCollected }
