import { systemError } from '../errors'
import { binding } from '../native/binding'

/** Hears of one change of a word. Keeps the word's memory in place until then. */
interface Watch {
  readonly words: Int32Array
  readonly keepsLoop: boolean
  changed(): void
}

export interface WatchOptions {
  /** The event loop stays alive while the watch is there. */
  readonly keepsLoop: boolean
  /** Whoever changes the word also wakes those asleep on it. Without this, it is looked at now and then, up to 20 ms late. */
  readonly announced: boolean
}

const watches = new Map<number, Watch>()
/** Memory that is mapped later, at the same address, has another number. */
const memories = new WeakMap<ArrayBufferLike, number>()
let lastMemory = 0
let lastToken = 0
let keeping = 0
let listener = 0

/**
 * Calls `changed` once, from the event loop, when the word holds something else than `expected`: soon after that,
 * or soon after this call. Never blocks. Returns what takes the watch back.
 * @throws {SystemError} `EAGAIN` when the system has no thread left to wait with
 */
export function watchWord(words: Int32Array, index: number, expected: number, options: WatchOptions, changed: () => void): () => void {
  listen()
  const token = ++lastToken
  watches.set(token, { words, keepsLoop: options.keepsLoop, changed })
  if (options.keepsLoop) keep(1)
  const outcome = binding.watchWord(listener, token, words, index, memoryOf(words), expected, options.announced)
  if (outcome === 0) return () => void forget(token, true)
  forget(token, false)
  throw systemError(-outcome, 'pthread_create')
}

function memoryOf({ buffer }: Int32Array): number {
  const known = memories.get(buffer)
  if (known !== undefined) return known
  memories.set(buffer, ++lastMemory)
  return lastMemory
}

function listen(): void {
  if (listener !== 0) return
  listener = binding.onChange((token) => {
    try {
      forget(token, false)?.changed()
    } catch (error) {
      // Node-API would swallow it here, and keep the others of this turn from hearing; from the loop it is an uncaught exception.
      process.nextTick(() => {
        throw error
      })
    }
  })
}

function forget(token: number, unwatch: boolean): Watch | undefined {
  const watch = watches.get(token)
  if (watch === undefined) return undefined
  watches.delete(token)
  if (unwatch) binding.unwatchWord(listener, token)
  if (watch.keepsLoop) keep(-1)
  return watch
}

function keep(change: 1 | -1): void {
  const before = keeping
  keeping += change
  if (before === 0 || keeping === 0) binding.keepLoopAlive(listener, keeping > 0)
}
