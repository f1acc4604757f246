import { MultiBar, Presets } from 'cli-progress'

const LINE_EVERY = 2000

/** Shows how far the work is: a bar for each process on a terminal, elsewhere a line now and then. */
export class Progress {
  #generation = 0
  #doneInAll = 0
  #regions
  #generations
  #log
  #lastLine = performance.now()
  /** @type {MultiBar | undefined} */
  #multi
  /** @type {import('cli-progress').SingleBar[]} */
  #bars = []
  /** @type {number[]} */
  #done

  /**
   * @param {{ processes: number, regions: number, generations: number, bars?: boolean, log: (line: string) => void }} work
   */
  constructor({ processes, regions, generations, bars, log }) {
    this.#regions = regions
    this.#generations = generations
    this.#log = log
    this.#done = Array.from({ length: processes }, () => 0)
    if (!bars) return
    const format =
      'process {number} {bar} {percentage}% | generation {generation} of {generations} | {value} regions | {eta_formatted} left'
    const multi = new MultiBar({ stream: process.stdout, format, hideCursor: true, emptyOnZero: true }, Presets.shades_classic)
    const share = Math.ceil(regions / processes)
    this.#bars = this.#done.map((_, index) => multi.create(share, 0, { number: index + 1, generation: 0, generations }))
    this.#multi = multi
  }

  /** @param {number} generation */
  begin(generation) {
    this.#generation = generation
  }

  /** @param {number} number of the worker that did a region */
  done(number) {
    this.#doneInAll++
    this.#done[number - 1]++
    if (this.#multi) this.#draw()
    else if (performance.now() - this.#lastLine > LINE_EVERY) this.#line()
  }

  #draw() {
    // Whoever is free takes the next region, so a worker's share is a guess that comes true as the rest shrinks to nothing.
    const rest = (this.#regions - this.#doneInAll) / this.#bars.length
    for (const [index, bar] of this.#bars.entries()) {
      bar.setTotal(Math.max(Math.round(this.#done[index] + rest), 1))
      bar.update(this.#done[index], { generation: this.#generation })
    }
  }

  #line() {
    this.#lastLine = performance.now()
    const percent = Math.floor((100 * this.#doneInAll) / this.#regions)
    this.#log(`generation ${this.#generation} of ${this.#generations}, ${percent}%`)
  }

  stop() {
    this.#multi?.stop()
  }
}
