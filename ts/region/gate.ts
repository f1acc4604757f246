import { SharingError } from '../errors'
import type { ByteLocks } from '../memory/byte-locks'
import { type ByteLock, binding } from '../native/binding'
import { LOCK_BYTES } from '../sync/slots'

const LONGEST_PAUSE = 5 // milliseconds
const TIMEOUT = 5000 // milliseconds: making a region may take its maker a while

/**
 * Runs `action` while nobody else makes, opens or destroys the region; with {@link ByteLock.SHARED}, others that only read may
 * open it, too. A maker that dies lets the next one in. Blocks, at most for `timeout` milliseconds.
 * @throws {SharingError} `ERR_LOCK_TIMEOUT`
 */
export function withinGate<Result>(locks: ByteLocks, kind: ByteLock, name: string, action: () => Result, timeout = TIMEOUT): Result {
  const end = performance.now() + timeout
  for (let pause = 0.1; !locks.tryLock(LOCK_BYTES.gate, kind); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (performance.now() > end)
      throw new SharingError('ERR_LOCK_TIMEOUT', `${name}: somebody has been making or opening it for ${timeout} ms: is it stopped?`)
    binding.sleep(pause)
  }
  try {
    return action()
  } finally {
    locks.unlock(LOCK_BYTES.gate)
  }
}
