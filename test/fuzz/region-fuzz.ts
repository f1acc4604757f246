import { createContext, Script } from 'node:vm'
import { binding } from '../../ts/native/binding'
import { Random } from '../instruments/random'
import { Tracing } from '../instruments/tracing'
import { Corrupter } from './mutations'
import { makeImages } from './region-images'
import { FileGround, type Ground, MemoryGround, Trial, WatchedGround } from './region-trial'

export interface FuzzOptions {
  readonly seed: number
  readonly seconds: number
  /** No more images than this. */
  readonly images?: number
  /** Only this one. */
  readonly only?: number
  /** A path that files may have, one after the other. */
  readonly path: string
}

export interface FuzzReport {
  readonly seed: number
  images: number
  opened: number
  /** Images that did not open, by the code of the error. */
  readonly refused: Record<string, number>
  /** Errors, of that and of what was done afterwards, by code. */
  readonly errors: Record<string, number>
  readonly grounds: Record<string, number>
  /** Milliseconds of the slowest opening at full speed. */
  slowest: number
  slowestImage: string
  /** Images with an opening that took more than 100 ms. */
  slow: number
  /** What went wrong, and with which image. */
  readonly defects: string[]
}

/** Openings that take longer are defects. The limit for people is a tenth of it; machines that run tests have other work. */
const TOO_SLOW = 1000
const SLOW = 100
/** A batch that takes longer hangs. */
const HANG = 20_000
const BATCH = 64
const BASES = 24
const MOST_DEFECTS = 20
/** One image in so many is looked at access by access, which takes as long as all the others. */
const WATCHED = 40

/** Corrupts regions, and opens them. Image n of a seed is always the same. */
export async function fuzzRegions(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, seconds, images = Number.POSITIVE_INFINITY, only, path } = options
  const fuzzer = new Fuzzer(seed, path)
  const end = performance.now() + seconds * 1000
  let number = only ?? 0
  const last = only ?? images - 1
  while (number <= last && performance.now() < end && fuzzer.report.defects.length < MOST_DEFECTS) {
    const until = Math.min(last, number + BATCH - 1)
    within(HANG, fuzzer, () => {
      while (number <= until) fuzzer.try(number++)
    })
    await new Promise(setImmediate) // watches and finalizers have their turn
  }
  return fuzzer.report
}

const context = createContext({ run: (): void => undefined })
const script = new Script('run()')

/** The time-out of `vm` is the only thing that ends an endless loop of this thread. */
function within(milliseconds: number, fuzzer: Fuzzer, run: () => void): void {
  context.run = run
  try {
    script.runInContext(context, { timeout: milliseconds })
  } catch (error) {
    fuzzer.cutOff(error)
  }
}

class Fuzzer {
  readonly report: FuzzReport
  readonly #bases
  readonly #grounds
  #tracing: Tracing | undefined
  #trial: Trial | undefined
  #image = ''

  constructor(seed: number, path: string) {
    this.report = { seed, images: 0, opened: 0, refused: {}, errors: {}, grounds: {}, slowest: 0, slowestImage: '', slow: 0, defects: [] }
    this.#bases = makeImages(new Random(seed), BASES).map((image) => ({ image, corrupter: new Corrupter(image) }))
    this.#grounds = { file: new FileGround(path), memory: new MemoryGround(), watched: new WatchedGround() }
  }

  try(number: number): void {
    const { seed } = this.report
    const random = new Random(seed ^ Math.imul(number + 1, 0x9e3779b1))
    const { image, corrupter } = random.pick(this.#bases)
    const { bytes, changes } = corrupter.corrupt(random)
    const ground = this.#groundOf(number)
    this.#image = `--seed ${seed} --image ${number} (${ground.name}, ${image.name}): ${changes.join('; ')}`
    if (ground instanceof WatchedGround) this.#tracing = new Tracing({ natives: [binding] })
    ground.lay(bytes)
    this.#trial = new Trial(ground, random.fork())
    this.#trial.run()
    this.#end(ground)
  }

  /** Ends what did not end by itself. */
  cutOff(error: unknown): void {
    const trial = this.#trial
    this.report.defects.push(`${this.#image}\n    ${trial?.doing}: ${(error as Error).stack}`)
    trial?.end()
    this.#endTracing()
  }

  #groundOf(number: number): Ground {
    const { file, memory, watched } = this.#grounds
    if (number % WATCHED === 0) return watched
    return number % 2 === 0 ? memory : file
  }

  #end(ground: Ground): void {
    const { refusal, codes, slowest, defects } = this.#trial!
    const { report } = this
    const [defect, ...others] = [...defects, ...ground.strays()]
    if (defect !== undefined) report.defects.push(`${this.#image}\n    ${defect}\n    and ${others.length} more`)
    this.#endTracing()
    this.#trial = undefined
    report.images++
    count(report.grounds, ground.name)
    if (refusal === undefined) report.opened++
    else count(report.refused, refusal)
    for (const code of codes) count(report.errors, code)
    if (ground instanceof WatchedGround) return
    if (slowest > report.slowest) {
      report.slowest = slowest
      report.slowestImage = this.#image
    }
    if (slowest > SLOW) report.slow++
    if (slowest > TOO_SLOW) report.defects.push(`${this.#image}\n    opening took ${slowest} ms`)
  }

  #endTracing(): void {
    this.#tracing?.end()
    this.#tracing = undefined
  }
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
