import { binding, type MappingId, type Outcome } from '../native/binding'

const STEP = 32 * 2 ** 20

/**
 * Brings pages in, in steps: a runtime that ends waits for its pool's threads, and the pool has others to serve.
 * A mapping that is closed meanwhile is noticed by the next step.
 */
export async function populate(id: MappingId, at: number, length: number, write: boolean): Promise<Outcome> {
  let outcome = 0
  for (let done = 0; outcome === 0 && done < length; done += STEP) {
    outcome = await binding.populateAsync(id, at + done, Math.min(STEP, length - done), write)
  }
  return outcome
}
