// A double crosses a few private bytes, as two words: no double is ever stored into shared memory at one go.

const doubles = new Float64Array(1)
const halves = new Int32Array(doubles.buffer)

const NAN_HIGH = 0x7ff80000

/** Packs a number into two words, low half first. Every NaN becomes the same one; -0 stays -0. */
export function packDouble(value: number, words: Int32Array, index: number): void {
  doubles[0] = value
  const isNumber = !Number.isNaN(value)
  words[index] = isNumber ? halves[0]! : 0
  words[index + 1] = isNumber ? halves[1]! : NAN_HIGH
}

/** The number of two words, whatever they are. */
export function readDouble(words: Int32Array, index: number): number {
  halves[0] = words[index]!
  halves[1] = words[index + 1]!
  return doubles[0]!
}
