import { forEachStrip } from './strips.mjs'

/**
 * How loud samples are, by channel, in the units of their format.
 *
 * @typedef {object} Level
 * @property {Float64Array} peaks  the largest distance from 0
 * @property {Float64Array} squares  the sum of the samples' squares
 * @property {number} broken  samples that are no finite number, as a float file can have; they count as 0
 */

/** @param {number} channels @returns {Level} */
export function silence(channels) {
  return { peaks: new Float64Array(channels), squares: new Float64Array(channels), broken: 0 }
}

/**
 * @param {import('./strips.mjs').Samples} task
 * @returns {Level}
 */
export function measureLevel(task) {
  const { channels } = task
  const level = silence(channels)
  const visit = (/** @type {import('./strips.mjs').Strip} */ { numbers, begin, end }) => {
    for (let channel = 0; channel < channels; channel++) addChannel(level, channel, numbers, begin + channel, end, channels)
  }
  forEachStrip(task, visit, 'read')
  return level
}

/**
 * @param {Level} level
 * @param {number} channel
 * @param {ArrayLike<number>} numbers
 * @param {number} begin
 * @param {number} end
 * @param {number} stride
 * @returns {void}
 */
function addChannel(level, channel, numbers, begin, end, stride) {
  let peak = 0
  let sum = 0
  for (let index = begin; index < end; index += stride) {
    const value = numbers[index]
    peak = Math.max(peak, Math.abs(value))
    sum += value * value
  }
  // One broken sample breaks the sum: the loop above need not ask each.
  if (!Number.isFinite(sum)) return addBroken(level, channel, numbers, begin, end, stride)
  level.peaks[channel] = Math.max(level.peaks[channel], peak)
  level.squares[channel] += sum
}

/** As above, and slower. @type {typeof addChannel} */
function addBroken(level, channel, numbers, begin, end, stride) {
  for (let index = begin; index < end; index += stride) {
    const value = numbers[index]
    if (Number.isFinite(value)) {
      level.peaks[channel] = Math.max(level.peaks[channel], Math.abs(value))
      level.squares[channel] += value * value
    } else {
      level.broken++
    }
  }
}

/** @param {Level} to @param {Level} level  of other samples */
export function addLevel(to, { peaks, squares, broken }) {
  for (let channel = 0; channel < peaks.length; channel++) {
    to.peaks[channel] = Math.max(to.peaks[channel], peaks[channel])
    to.squares[channel] += squares[channel]
  }
  to.broken += broken
}
