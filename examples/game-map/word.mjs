import { AGE, FIRE, GRASS, WATER, WOOD } from './tile.mjs'

// Four tiles are looked at together, as the four bytes of a 32-bit word: in most of the world nothing is decided,
// and things only get older. Which byte is which tile matters to `wordAt` alone, and world.mjs refuses files from
// machines of the other byte order.
const EACH = 0x01010101
const GRASSES = GRASS * EACH
const GRASSES_AND_WOODS = (GRASS | WOOD) * EACH
const FIRES = FIRE * EACH
const AGES = AGE * EACH
// V8 folds a module's own constants into its loops, and looks imported ones up each time.
const ONE_WATER = WATER

/**
 * Four tiles that may begin anywhere in a word: the end of one word and the beginning of the next, round the torus.
 * @param {Int32Array} plane
 * @param {number} row
 * @param {number} x
 * @param {number} width of a row, in words
 */
export function wordAt(plane, row, x, width) {
  const at = x >>> 2
  const shift = (x & 3) << 3
  // Two shifts, as `<< 32` would be `<< 0`.
  return (plane[row + at] >>> shift) | ((plane[row + ((at + 1) & (width - 1))] << (31 - shift)) << 1)
}

/**
 * Whether the rules may have more to say to one of four tiles than to get older: it burns, its ash cools, or there is
 * something about that spreads to it. Where in doubt, yes: that costs time only. The bits of what spreads stand above the bits of what it spreads to, so one shift brings
 * wood over grass and fire over wood, and two or three bring a town over both.
 * @param {number} own
 * @param {number} around
 */
export function isEventful(own, around) {
  const kinds = own | (own >>> 1) | (own >>> 2) | (own >>> 3)
  const bare = ~kinds & GRASSES
  const ash = (bare - (bare >>> 4)) & own
  const sprouting = bare & (around | (around >>> 1))
  const overgrown = own & ((around >>> 1) | (around >>> 2) | ((around >>> 3) & GRASSES)) & GRASSES_AND_WOODS
  return (ash | sprouting | overgrown | (own & FIRES)) !== 0
}

/**
 * Four tiles that are a generation older: woods and towns, up to their greatest age; grass stays.
 * @param {number} own
 */
export function olderWord(own) {
  const isOldest = ((own & AGES) + EACH) >>> 4
  return own + (((own >>> 5) | (own >>> 7)) & ~isOldest & EACH)
}

/**
 * Four tiles by the rules. Water has no life, and no soil: whatever spreads to it, it stays 0.
 * @param {Int32Array} rules
 * @param {number} own
 * @param {number} around
 * @param {number} ground
 * @param {number} dice
 */
export function nextWord(rules, own, around, ground, dice) {
  let word = 0
  for (let shift = 0; shift < 32; shift += 8) {
    const rule = rules[(((own >>> shift) & 255) << 4) | ((around >>> (shift + 4)) & 15)]
    const fertility = (ground >>> shift) & 255
    const threshold = (fertility ^ ((rule >>> 16) & 255)) - (rule >> 24)
    const isYes = (((dice >>> shift) & 255) - threshold) >> 31
    const isLand = (fertility - ONE_WATER) >> 31
    word |= (((rule & isYes) | ((rule >>> 8) & ~isYes)) & isLand & 255) << shift
  }
  return word
}
