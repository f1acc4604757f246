import { forEachStrip } from './strips.mjs'

/**
 * @typedef {object} Scaling
 * @property {number} factor
 * @property {boolean} whole  samples are whole numbers
 * @property {number} step  between one value and the next
 * @property {number} lowest
 * @property {number} highest
 *
 * @typedef {object} Scaled
 * @property {number} clipped  samples that ended at the limit of their format
 * @property {number} loud  float samples beyond full scale, where they may be
 */

/**
 * Makes samples louder or softer, in place.
 * @param {import('./strips.mjs').Samples & Scaling} task
 * @returns {Scaled}
 */
export function scale(task) {
  /** @type {Scaled} */
  const scaled = { clipped: 0, loud: 0 }
  const scaleStrip = task.whole ? scaleWhole : scaleFloats
  forEachStrip(task, (strip) => scaleStrip(strip, task, scaled), 'change')
  return scaled
}

/**
 * To the nearest step; a half goes up. Not by `Math.round`: that branches on the fraction, which no processor can foretell
 * in music, and takes several times as long.
 * @param {import('./strips.mjs').Strip} strip
 * @param {Scaling} scaling
 * @param {Scaled} scaled
 */
function scaleWhole({ numbers, begin, end }, { factor, step, lowest, highest }, scaled) {
  const inSteps = factor / step // exact: a step is a power of two
  let clipped = 0
  for (let index = begin; index < end; index++) {
    let value = Math.floor(numbers[index] * inSteps + 0.5) * step
    if (value > highest) {
      value = highest
      clipped++
    } else if (value < lowest) {
      value = lowest
      clipped++
    }
    numbers[index] = value
  }
  scaled.clipped += clipped
}

/**
 * What is no finite number stays what it is.
 * @param {import('./strips.mjs').Strip} strip
 * @param {Scaling} scaling
 * @param {Scaled} scaled
 */
function scaleFloats({ numbers, begin, end }, { factor, highest }, scaled) {
  let clipped = 0
  let loud = 0
  for (let index = begin; index < end; index++) {
    const before = numbers[index]
    let value = before * factor
    const distance = Math.abs(value)
    if (distance > 1) loud++
    if (distance > highest && Number.isFinite(before)) {
      value = Math.sign(value) * highest
      clipped++
    }
    numbers[index] = value
  }
  scaled.clipped += clipped
  scaled.loud += loud
}
