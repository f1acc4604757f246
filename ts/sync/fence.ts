const ordered = process.arch === 'x64' || process.arch === 'ia32'
const own = new Int32Array(new SharedArrayBuffer(4))

/**
 * Keeps plain reads above it from drifting past atomic loads below, and plain writes below it from drifting past
 * atomic stores above. On x86 the processor does neither; elsewhere an atomic store and load of a word of this
 * thread alone are a barrier.
 */
export const fence: () => void = ordered
  ? () => undefined
  : () => {
      Atomics.store(own, 0, 0)
      Atomics.load(own, 0)
    }
