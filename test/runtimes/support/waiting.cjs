// Waiting for what is to happen by itself: never without an end.

const { readFileSync } = require('node:fs')
const { collectGarbage } = require('./runtime.cjs')

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

/** Collects garbage until no mapping of the file is left. */
async function untilCollected(path) {
  const what = () => `${piecesMapped(path)} mappings of ${path} are left after garbage collection`
  await until(what, () => piecesMapped(path) === 0, { meanwhile: collectGarbage })
}

module.exports = { pause, piecesMapped, until, untilCollected }
