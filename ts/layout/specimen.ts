import { aligned, array, bits, bytes, f64, i32, layout, line, u8, u16, u32, u64, words } from './layout'

/** A word with ranges of bits, for {@link Specimen}. */
const Owner = bits({
  waiters: [0, 1, 'somebody sleeps until the word is free'],
  dirty: [1, 1],
  slot: [2, 10, 'of the owner, plus 1; 0 = free'],
  generation: [12, 20],
})

export const Pair = layout('Pair', { key: u16, value: i32.is('may be negative') })

/** One field of every kind: the example of `docs/format/README.md` and of the tests. No file contains it. */
export const Specimen = layout('Specimen', {
  magic: u32.is('`0x4d4d4150`'),
  version: u16,
  flags: u8,
  created: u64.is('microseconds since 1970'),
  ratio: f64,
  name: bytes(20).is('UTF-8, zeros behind it'),
  weights: words(3),
  owner: line(Owner.is('who may change `pairs`')),
  tail: line(u32.is('on a cache line of its own, as every writer stores here')),
  pairs: array(Pair, 12),
  large: aligned(64, bytes(100)),
})
