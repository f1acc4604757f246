import type { Access, Observer } from './access'

const Bytes = Uint8Array
const setBytes = Uint8Array.prototype.set
const sliceBytes = Uint8Array.prototype.slice
const compare = Buffer.compare

/** Longer memory is not compared: it would take longer than the operation. */
const LONGEST = 1 << 20

/**
 * Compares memory with what the announced stores have made of it. An instrument that overlooks stores cannot fail: one made
 * through a view from outside is an error here, and no silence.
 */
export class UnseenStores implements Observer {
  readonly #shadows = new Map<ArrayBufferLike, { memory: Uint8Array; known: Uint8Array }>()
  readonly #buffers: ReadonlySet<ArrayBufferLike>

  constructor(buffers: ReadonlySet<ArrayBufferLike>) {
    this.#buffers = buffers
    for (const buffer of buffers) this.#watch(buffer)
  }

  ahead(): void {
    for (const { memory, known } of this.#shadows.values()) {
      if (compare(memory, known) === 0) continue
      const at = memory.findIndex((byte, i) => byte !== known[i])
      throw new Error(`the byte at ${at} was stored to unseen: through a view that was made before the memory was traced`)
    }
  }

  after({ kind, buffer, at, length }: Access): void {
    if (kind === 'call') for (const seen of this.#buffers) this.#watch(seen)
    const shadow = buffer && (this.#shadows.get(buffer) ?? this.#watch(buffer))
    if (shadow) setBytes.call(shadow.known, new Bytes(shadow.memory.buffer, at, length), at)
  }

  #watch(buffer: ArrayBufferLike) {
    if (buffer.byteLength > LONGEST) return undefined
    const memory = new Bytes(buffer)
    const shadow = { memory, known: sliceBytes.call(memory) }
    this.#shadows.set(buffer, shadow)
    return shadow
  }
}
