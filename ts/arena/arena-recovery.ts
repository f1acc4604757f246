/**
 * What an arena knows of the unfinished business of openers: its share of `Recovery`.
 *
 * (1) A block that is taken from, or put on, the opener's magazine is named by the intent meanwhile: so it is
 *     either on top of the magazine, or it is not there, and never lost.
 * (2) A stack moves between the opener and a class under the mutex of the class. It is put down in the new place
 *     before it is taken from the old: so it may be found in both, and then belongs to the class, as the class's
 *     words are the first to be changed, or the last. A stack that is both spare and loaded is the spare one.
 * (3) The magazines of a dead opener stay with its slot: for the slot's next opener, or for an opener that runs short
 *     and holds the byte of the slot (`Arena`).
 * (4) Large blocks need the mutex of the page runs to be given back: they become a debt, which stays with the slot, too.
 * (5) All of this is stored plainly. Nobody reads it while its opener lives, and when that is dead all that it stored
 *     can be seen: its stores up to one of them, in the order of the program.
 */

import { FormatError } from '../errors'
import { wordOf } from '../sync/shared-words'
import type { Slots } from '../sync/slots'
import type { ArenaPlace } from './arena-place'
import { ArenaHeader, ClassHeader, Intent, IntentState, Magazine } from './layouts'
import { OpenerSlot } from './opener-slot'
import { CLASS_COUNT } from './size-class'

const INTENT: number = OpenerSlot.index.intent
const { state: STATE, block: BLOCK, at: AT, half: HALF, value: VALUE, old: OLD, debt: DEBT } = Intent.index
const MAGAZINES: number = OpenerSlot.index.magazines
const { loaded: LOADED, spare: SPARE } = Magazine.index
const MAGAZINE_WORDS: number = Magazine.byteLength / 4
const CLASSES: number = ArenaHeader.index.classes
const CLASS_WORDS: number = ClassHeader.byteLength / 4
const { head: HEAD, fresh: FRESH, freshEnd: FRESH_END } = ClassHeader.index

/** Settles what openers had begun in the arena: of the dead, or of oneself. Takes no mutex, allocates nothing. */
export class ArenaRecovery {
  readonly #place: ArenaPlace
  readonly #slots: Slots
  readonly #front: Int32Array

  constructor(place: ArenaPlace, slots: Slots) {
    this.#place = place
    this.#slots = slots
    this.#front = place.memory.front
  }

  /** See `Recovery.settle`. The journal is settled already. */
  settle(slot: number): void {
    const at = this.#slots.at(slot)
    this.#settleStacks(at + MAGAZINES)
    this.#settleIntent(at + INTENT, at + MAGAZINES)
  }

  /** See `Recovery.recover`: whether the mutex is one of the arena's. Page runs change by the journal alone, and are whole. */
  recover(mutex: number, slot: number): boolean {
    const word = mutex * 2 - this.#place.header
    if (word === ArenaHeader.index.lock) return true
    const sizeClass = (word - CLASSES) / CLASS_WORDS
    if (!Number.isInteger(sizeClass) || sizeClass < 0 || sizeClass >= CLASS_COUNT) return false
    if (slot !== -1) this.#settleSpare(this.#slots.at(slot) + MAGAZINES + sizeClass * MAGAZINE_WORDS, this.#place.header + word)
    return true
  }

  #settleSpare(magazine: number, header: number): void {
    const words = this.#front
    const spare = words[magazine + SPARE]
    const fresh = words[header + FRESH]
    // A run that is used up names the granule behind it, which may be a block of another run.
    const unused = fresh !== words[header + FRESH_END] && spare === fresh
    if (spare !== 0 && (spare === words[header + HEAD] || unused)) words[magazine + SPARE] = 0
  }

  #settleStacks(magazines: number): void {
    const words = this.#front
    for (let magazine = magazines; magazine < magazines + CLASS_COUNT * MAGAZINE_WORDS; magazine += MAGAZINE_WORDS) {
      if (words[magazine + LOADED] === words[magazine + SPARE]) words[magazine + LOADED] = 0
    }
  }

  #settleIntent(intent: number, magazines: number): void {
    const words = this.#front
    switch (words[intent + STATE]) {
      case IntentState.NONE:
        return
      case IntentState.ALLOCATED:
        this.#reclaim(words[intent + BLOCK]! >>> 0, intent, magazines)
        break
      case IntentState.PUBLISHING:
        this.#reclaim(words[intent + (this.#isPublished(intent) ? OLD : BLOCK)]! >>> 0, intent, magazines)
        break
      case IntentState.FREEING:
        this.#reclaim(words[intent + OLD]! >>> 0, intent, magazines)
        break
      default:
        throw new FormatError('ERR_CORRUPT', `an intent of state ${words[intent + STATE]}`)
    }
    words[intent + STATE] = IntentState.NONE
  }

  #isPublished(intent: number): boolean {
    const { memory } = this.#place
    const words = this.#front
    const at = words[intent + AT]! >>> 0
    memory.check(at, 1, 'the publishing word of an intent')
    return Atomics.load(memory.words(at), wordOf(at) + (words[intent + HALF]! & 1)) === words[intent + VALUE]
  }

  #reclaim(block: number, intent: number, magazines: number): void {
    if (block === 0) return
    const sizeClass = this.#place.table.classAt(block)
    const list = sizeClass === -1 ? intent + DEBT : magazines + sizeClass * MAGAZINE_WORDS + LOADED
    const top = this.#front[list]!
    if (top === (block | 0)) return
    const words = this.#place.memory.words(block)
    const word = wordOf(block)
    words[word] = top
    if (sizeClass !== -1) words[word + 1] = this.#heightOf(top) + 1
    this.#front[list] = block
  }

  #heightOf(top: number): number {
    if (top === 0) return 0
    this.#place.memory.check(top >>> 0, 2, 'a block of a magazine')
    return this.#place.memory.words(top >>> 0)[wordOf(top >>> 0) + 1]!
  }
}
