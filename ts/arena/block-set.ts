/** A set of blocks, by granule: a bit for every 16 bytes of the region, made as they are needed. */
export class BlockSet {
  readonly #parts = new Map<number, Uint32Array>()
  size = 0

  /** False when it was there. */
  add(block: number): boolean {
    const part = this.#partOf(block)
    const { word, bit } = placeIn(block)
    if ((part[word]! & bit) !== 0) return false
    part[word]! |= bit
    this.size++
    return true
  }

  has(block: number): boolean {
    const part = this.#parts.get(Math.floor(block / GRANULES_PER_PART))
    const { word, bit } = placeIn(block)
    return part !== undefined && (part[word]! & bit) !== 0
  }

  #partOf(block: number): Uint32Array {
    const number = Math.floor(block / GRANULES_PER_PART)
    let part = this.#parts.get(number)
    if (part === undefined) {
      part = new Uint32Array(PART_WORDS)
      this.#parts.set(number, part)
    }
    return part
  }
}

const PART_WORDS = 1 << 14
const GRANULES_PER_PART = PART_WORDS * 32 * 2

function placeIn(block: number): { word: number; bit: number } {
  const place = Math.floor((block % GRANULES_PER_PART) / 2)
  return { word: place >>> 5, bit: 1 << (place & 31) }
}
