// Chance that is a pure function of the seed and of a place in space and time. No generator is carried from
// region to region: that would make the world depend on who computed which region, and in what order.

/**
 * Mixes three integers into 32 bits (the finalizer of MurmurHash3, once for each of them).
 * @param {number} seed
 * @param {number} a
 * @param {number} b
 */
export function hash(seed, a, b) {
  return mix(mix(mix(seed) ^ a) ^ b)
}

/** @param {number} value */
function mix(value) {
  let bits = (value + 0x9e3779b9) | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

/**
 * The next state of a generator that visits all 2^32 of them. (A function and not two constants to import: V8 folds
 * the constants of a module into its own code only, and elsewhere this line would become floating-point arithmetic.)
 * @param {number} state
 */
export function advance(state) {
  return (Math.imul(state, 1664525) + 1013904223) | 0
}

/**
 * A generator's state has poor low bits; these are good ones, all 32.
 * @param {number} state
 */
export function scramble(state) {
  const bits = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
  return bits ^ (bits >>> 13)
}
