/** The error that a call throws; fails when it throws none. */
export function thrownBy(call: () => unknown): NodeJS.ErrnoException {
  try {
    call()
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
  throw new Error('nothing was thrown')
}

/** As {@link thrownBy}, for a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<NodeJS.ErrnoException> {
  try {
    await promise
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
  throw new Error('nothing was thrown')
}

/** `'value'`, or the code of the error: what a cell of a table of methods and states holds. */
export async function outcomeOf(call: () => unknown): Promise<string> {
  try {
    await call()
    return 'value'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? `without a code: ${String(error)}`
  }
}
