import { type Play, watched } from './play'
import { rehearse } from './rehearsal'
import { placeOf, StepFailure } from './step-failure'
import { type StepOptions, Stepper } from './stepper'
import { Tracing, type TracingOptions } from './tracing'

export interface PreemptOptions extends StepOptions, TracingOptions {}

export interface PreemptOutcome<Result, OtherResult> {
  /** The other ran ahead of this step of the operation. */
  readonly step: number
  /** The other ran after the whole operation. */
  readonly completed: boolean
  readonly opResult: Result
  readonly otherResult: OtherResult
}

export interface PreemptScene<Result, OtherResult> {
  /** Is interrupted. */
  op(): Result
  /** Runs whole, in the middle of `op`; cannot wait for it. */
  other(): OtherResult
  check(outcome: PreemptOutcome<Awaited<Result>, OtherResult>): unknown
}

type AnyScene = PreemptScene<unknown, unknown>

export function* preemptions(build: () => unknown, options: PreemptOptions): Play<number> {
  const tracing = new Tracing(options)
  try {
    const scene: AnyScene = yield build
    const { steps, result: opResult } = yield* rehearse(() => scene.op(), tracing, options)
    yield* settled(scene, { step: steps + 1, completed: true, opResult, otherResult: scene.other() }, placeOf(steps + 1, undefined))
    for (let step = 1; step <= steps; step++) yield* preempted(yield build, step, options)
    return steps
  } finally {
    tracing.end()
  }
}

function* preempted(scene: AnyScene, step: number, options: PreemptOptions): Play<void> {
  let otherResult: unknown
  let otherError: { error: unknown } | undefined
  const stepper = new Stepper(options, step, () => {
    try {
      otherResult = scene.other()
    } catch (error) {
      otherError = { error } // nothing of this belongs into `op`
    }
  })
  let opResult: unknown
  try {
    opResult = yield* watched(() => scene.op(), stepper)
  } catch (error) {
    throw new StepFailure(`the operation failed, with the other run ${placeOf(step, stepper.place)}`, error)
  }
  if (stepper.failure !== undefined) throw stepper.failure
  const completed = stepper.place === undefined
  if (completed) otherResult = scene.other()
  const place = placeOf(step, stepper.place)
  if (otherError !== undefined) throw new StepFailure(`the other failed ${place}`, otherError.error)
  yield* settled(scene, { step, completed, opResult, otherResult }, place)
}

function* settled(scene: AnyScene, outcome: PreemptOutcome<unknown, unknown>, place: string): Play<void> {
  try {
    yield () => scene.check(outcome)
  } catch (error) {
    throw new StepFailure(`the other ran ${place}`, error)
  }
}
