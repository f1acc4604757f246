import { AGE, ASH, FIRE, GRASS, TOWN, WOOD } from './tile.mjs'

// What becomes of a tile, as a table: one entry for each life and each mixture of kinds about it, so that the
// processor has nothing to guess. (Written as branches on dice, it guesses wrong on every other tile.)
//
//   bits 0-7   what it becomes if the dice are below (fertility ^ turned) - hindrance
//   bits 8-15  what it becomes otherwise
//   bits 16-23 turned: 255 where poor soil helps, as it helps a fire
//   bits 24-31 hindrance, -128 to 127

/** What a fire is at first: it burns until its age is 0. */
export const NEW_FIRE = FIRE | 1

const POOR_SOIL_HELPS = 255
/** Less than none: dry wood burns well. */
const FIRES_HINDRANCE = -40
/** Woods need better soil than grass. */
const WOODS_HINDRANCE = 60
/** Towns grow slowly, and only where much else would. */
const TOWNS_HINDRANCE = 110

/**
 * @param {boolean} isSettling whether towns spread in this generation
 * @returns {Int32Array} by `life << 4 | around >> 4`
 */
export function rulesOf(isSettling) {
  return Int32Array.from({ length: 4096 }, (_, key) => {
    const { yes, no, turned = 0, hindrance = 0 } = ruleOf(key >>> 4, (key & 15) << 4, isSettling)
    return yes | (no << 8) | (turned << 16) | (hindrance << 24)
  })
}

/**
 * @param {number} life
 * @param {number} around kinds of the four neighbours, `|`ed
 * @param {boolean} isSettling
 * @returns {{ yes: number, no: number, turned?: number, hindrance?: number }}
 */
function ruleOf(life, around, isSettling) {
  if (life & TOWN) return surely(older(life))
  if (life & FIRE) return surely(life & AGE ? life - 1 : ASH)
  if (life & WOOD) {
    if (around & FIRE) return { yes: NEW_FIRE, no: older(life), turned: POOR_SOIL_HELPS, hindrance: FIRES_HINDRANCE }
    return around & TOWN && isSettling ? { yes: TOWN, no: older(life), hindrance: TOWNS_HINDRANCE } : surely(older(life))
  }
  if (life & GRASS) {
    if (around & TOWN && isSettling) return { yes: TOWN, no: life, hindrance: TOWNS_HINDRANCE }
    return around & WOOD ? { yes: WOOD, no: life, hindrance: WOODS_HINDRANCE } : surely(life)
  }
  if (life) return surely(life - 1)
  return around & (GRASS | WOOD) ? { yes: GRASS, no: 0 } : surely(0)
}

/** @param {number} life */
function surely(life) {
  return { yes: life, no: life }
}

/** @param {number} life */
function older(life) {
  return (life & AGE) === AGE ? life : life + 1
}
