import { observe } from './access'
import { type CrashOptions, type CrashScene, crashes, type SecondCrashScene, secondCrashes } from './crashes'
import { play, playAsync } from './play'
import { type PreemptOptions, type PreemptScene, preemptions } from './preemptions'
import { type StepOptions, Stepper } from './stepper'

export type { Access, AccessKind, Observer } from './access'
export type { CrashOptions, CrashOutcome, CrashScene, SecondCrashOutcome, SecondCrashScene } from './crashes'
export type { PreemptOptions, PreemptOutcome, PreemptScene } from './preemptions'
export { StepFailure } from './step-failure'
export type { StepOptions } from './stepper'
export { unwrap } from './traced-views'
export { Tracing, type TracingOptions } from './tracing'

// A step is one access to shared memory. Every view that the setup makes over a `SharedArrayBuffer` is traced, whoever makes it;
// `setup` runs anew for each step, and `check` sees memory unwatched. What the setup made is not for use afterwards.

/**
 * Runs an operation again and again, killed ahead of its first store, its second, … and checks what a survivor finds; once it also
 * runs through. A store of several elements is two steps: ahead of it, and with half of it done.
 * @returns how many steps the operation has.
 * @throws {StepFailure} what `check` threw, and where the operation had died.
 */
export function crashAtEveryStep(setup: () => CrashScene, options: CrashOptions = {}): number {
  return play(crashes(setup, options))
}

/** As {@link crashAtEveryStep}; every function may give a promise. Whatever else this thread stores meanwhile counts as a step. */
export function crashAtEveryStepAsync(setup: () => CrashScene | Promise<CrashScene>, options: CrashOptions = {}): Promise<number> {
  return playAsync(crashes(setup, options))
}

/** For each crash of the operation, also kills the repair that follows ahead of each of its own steps. */
export function crashTwiceAtEveryStep(setup: () => SecondCrashScene, options: CrashOptions = {}): { steps: number; repairSteps: number } {
  return play(secondCrashes(setup, options))
}

/** Runs an operation again and again, and another one, whole, ahead of its first store, its second, … and after it. */
export function preemptAtEveryStep<Result, OtherResult>(
  setup: () => PreemptScene<Result, OtherResult>,
  options: PreemptOptions = {},
): number {
  return play(preemptions(setup, options))
}

/** As {@link preemptAtEveryStep}; `op` and `check` may give promises. `other` may not: a store cannot wait for it. */
export function preemptAtEveryStepAsync<Result, OtherResult>(
  setup: () => PreemptScene<Result, OtherResult> | Promise<PreemptScene<Result, OtherResult>>,
  options: PreemptOptions = {},
): Promise<number> {
  return playAsync(preemptions(setup, options))
}

/** As {@link preemptAtEveryStep}, ahead of every load, atomic and plain: how a writer meets a reader that takes no lock. */
export function preemptAtEveryLoad<Result, OtherResult>(
  setup: () => PreemptScene<Result, OtherResult>,
  options: PreemptOptions = {},
): number {
  return preemptAtEveryStep(setup, { steps: ['atomic load', 'plain load'], ...options })
}

/**
 * Runs an operation once, and `act` ahead of its n-th step: a process that holds there, or kills itself. The structure must have been
 * made within a {@link Tracing} that still lasts.
 * @returns how many steps the operation made.
 */
export function actAtStep(step: number, op: () => unknown, act: () => void, options: StepOptions = {}): number {
  const stepper = new Stepper(options, step, act)
  observe(stepper)
  try {
    op()
  } finally {
    observe(undefined)
  }
  if (stepper.failure !== undefined) throw stepper.failure
  return stepper.count
}
