// Seeded randomness: the same numbers on every machine, and in C++ (raw/limit.cc).

/** Marsaglia's xorshift32: each call returns the next 32 bits, as a signed integer; never 0. */
export function xorshift32(seed) {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state
  }
}

/** The same values in another order. `next` returns 32 random bits. */
export function shuffled(values, next) {
  const order = [...values]
  for (let last = order.length - 1; last > 0; last--) {
    const other = (next() >>> 0) % (last + 1)
    ;[order[last], order[other]] = [order[other], order[last]]
  }
  return order
}
