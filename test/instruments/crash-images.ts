import { DirtyUnits, type Version } from './dirty-units'
import type { DiskRecording } from './disk-recording'
import { Random } from './random'

export interface CrashImageOptions {
  readonly seed?: number
  /** At most so many images; if there are no more, each of them once. */
  readonly count?: number
  /** What reaches the disk whole: 8 is the harshest (a word), 512 a sector, 4096 a page. */
  readonly granularity?: number
  readonly pageSize?: number
}

export interface Patch {
  readonly at: number
  readonly bytes: Uint8Array
}

/** A file as a power failure may leave it. To be used before the next one is asked for. */
export interface CrashImage {
  /** The bytes that were synced last; shared with other images, not to be written to. */
  readonly durable: Uint8Array
  /** What was written back since. */
  readonly patches: readonly Patch[]
  /** Marks that were set before the crash. */
  readonly marks: readonly unknown[]
  /** How many events came before the crash. */
  readonly event: number
  /** A copy that is the caller's own. */
  bytes(): Uint8Array
  /** As {@link bytes}, into memory that is reused. */
  copyTo(target: Uint8Array): void
}

/**
 * Images of a file after a crash at any moment of the recording. Of what was not synced, any part may have reached the disk: each unit
 * holds, independently, one of the versions it had since the last sync that covered it. That is more than a disk does, and what a
 * format has to survive that promises nothing about order between syncs.
 */
export function* crashImages(recording: DiskRecording, options: CrashImageOptions = {}): Generator<CrashImage> {
  const { count = 1000, seed = 1 } = options
  const counts: number[] = []
  for (const { choices } of moments(recording, options)) {
    counts.push(choices.reduce((product, [, versions]) => Math.min(product * versions.length, count + 1), 1))
  }
  const exhaustive = counts.reduce((sum, images) => sum + images, 0) <= count
  const random = new Random(seed)
  const samples = exhaustive ? counts : samplesOf(counts.length, count, random)
  let at = 0
  for (const moment of moments(recording, options)) {
    const number = samples[at++]!
    for (let i = 0; i < number; i++) {
      const chosen = exhaustive ? nthChoice(moment.choices, i) : randomChoice(moment, random)
      yield imageOf(moment, chosen, options)
    }
  }
}

type Choices = readonly (readonly [unit: number, versions: readonly Version[]])[]

interface Moment {
  readonly event: number
  readonly durable: Uint8Array
  readonly choices: Choices
  readonly marks: readonly unknown[]
}

// Until the next sync the versions only become more. So a crash right ahead of a sync, or at the end, may leave all that an earlier
// one may leave: other moments need not be looked at.
function* moments({ image, events }: DiskRecording, { granularity = 8, pageSize = 4096 }: CrashImageOptions): Generator<Moment> {
  if (pageSize % granularity !== 0) throw new RangeError(`a page of ${pageSize} is no multiple of ${granularity}`)
  const units = new DirtyUnits(image, granularity, pageSize)
  const marks: unknown[] = []
  const moment = (event: number): Moment => ({ event, durable: units.durable, choices: [...units.versions], marks: [...marks] })
  for (const [index, event] of events.entries()) {
    if (event.kind === 'sync') yield moment(index)
    if (event.kind === 'mark') marks.push(event.value)
    units.take(event, index)
  }
  yield moment(events.length)
}

function samplesOf(moments: number, count: number, random: Random): number[] {
  const samples = Array<number>(moments).fill(0)
  for (let i = 0; i < count; i++) samples[random.below(moments)]!++
  return samples
}

function nthChoice(choices: Choices, n: number): Version[] {
  let rest = n
  return choices.map(([, versions]) => {
    const version = versions[rest % versions.length]!
    rest = Math.floor(rest / versions.length)
    return version
  })
}

/** Any versions at all, or what finds most: all of one time, or one unit that is ahead of the others or behind. */
function randomChoice({ choices, event }: Moment, random: Random): Version[] {
  const newest = choices.map(([, versions]) => versions.at(-1)!)
  const oldest = choices.map(([, versions]) => versions[0]!)
  const odd = random.below(Math.max(choices.length, 1))
  const time = random.below(event + 1)
  switch (random.below(5)) {
    case 0:
      return newest.map((version, i) => (i === odd ? oldest[i]! : version))
    case 1:
      return oldest.map((version, i) => (i === odd ? newest[i]! : version))
    case 2:
      return choices.map(([, versions]) => versions.findLast((version) => version.event < time)!)
    case 3:
      return newest.map((version, i) => (random.chance(0.5) ? oldest[i]! : version))
    default:
      return choices.map(([, versions]) => random.pick(versions))
  }
}

function imageOf({ durable, marks, event, choices }: Moment, chosen: Version[], { granularity = 8 }: CrashImageOptions): CrashImage {
  const patches: Patch[] = []
  for (const [i, { bytes, event: made }] of chosen.entries()) if (made >= 0) patches.push({ at: choices[i]![0] * granularity, bytes })
  const copyTo = (target: Uint8Array) => {
    target.set(durable)
    for (const { at, bytes } of patches) target.set(bytes, at)
  }
  const bytes = () => {
    const copy = new Uint8Array(durable.length)
    copyTo(copy)
    return copy
  }
  return { durable, patches, marks, event, bytes, copyTo }
}
