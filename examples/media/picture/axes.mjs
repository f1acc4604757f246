import { Canvas } from './canvas.mjs'

/** @typedef {import('./layout.mjs').Box} Box */

/** @type {import('./canvas.mjs').Colour} */
const LINE = [255, 255, 255]
/** @type {import('./canvas.mjs').Colour} */
const LETTERS = [138, 150, 170]

/** Amplitudes that have a line, with their dBFS. @type {[number, string][]} */
const LEVELS = [
  [1, '0'],
  [0.5012, '-6'],
  [0.2512, '-12'],
]

/** Steps that clocks and people know, in seconds. */
const STEPS = [
  ...[1e-5, 1e-4, 1e-3, 1e-2, 1e-1].flatMap((step) => [step, 2 * step, 5 * step]),
  ...[1, 2, 5, 10, 15, 30].flatMap((step) => [step, step * 60]),
  ...[1, 2, 3, 6, 12, 24, 48, 120, 240].map((hours) => hours * 3600),
].sort((a, b) => a - b)

/** The middle of a lane, and how far full scale is from it. @param {Box} lane */
export function levelsOf(lane) {
  return { middle: lane.y + lane.height / 2, reach: lane.height / 2 - 1 }
}

/** Lines of equal level in a lane, with decibels beside them where they do not touch. @param {Canvas} canvas @param {Box} lane @param {number} dot */
export function drawLevels(canvas, lane, dot) {
  const { middle, reach } = levelsOf(lane)
  const { height } = Canvas.textSize('0', dot)
  let free = lane.y
  canvas.box({ x: lane.x, y: Math.floor(middle), width: lane.width, height: 1 }, LINE, 0.14)
  for (const [amplitude, label] of LEVELS) {
    for (const sign of [-1, 1]) {
      const y = Math.round(middle + sign * amplitude * reach)
      if (amplitude < 1) canvas.box({ x: lane.x, y, width: lane.width, height: 1 }, LINE, 0.05)
    }
    const y = Math.max(lane.y, Math.round(middle - amplitude * reach - height / 2))
    if (y < free) continue
    free = y + height + 2 * dot
    canvas.text(label, { x: lane.x - Canvas.textSize(label, dot).width - 3 * dot, y, size: dot }, LETTERS)
  }
}

/**
 * Lines of time through all lanes, and the time below.
 * @param {Canvas} canvas
 * @param {import('./layout.mjs').Layout} layout
 * @param {{ from: number, seconds: number }} span
 */
export function drawTimes(canvas, { lanes, height, dot }, { from, seconds }) {
  const { x, y, width } = lanes[0]
  const room = Canvas.textSize('0:00:00', dot).width * 1.4
  const step = STEPS.find((step) => (step / seconds) * width >= room) ?? seconds
  const last = lanes[lanes.length - 1]
  const bottom = last.y + last.height
  for (let tick = Math.ceil(from / step); tick * step <= from + seconds; tick++) {
    const at = Math.round(x + ((tick * step - from) / seconds) * width)
    canvas.box({ x: at, y, width: 1, height: bottom - y }, LINE, 0.07)
    const label = clock(tick * step, step)
    const size = Canvas.textSize(label, dot)
    const left = Math.min(Math.max(at - Math.floor(size.width / 2), 0), canvas.width - size.width)
    canvas.text(label, { x: left, y: Math.round((bottom + height - size.height) / 2), size: dot }, LETTERS)
  }
}

/** @param {number} time @param {number} step */
function clock(time, step) {
  const digits = step >= 1 ? 0 : Math.ceil(-Math.log10(step))
  const [whole, fraction] = time.toFixed(digits).split('.')
  const total = Number(whole)
  const hours = Math.floor(total / 3600)
  const minutes = String(Math.floor(total / 60) % 60)
  const seconds = String(total % 60).padStart(2, '0')
  const start = hours > 0 ? `${hours}:${minutes.padStart(2, '0')}` : minutes
  return fraction === undefined ? `${start}:${seconds}` : `${start}:${seconds}.${fraction}`
}
