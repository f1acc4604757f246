import { drawLevels, drawTimes, levelsOf } from './axes.mjs'
import { Canvas } from './canvas.mjs'

/**
 * @typedef {import('./canvas.mjs').Colour} Colour
 * @typedef {import('./layout.mjs').Box} Box
 * @typedef {import('../samples/envelope.mjs').Envelope} Envelope
 *
 * @typedef {object} Scale
 * @property {number} fullScale  in the units of the envelope
 * @property {number} highest  that a sample can be before it is called too loud
 * @property {number} from  seconds
 * @property {number} seconds
 */

/** @type {Colour} */
const PAPER = [13, 17, 25]
/** @type {Colour} */
const LANE = [21, 27, 40]
/** @type {Colour} */
const TOO_LOUD = [255, 77, 87]
/** From the middle of a lane to its edge. @type {Colour[]} */
const SOUND = [
  [45, 212, 191],
  [56, 189, 248],
  [129, 140, 248],
  [217, 120, 249],
]

/**
 * Draws lanes below each other. In each, the pale part reaches as far as samples do and the bright one as far as their RMS.
 * Red are the ends of columns that touch full scale, and all of a column with a sample that is no number.
 *
 * @param {Envelope} envelope
 * @param {Scale} scale
 * @param {import('./layout.mjs').Layout} layout
 * @returns {Buffer} a PNG
 */
export function drawWaveform(envelope, scale, layout) {
  const canvas = new Canvas(layout.width, layout.height)
  canvas.box({ x: 0, y: 0, width: layout.width, height: layout.height }, PAPER, 1)
  for (const [index, lane] of layout.lanes.entries()) {
    canvas.box(lane, LANE, 1)
    if (layout.dot > 0) drawLevels(canvas, lane, layout.dot)
    if (envelope.counts.length > 0) drawLane(canvas, lane, columnsOf(envelope, index, scale, lane), scale)
  }
  if (layout.dot > 0 && scale.seconds > 0) drawTimes(canvas, layout, scale)
  return canvas.encode()
}

/** A column of a lane; amplitudes, 1 being full scale. @typedef {{ low: number, high: number, rms: number }} Column */

/** @param {Envelope} envelope @param {number} index @param {Scale} scale @param {Box} lane @returns {Column[]} */
function columnsOf({ lanes, minima, maxima, squares, counts }, index, { fullScale }, { width }) {
  const columns = counts.length / lanes
  return Array.from({ length: width }, (_, x) => {
    const slot = Math.floor((x * columns) / width) * lanes + index
    return { low: minima[slot] / fullScale, high: maxima[slot] / fullScale, rms: Math.sqrt(squares[slot] / counts[slot]) / fullScale }
  })
}

/** @param {Canvas} canvas @param {Box} lane @param {Column[]} columns @param {Scale} scale */
function drawLane(canvas, lane, columns, { highest, fullScale }) {
  const { middle, reach } = levelsOf(lane)
  const yOf = (/** @type {number} */ amplitude) => middle - Math.min(1, Math.max(-1, amplitude)) * reach
  const colours = Array.from({ length: lane.height }, (_, row) => gradient(Math.abs(lane.y + row + 0.5 - middle) / reach))
  const colourAt = (/** @type {number} */ y) => colours[Math.floor(y) - lane.y] ?? TOO_LOUD
  const red = () => TOO_LOUD
  for (const [index, { low, high, rms }] of columns.entries()) {
    const x = lane.x + index
    if (!Number.isFinite(low) || !Number.isFinite(high)) {
      canvas.column(x, lane.y, lane.y + lane.height, red, 1)
      continue
    }
    // It holds the middle always: so lines do not break, and silence is a line.
    const top = Math.min(yOf(high), middle - 0.5)
    const bottom = Math.max(yOf(low), middle + 0.5)
    canvas.column(x, top, bottom, colourAt, 0.65)
    canvas.column(x, Math.max(top, yOf(rms)), Math.min(bottom, yOf(-rms)), colourAt, 0.85)
    if (high >= highest / fullScale) canvas.column(x, lane.y, lane.y + 3, red, 1)
    if (low <= -1) canvas.column(x, lane.y + lane.height - 3, lane.y + lane.height, red, 1)
  }
}

/** @param {number} place  0 to 1 @returns {Colour} */
function gradient(place) {
  const at = Math.min(place, 0.9999) * (SOUND.length - 1)
  const from = SOUND[Math.floor(at)]
  const to = SOUND[Math.floor(at) + 1]
  const mix = (/** @type {number} */ part) => Math.round(from[part] + (to[part] - from[part]) * (at % 1))
  return [mix(0), mix(1), mix(2)]
}
