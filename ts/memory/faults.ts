import { channel } from 'node:diagnostics_channel'
import { conditionError, type MappingCondition, type MappingError } from '../errors'
import { binding, type MappingId } from '../native/binding'

/** What is published on the diagnostics channel `mmap-io:fault`, in every thread that maps. */
export interface Fault {
  /** What the next call on the mapping throws. */
  readonly error: MappingError
  /** Bytes from the start of the mapping to the access that met the fault. */
  readonly offset: number
}

type Listener = (fault: Fault) => void

const faults = channel('mmap-io:fault')
const listeners = new Map<MappingId, Listener>()
let watching = false

/** Starts to hear of faults in this thread; called with every mapping it makes. */
export function watchFaults(): void {
  if (watching) return
  watching = binding.onFault((id, condition, offset) => {
    const fault = { error: conditionError(condition as MappingCondition), offset }
    faults.publish(fault)
    try {
      listeners.get(id)?.(fault)
    } catch (error) {
      // Node-API would swallow it here; from the loop it is an uncaught exception, as any listener's.
      process.nextTick(() => {
        throw error
      })
    }
  })
}

/** Calls `listener` for faults of one mapping, until {@link unlisten}. */
export function listen(id: MappingId, listener: Listener): void {
  listeners.set(id, listener)
}

export function unlisten(id: MappingId): void {
  listeners.delete(id)
}
