import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'

/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Makes a file under a temporary name beside `path`, and gives it its own name when it is whole. An error or a signal
 * removes it; only `kill -9` can leave one behind, and that is called `.part`.
 *
 * @template Result
 * @param {string} path  replaced, if it exists
 * @param {(temporary: string) => Promise<Result>} make
 */
export async function finish(path, make) {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`
  const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    rmSync(temporary, { force: true })
    process.kill(process.pid, signal) // `once` took this listener away: now the signal does what it always does
  }
  for (const signal of SIGNALS) process.once(signal, onSignal)
  try {
    const result = await make(temporary)
    await rename(temporary, path)
    return result
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}
