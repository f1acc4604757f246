import { forEachStrip } from './strips.mjs'

/**
 * The outline of a sound: how far its samples reach in each column of a picture, and in each lane of the column.
 *
 *     slot = (column - first column) × lanes + lane
 *
 * @typedef {object} Envelope
 * @property {number} column  the first
 * @property {number} lanes
 * @property {Float64Array} minima  by slot, in the units of the format
 * @property {Float64Array} maxima
 * @property {Float64Array} squares  sums
 * @property {Float64Array} counts  of samples
 *
 * @typedef {object} Outline
 * @property {number} first  frames ahead of these samples
 * @property {number} frames  of all that the picture shows: as many as columns, or more
 * @property {number} columns  of all the picture
 * @property {number} lanes  one a channel, or one for all
 */

/** @param {number} column @param {number} columns @param {number} lanes @returns {Envelope} */
export function emptyEnvelope(column, columns, lanes) {
  const slots = columns * lanes
  return {
    column,
    lanes,
    minima: new Float64Array(slots).fill(Number.POSITIVE_INFINITY),
    maxima: new Float64Array(slots).fill(Number.NEGATIVE_INFINITY),
    squares: new Float64Array(slots),
    counts: new Float64Array(slots),
  }
}

/**
 * @param {import('./strips.mjs').Samples & Outline & { count: number }} task  `count` frames
 * @returns {Envelope} only the columns that these samples touch
 */
export function outline(task) {
  const { channels, first, frames, columns, lanes, count } = task
  const columnOf = (/** @type {number} */ frame) => Math.floor((frame * columns) / frames)
  const envelope = emptyEnvelope(columnOf(first), columnOf(first + count - 1) - columnOf(first) + 1, lanes)
  const visit = (/** @type {import('./strips.mjs').Strip} */ strip) => {
    let begin = strip.begin
    while (begin < strip.end) {
      const frame = first + strip.first + (begin - strip.begin) / channels
      const column = columnOf(frame)
      // At least one frame on, so that no rounding can stop the loop.
      const inColumn = Math.max(1, Math.ceil(((column + 1) * frames) / columns) - frame)
      const end = Math.min(strip.end, begin + inColumn * channels)
      addColumn(envelope, (column - envelope.column) * lanes, { ...strip, begin, end }, channels)
      begin = end
    }
  }
  forEachStrip(task, visit, 'read')
  return envelope
}

/** @param {Envelope} envelope @param {number} slot  of the first lane @param {import('./strips.mjs').Strip} strip @param {number} channels */
function addColumn(envelope, slot, { numbers, begin, end }, channels) {
  for (let channel = 0; channel < channels; channel++) {
    const at = envelope.lanes === 1 ? slot : slot + channel
    let lowest = envelope.minima[at]
    let highest = envelope.maxima[at]
    let sum = 0
    for (let index = begin + channel; index < end; index += channels) {
      const value = numbers[index]
      lowest = Math.min(lowest, value)
      highest = Math.max(highest, value)
      sum += value * value
    }
    envelope.minima[at] = lowest
    envelope.maxima[at] = highest
    envelope.squares[at] += sum
    envelope.counts[at] += (end - begin) / channels
  }
}

/**
 * Puts the outline of other samples in its place; a column that both touch is joined.
 * @param {Envelope} to
 * @param {Envelope} envelope
 */
export function addEnvelope(to, { column, minima, maxima, squares, counts }) {
  const shift = (column - to.column) * to.lanes
  for (let slot = 0; slot < counts.length; slot++) {
    to.minima[shift + slot] = Math.min(to.minima[shift + slot], minima[slot])
    to.maxima[shift + slot] = Math.max(to.maxima[shift + slot], maxima[slot])
    to.squares[shift + slot] += squares[slot]
    to.counts[shift + slot] += counts[slot]
  }
}
