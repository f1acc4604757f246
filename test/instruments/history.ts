import { openSync, writeSync } from 'node:fs'
import { threadId } from 'node:worker_threads'

/** One operation that some process did on a shared object, as it saw it. */
export interface Operation<Input = unknown, Output = unknown> {
  readonly process: string
  readonly input: Input
  /** Of a clock that all processes share; the operation took effect after this. */
  readonly invoked: bigint
  /** It took effect before this. Absent: its process died within it, or it threw; it has an effect at any later moment, or none. */
  readonly returned?: bigint
  readonly output?: Output
}

interface Line {
  readonly id: string
  readonly process?: string
  readonly input?: unknown
  readonly invoked: string
  readonly returned?: string
  readonly output?: unknown
}

/**
 * Writes down what one thread does, as lines of JSON: one ahead of each operation, one after it. A line is written by one system call,
 * so what a killed process leaves tells which operation it was in. CLOCK_MONOTONIC is the same for all processes of a machine.
 */
export class HistoryRecorder {
  readonly #process: string
  readonly #write: (line: string) => void
  #count = 0

  constructor(write: (line: string) => void, process: string = threadName()) {
    this.#process = process
    this.#write = write
  }

  /** Appends to a file; each recorder needs one of its own. */
  static toFile(path: string, process?: string): HistoryRecorder {
    const fd = openSync(path, 'a')
    return new HistoryRecorder((line) => writeSync(fd, line), process)
  }

  record<Input, Output>(input: Input, perform: (input: Input) => Output): Output {
    const id = this.#begin(input)
    const invoked = process.hrtime.bigint()
    const output = perform(input)
    this.#end(id, invoked, output)
    return output
  }

  async recordAsync<Input, Output>(input: Input, perform: (input: Input) => Promise<Output>): Promise<Output> {
    const id = this.#begin(input)
    const invoked = process.hrtime.bigint()
    const output = await perform(input)
    this.#end(id, invoked, output)
    return output
  }

  #begin(input: unknown): string {
    const id = `${this.#process}/${++this.#count}`
    this.#put({ id, process: this.#process, input, invoked: String(process.hrtime.bigint()) })
    return id
  }

  /** The time of the invocation again: without the time it took to write the first line, more can be told to be wrong. */
  #end(id: string, invoked: bigint, output: unknown): void {
    this.#put({ id, invoked: String(invoked), returned: String(process.hrtime.bigint()), output })
  }

  #put(line: Line): void {
    this.#write(`${JSON.stringify(line)}\n`)
  }
}

function threadName(): string {
  return threadId === 0 ? `${process.pid}` : `${process.pid}.${threadId}`
}

/** One history of what several recorders wrote, in the order of invocation. */
export function mergeHistories<Input = unknown, Output = unknown>(texts: Iterable<string>): Operation<Input, Output>[] {
  const operations = new Map<string, Operation<Input, Output>>()
  for (const text of texts) {
    // The last line may be cut off: a process was killed while it wrote. Then the operation had not begun, or counts as pending.
    for (const line of text.split('\n').slice(0, -1)) {
      const { id, process, input, invoked, returned, output } = JSON.parse(line) as Line
      const begun = operations.get(id)
      if (returned === undefined) {
        if (begun !== undefined) throw new Error(`operation ${id} was begun twice: two recorders have one name`)
        operations.set(id, { process: process!, input: input as Input, invoked: BigInt(invoked) })
      } else {
        if (begun === undefined) throw new Error(`operation ${id} returned, and was never begun`)
        operations.set(id, { ...begun, invoked: BigInt(invoked), returned: BigInt(returned), output: output as Output })
      }
    }
  }
  return [...operations.values()].sort((a, b) => (a.invoked < b.invoked ? -1 : Number(a.invoked > b.invoked)))
}
