import { SharingError } from '../errors'

/** For what can be done later as well: false when somebody keeps the mutex that it needs. */
export function ifUnlocked(action: () => void): boolean {
  try {
    action()
    return true
  } catch (error) {
    if (error instanceof SharingError && error.code === 'ERR_LOCK_TIMEOUT') return false
    throw error
  }
}
