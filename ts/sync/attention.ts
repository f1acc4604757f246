import { watchWord } from './word-watch'

/** Somebody who hears of a word, until {@link stop}. */
export interface Attention {
  stop(): void
}

/**
 * Calls `attend` from the event loop each time the word changed, without keeping the loop alive.
 * @throws {SystemError} `EAGAIN` when the system has no thread left to wait with
 */
export function watchAttention(words: Int32Array, index: number, attend: () => void): Attention {
  let cancel: () => void
  const watch = (): void => {
    cancel = watchWord(words, index, Atomics.load(words, index), { keepsLoop: false, announced: true }, () => {
      watch()
      attend()
    })
  }
  watch()
  return { stop: () => cancel() }
}
