// Runs one torture program: torture.ts <program> --seconds N --seed S. Prints its counts as one line of JSON, the last of its output.

import { parseArgs } from 'node:util'

/** What was done, and what was `lost`, which must be 0. */
export interface TortureCounts {
  readonly lost: number
  readonly [name: string]: number
}

export interface TortureOptions {
  readonly seconds: number
  readonly seed: number
  /** Prints a line for whoever watches. */
  readonly report: (line: string) => void
}

/** What a file of `test/torture` exports. One that throws has lost, too. */
export interface TortureProgram {
  run(options: TortureOptions): Promise<TortureCounts> | TortureCounts
}

async function main(): Promise<void> {
  const options = { seconds: { type: 'string' }, seed: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const program = require(positionals[0]!) as TortureProgram
  const counts = await program.run({
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    report: (line) => process.stderr.write(`${line}\n`),
  })
  if (!Number.isSafeInteger(counts.lost)) throw new TypeError(`${positionals[0]} does not say what was lost`)
  process.stdout.write(`${JSON.stringify(counts)}\n`)
}

if (require.main === module) main()
