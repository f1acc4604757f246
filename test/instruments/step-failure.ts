/** A check that failed, and where the operation had been stopped. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure'

  constructor(place: string, cause: unknown) {
    const message = `${place}\n\n${cause instanceof Error ? cause.message : String(cause)}`
    super(message, { cause })
    // The frames that help are those of the check.
    const frames = cause instanceof Error ? cause.stack?.split('\n').filter((line) => /^\s+at /.test(line)) : undefined
    if (frames !== undefined) this.stack = [`${this.name}: ${message}`, ...frames].join('\n')
  }
}

/** `ahead of step 7: at Mutex.release (mutex.ts:88)` */
export function placeOf(step: number, place: string | undefined, who = ''): string {
  return place === undefined ? `${who}after the last step` : `${who}ahead of step ${step}: ${place}`
}
