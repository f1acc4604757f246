import { type Play, watched } from './play'
import { rehearse } from './rehearsal'
import { placeOf, StepFailure } from './step-failure'
import { CRASH, Killer, type StepOptions } from './stepper'
import { Tracing, type TracingOptions } from './tracing'

export interface CrashOptions extends StepOptions, TracingOptions {}

export interface CrashOutcome {
  /** The operation died ahead of this one of its steps; one more than it has when it ran through. */
  readonly step: number
  /** It did not die, but ran through. */
  readonly completed: boolean
}

export interface CrashScene {
  /** Dies. */
  op(): unknown
  /** Makes the death noticeable, as the kernel would: drops the lock byte of the opener. Not called when `op` ran through. */
  die?(): unknown
  /** As a survivor finds it. */
  check(outcome: CrashOutcome): unknown
}

export interface SecondCrashOutcome extends CrashOutcome {
  /** The repair died ahead of this one of its steps. */
  readonly repairStep: number
  /** The repair did not die, but ran through. */
  readonly repaired: boolean
}

export interface SecondCrashScene {
  op(): unknown
  /** What the undertaker does; it dies, too. */
  repair(): unknown
  /** After each of the two deaths. */
  die?(whose: 'operation' | 'repair'): unknown
  check(outcome: SecondCrashOutcome): unknown
}

export function* crashes(build: () => unknown, options: CrashOptions): Play<number> {
  const tracing = new Tracing(options)
  try {
    const rehearsed: CrashScene = yield build
    const { steps } = yield* rehearse(() => rehearsed.op(), tracing, options)
    yield* checked(() => rehearsed.check({ step: steps + 1, completed: true }), placeOf(steps + 1, undefined))
    for (let step = 1; step <= steps; step++) {
      const scene: CrashScene = yield build
      const place = yield* killed(() => scene.op(), step, options)
      if (place !== undefined) yield () => scene.die?.()
      yield* checked(() => scene.check({ step, completed: place === undefined }), placeOf(step, place))
    }
    return steps
  } finally {
    tracing.end()
  }
}

/** Where `op` died, or `undefined` when it ran through. */
function* killed(op: () => unknown, step: number, options: StepOptions): Play<string | undefined> {
  const killer = new Killer(options, step)
  try {
    yield* watched(op, killer)
  } catch (error) {
    // What a dying operation throws is nobody's concern, and what a living one throws is a failure.
    if (killer.place === undefined) throw error === CRASH ? new Error('an earlier crash was thrown again') : error
  }
  if (killer.failure !== undefined) throw killer.failure
  return killer.place
}

function* checked(check: () => unknown, place: string): Play<void> {
  try {
    yield check
  } catch (error) {
    throw new StepFailure(place, error)
  }
}

export function* secondCrashes(build: () => unknown, options: CrashOptions): Play<{ steps: number; repairSteps: number }> {
  const tracing = new Tracing(options)
  try {
    const rehearsed: SecondCrashScene = yield build
    const { steps } = yield* rehearse(() => rehearsed.op(), tracing, options)
    let repairSteps = 0
    for (let step = 1; step <= steps + 1; step++) repairSteps += yield* crashesOfRepair(build, step, options)
    if (repairSteps === 0) throw new Error('no repair made a step: a test of it could not fail')
    return { steps, repairSteps }
  } finally {
    tracing.end()
  }
}

/** The same first crash again and again, the repair dying ahead of each of its steps; how many it has. */
function* crashesOfRepair(build: () => unknown, step: number, options: CrashOptions): Play<number> {
  for (let repairStep = 1; ; repairStep++) {
    const scene: SecondCrashScene = yield build
    const place = yield* killed(() => scene.op(), step, options)
    const completed = place === undefined
    if (!completed) yield () => scene.die?.('operation')
    const first = placeOf(step, place)
    let repairPlace: string | undefined
    try {
      repairPlace = yield* killed(() => scene.repair(), repairStep, options)
    } catch (error) {
      throw new StepFailure(`${first}\nthe repair itself failed`, error)
    }
    const repaired = repairPlace === undefined
    if (!repaired) yield () => scene.die?.('repair')
    const places = `${first}\n${placeOf(repairStep, repairPlace, 'then the repair, ')}`
    yield* checked(() => scene.check({ step, completed, repairStep, repaired }), places)
    if (repaired) return repairStep - 1
  }
}
