import { Noise } from './noise.mjs'

/** Tiles between two surveyed points. */
export const STRIDE = 16

/**
 * What the land is like at points 16 tiles apart: noise that is bent by noise costs a microsecond a point, too much
 * for each of 268 million tiles. terrain.mjs interpolates between the points.
 */
export class Survey {
  #noise
  #points

  /** @param {{ size: number, seed: number }} world */
  constructor({ size, seed }) {
    this.#noise = new Noise(seed)
    this.#points = size / STRIDE
    /** Points in a row. */
    this.width = this.#points
  }

  /**
   * Surveys `count` rows of points. Rows before the first and behind the last of the world are those of its other end.
   * @param {number} first
   * @param {number} count
   */
  rows(first, count) {
    const fields = {
      height: new Float64Array(count * this.width),
      rain: new Float64Array(count * this.width),
      river: new Float64Array(count * this.width),
    }
    for (let row = 0, point = 0; row < count; row++) {
      for (let column = 0; column < this.width; column++, point++) {
        this.#point(fields, point, column / this.#points, (first + row) / this.#points)
      }
    }
    return fields
  }

  /**
   * @param {Record<'height' | 'rain' | 'river', Float64Array>} fields
   * @param {number} point
   * @param {number} u
   * @param {number} v
   */
  #point(fields, point, u, v) {
    const noise = this.#noise
    // Coasts, ranges and rivers look grown, not woven, when the noise that makes them is read at places that other noise moved.
    const bentU = u + 0.06 * noise.fractal(u + 0.31, v + 0.17, 4, 4)
    const bentV = v + 0.06 * noise.fractal(u + 0.73, v + 0.59, 4, 4)
    const land = noise.fractal(bentU, bentV, 4, 7) + 0.06
    const inland = clamp((land - 0.02) * 4)
    const range = clamp((noise.fractal(bentU + 0.5, bentV + 0.25, 4, 2) + 0.22) * 2.2)
    const crest = noise.ridged(bentU + 0.12, bentV + 0.83, 8, 6)
    const river = noise.fractal(bentU + 0.27, bentV + 0.41, 8, 3)
    const valley = clamp(1 - Math.abs(river) * 9)
    const mountains = inland * range * crest * crest * 1.15
    fields.height[point] = land * 0.55 + mountains * (1 - 0.75 * valley) - 0.05 * valley * inland
    fields.rain[point] = 0.52 + 0.75 * noise.fractal(bentU + 0.9, bentV + 0.66, 4, 5) - 0.25 * mountains + 0.18 * valley
    // Positive on one bank, negative on the other. High up there is no river yet: its zero moves out of reach.
    fields.river[point] = river + (river < 0 ? -1 : 1) * clamp((mountains - 0.25) * 3) * 0.2
  }
}

/** @param {number} value */
function clamp(value) {
  return Math.min(Math.max(value, 0), 1)
}
