import { PNG } from 'pngjs'
import { GLYPH_HEIGHT, GLYPH_WIDTH, GLYPHS } from './glyphs.mjs'

/** @typedef {readonly [red: number, green: number, blue: number]} Colour */

/** A picture that is painted over from the top of the stack: every stroke covers what is there, as far as it is opaque. */
export class Canvas {
  #png

  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.#png = new PNG({ width, height })
    this.#png.data.fill(255)
    this.width = width
    this.height = height
  }

  /** One pixel; outside of the picture, none. @param {number} x @param {number} y @param {Colour} colour @param {number} opacity */
  dot(x, y, colour, opacity) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return
    const at = (y * this.width + x) * 4
    const { data } = this.#png
    for (let part = 0; part < 3; part++) data[at + part] += Math.round((colour[part] - data[at + part]) * opacity)
  }

  /** @param {{ x: number, y: number, width: number, height: number }} box @param {Colour} colour @param {number} opacity */
  box({ x, y, width, height }, colour, opacity) {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) this.dot(column, row, colour, opacity)
    }
  }

  /**
   * A column of pixels between two places, which may lie within a pixel: that one is then covered in part.
   * @param {number} x
   * @param {number} top
   * @param {number} bottom
   * @param {(y: number) => Colour} colourAt
   * @param {number} opacity
   */
  column(x, top, bottom, colourAt, opacity) {
    for (let y = Math.floor(top); y < bottom; y++) {
      const covered = Math.min(bottom, y + 1) - Math.max(top, y)
      this.dot(x, y, colourAt(y + 0.5), opacity * covered)
    }
  }

  /** Characters that have no glyph leave a gap. @param {string} text @param {{ x: number, y: number, size: number }} place  its upper left @param {Colour} colour */
  text(text, { x, y, size }, colour) {
    for (const [index, letter] of [...text].entries()) {
      for (const [row, bits] of (GLYPHS[letter] ?? []).entries()) {
        for (let dot = 0; dot < GLYPH_WIDTH; dot++) {
          if (((bits >> (GLYPH_WIDTH - 1 - dot)) & 1) === 0) continue
          this.box({ x: x + (index * (GLYPH_WIDTH + 1) + dot) * size, y: y + row * size, width: size, height: size }, colour, 1)
        }
      }
    }
  }

  /** @param {string} text @param {number} size */
  static textSize(text, size) {
    return { width: (text.length * (GLYPH_WIDTH + 1) - 1) * size, height: GLYPH_HEIGHT * size }
  }

  encode() {
    return PNG.sync.write(this.#png, { colorType: 2 })
  }
}
