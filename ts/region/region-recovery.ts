import type { Arena } from '../arena/arena'
import type { ArenaPlace } from '../arena/arena-place'
import { ArenaRecovery } from '../arena/arena-recovery'
import { OpenerSlot } from '../arena/opener-slot'
import type { Recovery } from '../sync/burial'
import { Journal } from '../sync/journal'
import type { SharedWords } from '../sync/shared-words'
import type { Slots } from '../sync/slots'
import { Superblock } from './superblock'

const GROWTH = Superblock.index.growth / 2

/** How openers of a region are buried: the journal first, then the structure's part, then the arena's. */
export class RegionRecovery implements Recovery {
  readonly #memory: SharedWords
  readonly #slots: Slots
  readonly #arenaRecovery: ArenaRecovery | undefined
  readonly #structure: Recovery | undefined
  /** This opener's, once it has one. */
  arena: Arena | undefined

  constructor(memory: SharedWords, slots: Slots, arena: ArenaPlace | undefined, structure: Recovery | undefined) {
    this.#memory = memory
    this.#slots = slots
    this.#arenaRecovery = arena === undefined ? undefined : new ArenaRecovery(arena, slots)
    this.#structure = structure
  }

  settle(slot: number): void {
    new Journal(this.#memory, this.#slots.at(slot) + OpenerSlot.index.journal).redo()
    this.#structure?.settle(slot)
    this.#arenaRecovery?.settle(slot)
  }

  /** The mutex of growth protects one word, which is stored when all is done. */
  recover(mutex: number, slot: number): void {
    if (mutex === GROWTH || this.#arenaRecovery?.recover(mutex, slot)) return
    this.#structure?.recover(mutex, slot)
  }

  payDebts(): void {
    this.arena?.payDebts()
    this.#structure?.payDebts()
  }
}
