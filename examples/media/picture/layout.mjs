/**
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 *
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {number} dot  pixels to a dot of the letters; 0 where there is no room for letters
 * @property {Box[]} lanes  from the top
 */

const GAP = 8
const LEAST_LANE = 28

/**
 * Divides a picture: a lane for each channel, as long as one can see something in it; otherwise one for all.
 * @param {{ width: number, height: number, channels: number }} wish
 * @returns {Layout}
 */
export function layOut({ width, height, channels }) {
  const dot = width < 320 || height < 120 ? 0 : width < 1200 || height < 300 ? 1 : 2
  const left = 24 * dot
  const top = 6 * dot
  const inner = { width: width - left - 6 * dot, height: height - top - 14 * dot }
  const count = channels * (LEAST_LANE + GAP) - GAP <= inner.height ? channels : 1
  const laneHeight = Math.floor((inner.height - GAP * (count - 1)) / count)
  const lanes = Array.from({ length: count }, (_, lane) => ({
    x: left,
    y: top + lane * (laneHeight + GAP),
    width: inner.width,
    height: laneHeight,
  }))
  return { width, height, dot, lanes }
}
