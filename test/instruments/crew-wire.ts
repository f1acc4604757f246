// What runs between a crew and its children: lines of JSON, on descriptors of their own, so that standard output stays the program's.
// A child writes its reports synchronously: one made inside a critical section arrives although its event loop never turns again.

/** Child to parent: {@link Report}s. */
export const REPORTS = 3
/** Parent to child: {@link Request}s, read by the event loop. */
export const REQUESTS = 4
/** Parent to child: names of points, each on a line, read by a child that is held there. */
export const GATE = 5

export interface Request {
  readonly id: number
  readonly duty: string
  readonly args: unknown[]
}

export interface Failure {
  readonly name: string
  readonly message: string
  readonly code?: string | undefined
  readonly stack?: string | undefined
}

export type Report =
  | { readonly point: string; readonly thread: number; readonly value?: unknown }
  | { readonly answer: number; readonly value?: unknown; readonly failure?: Failure }

/** Cuts a stream of text into lines; what follows the last line end waits for the rest. */
export function lineReader(take: (line: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) take(line)
  }
}
