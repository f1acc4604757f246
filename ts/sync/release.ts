import { binding } from '../native/binding'
import { OWNER, WAITERS } from './owner-word'

/**
 * Gives a mutex up that is in the name of `owner`: the word becomes `rest`, and one sleeper is woken. Whatever else
 * the word may hold is not overwritten: false when it is in another name.
 */
export function release(words: Int32Array, index: number, owner: number, rest: number): boolean {
  for (let expected = owner; ; ) {
    const word = Atomics.compareExchange(words, index, expected, rest) // PUBLISH: free; pairs with the one in acquire()
    if (word === expected) {
      if ((word & WAITERS) !== 0) binding.wakeWord(words, index, 1)
      return true
    }
    if ((word & OWNER) !== owner) return false
    expected = word // somebody came to wait
  }
}
