/** Tiles that a slope is measured over, about. */
const SPAN = 16
const STRENGTH = 0.06
const DARKEST = 0.55
const BRIGHTEST = 1.4

/**
 * How brightly each pixel is lit from the upper left, as maps are; 1 on level ground.
 * @param {Float32Array} heights
 * @param {number} width
 * @param {number} scale tiles a pixel
 */
export function lightOf(heights, width, scale) {
  // Heights are stored in whole levels. Close by, a gentle slope is a staircase of them: a blur makes it a slope again.
  const radius = Math.floor(SPAN / scale / 2)
  const smooth = radius === 0 ? heights : blurred(heights, width, radius)
  const strength = STRENGTH * Math.sqrt(SPAN / scale)
  return smooth.map((height, pixel) => {
    const left = pixel % width > 0 ? smooth[pixel - 1] : height
    const above = pixel >= width ? smooth[pixel - width] : height
    return Math.min(Math.max(1 + (2 * height - left - above) * strength, DARKEST), BRIGHTEST)
  })
}

/**
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} radius
 */
function blurred(values, width, radius) {
  const height = values.length / width
  const across = new Float32Array(values.length)
  const result = new Float32Array(values.length)
  for (let y = 0; y < height; y++) blurLine(values, across, { start: y * width, stride: 1, count: width, radius })
  for (let x = 0; x < width; x++) blurLine(across, result, { start: x, stride: width, count: height, radius })
  return result
}

/**
 * The mean of each value and its neighbours in a line, by a sum that moves along with them; ends count repeatedly.
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {{ start: number, stride: number, count: number, radius: number }} line
 */
function blurLine(from, to, { start, stride, count, radius }) {
  /** @param {number} index */
  const valueAt = (index) => from[start + Math.min(Math.max(index, 0), count - 1) * stride]
  let sum = 0
  for (let index = -radius; index <= radius; index++) sum += valueAt(index)
  for (let index = 0; index < count; index++) {
    to[start + index * stride] = sum / (2 * radius + 1)
    sum += valueAt(index + radius + 1) - valueAt(index - radius)
  }
}
