import { forEachStrip } from './strips.mjs'

/**
 * A piece of music for want of a recording. Each sample follows from its place alone, so that any thread can make any part.
 *
 * @typedef {object} Part
 * @property {number} first  frames ahead of these samples
 * @property {number} frames  of the whole piece
 * @property {number} rate
 * @property {number} largest  the number that is full scale
 * @property {boolean} whole  samples are whole numbers
 *
 * @typedef {object} Movement
 * @property {number} loud  0 to 1
 * @property {number} grow  how much of that comes only with time
 * @property {number} root  of the chord, in Hz
 * @property {number} chord  its share, as of the other voices; together they are 1, so that nothing is clipped
 * @property {number} chirp
 * @property {number} beat
 * @property {number} noise
 */

/** @type {Movement[]} */
const MOVEMENTS = [
  { loud: 0.4, grow: 0.7, root: 110, chord: 1, chirp: 0, beat: 0, noise: 0 },
  { loud: 0.66, grow: 0.2, root: 131, chord: 0.45, chirp: 0, beat: 0.55, noise: 0 },
  { loud: 0.86, grow: 0.1, root: 98, chord: 0.35, chirp: 0, beat: 0.6, noise: 0.05 },
  { loud: 0.5, grow: -0.6, root: 110, chord: 0.2, chirp: 0.8, beat: 0, noise: 0 },
  { loud: 0.94, grow: 0.4, root: 147, chord: 0.4, chirp: 0.1, beat: 0.4, noise: 0.1 },
  { loud: 1, grow: 0, root: 165, chord: 0.35, chirp: 0.1, beat: 0.5, noise: 0.05 },
  { loud: 0.24, grow: -0.4, root: 82, chord: 0.95, chirp: 0, beat: 0, noise: 0.05 },
  { loud: 0.12, grow: 0.5, root: 110, chord: 0.3, chirp: 0.7, beat: 0, noise: 0 },
  { loud: 0.9, grow: 0.85, root: 131, chord: 0.4, chirp: 0.3, beat: 0.2, noise: 0.1 },
  { loud: 0.97, grow: 0.1, root: 98, chord: 0.35, chirp: 0, beat: 0.55, noise: 0.1 },
  { loud: 1, grow: 0, root: 147, chord: 0.4, chirp: 0.15, beat: 0.4, noise: 0.05 },
  { loud: 0.6, grow: -0.9, root: 110, chord: 1, chirp: 0, beat: 0, noise: 0 },
]

/** Loudness changes slowly: it is computed once in so many frames, and goes straight between. */
const STEP = 256

/** Recordings leave some headroom; so there is something to normalise. */
const HEADROOM = 0.5

const TABLE = 2 ** 14
const SINE = Float32Array.from({ length: TABLE }, (_, index) => Math.sin((index / TABLE) * 2 * Math.PI))

/** @param {import('./strips.mjs').Samples & Part} task */
export function play(task) {
  const { channels, rate, whole, largest } = task
  const visit = (/** @type {import('./strips.mjs').Strip} */ { numbers, begin, end, first }) => {
    for (let index = begin, frame = task.first + first; index < end; ) {
      const into = frame % STEP
      const { movement, gain, slope } = stepAt(frame - into, task)
      const frames = Math.min(STEP - into, (end - index) / channels)
      for (let step = 0; step < frames; step++, frame++) {
        const amplitude = (gain + slope * (into + step)) * largest * HEADROOM
        const time = frame / rate
        const middle = middleAt(time, movement)
        for (let channel = 0; channel < channels; channel++, index++) {
          const value = amplitude * (middle + sideAt(time, channel, movement))
          numbers[index] = whole ? Math.floor(value + 0.5) : value
        }
      }
    }
  }
  forEachStrip(task, visit, 'change')
}

/** @param {number} frame @param {Part} part */
function stepAt(frame, part) {
  const gain = loudnessAt(frame, part)
  return { movement: movementAt(frame, part), gain, slope: (loudnessAt(frame + STEP, part) - gain) / STEP }
}

/** @param {number} frame @param {Part} part */
function movementAt(frame, { frames }) {
  return MOVEMENTS[Math.min(MOVEMENTS.length - 1, Math.floor((frame / frames) * MOVEMENTS.length))]
}

/** A movement rises, breathes and falls. @param {number} frame @param {Part} part */
function loudnessAt(frame, part) {
  const { loud, grow } = movementAt(frame, part)
  const into = fraction(Math.min(frame / part.frames, 0.999999) * MOVEMENTS.length)
  const growth = grow < 0 ? 1 + grow * into : 1 - grow + grow * into
  const breath = 0.86 + 0.09 * sine(into * 4) + 0.05 * sine(frame / part.rate / 9)
  return loud * growth * Math.sqrt(Math.min(1, into * 14)) * Math.min(1, (1 - into) * 9) * breath
}

/** What all channels have in common. @param {number} time @param {Movement} movement */
function middleAt(time, { chirp, beat }) {
  let value = 0
  if (chirp > 0) {
    const into = fraction(time / 6) * 6
    value += chirp * sine(80 * into + 490 * into * into)
  }
  if (beat > 0) {
    const into = fraction(time * 2) / 2
    value += (beat * sine(50 * into + 3 - 3 / (1 + 30 * into))) / (1 + 10 * into)
  }
  return value
}

/** What each has for itself: a chord a little out of tune, and noise. @param {number} time @param {number} channel @param {Movement} movement */
function sideAt(time, channel, { root, chord, noise }) {
  const tuned = time * root * (1 + 0.002 * channel)
  const value = chord * (0.5 * sine(tuned) + 0.3 * sine(tuned * 1.5) + 0.2 * sine(tuned * 2.52))
  return noise === 0 ? value : value + (noise * hash(time * 1e6 + channel)) / (1 + 60 * fraction(time * 4))
}

/** Whole cycles fall off at the top. @param {number} cycles */
function sine(cycles) {
  return SINE[(cycles * TABLE) & (TABLE - 1)]
}

/** As `number % 1`, many times as quick. @param {number} number */
function fraction(number) {
  return number - Math.floor(number)
}

/** Noise from -1 to 1, the same for the same number. @param {number} seed */
function hash(seed) {
  const mixed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d)
  return Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) / 2 ** 31
}
