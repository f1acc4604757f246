import { Presets, SingleBar } from 'cli-progress'

/** A bar at a terminal; silent where output goes to a file or a program. */
export class Progress {
  /** @type {SingleBar | undefined} */
  #bar
  #began = performance.now()
  #done = 0

  /** @param {string} title @param {number} bytes */
  constructor(title, bytes) {
    if (!process.stdout.isTTY || bytes === 0) return
    const format = `${title.padEnd(10)} {bar} {percentage}%  {speed} MB/s  {eta} s`
    // The terminal keeps its cursor and its way to wrap lines: a signal would leave it without.
    this.#bar = new SingleBar({ format, hideCursor: false, linewrap: true, barsize: 28 }, Presets.shades_classic)
    this.#bar.start(bytes, 0, { speed: 0 })
  }

  /** @param {number} bytes */
  advance(bytes) {
    this.#done += bytes
    const milliseconds = Math.max(performance.now() - this.#began, 1)
    this.#bar?.update(this.#done, { speed: Math.round(this.#done / 1000 / milliseconds) })
  }

  stop() {
    this.#bar?.stop()
  }
}
