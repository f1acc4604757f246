import type { Access } from './access'
import { type Play, watched } from './play'
import { type StepOptions, Stepper } from './stepper'
import type { Tracing } from './tracing'
import { UnseenStores } from './unseen-stores'

/** Lets an operation run through once: how many steps it makes, and that none of its stores was made behind our back. */
export function* rehearse<Result>(
  op: () => Result,
  tracing: Tracing,
  options: StepOptions,
): Play<{ steps: number; result: Awaited<Result> }> {
  const stepper = new Stepper(options, 0, () => {})
  const unseen = new UnseenStores(tracing.buffers)
  const ahead = (access: Access) => {
    try {
      unseen.ahead()
    } catch (error) {
      stepper.failure ??= error
    }
    stepper.ahead(access)
  }
  const result = yield* watched(op, { ahead, after: (access) => unseen.after(access) })
  if (stepper.failure !== undefined) throw stepper.failure
  unseen.ahead()
  if (stepper.count === 0)
    throw new Error('the operation made no step: a test of it could not fail. Were its views made inside of the setup?')
  return { steps: stepper.count, result }
}
