// The program; `--help` says what it does. Ends with 0, or with 1 and a message on stderr.

import { HELP, parseCommand } from './arguments.mjs'
import { Refusal } from './refusal.mjs'
import { logSpeed, run } from './run.mjs'
import { simulate } from './simulate.mjs'
import { view } from './view.mjs'

const log = console.log
const bars = Boolean(process.stdout.isTTY)

/** @param {AbortSignal} signal */
async function main(signal) {
  const { command, ...options } = parseCommand(process.argv.slice(2))
  if (command === 'help') process.stdout.write(HELP)
  else if (command === 'view') view({ ...options, log })
  else if (command === 'simulate') logSpeed(await simulate({ ...options, log, bars, signal }), options.processes, log)
  else await run({ ...options, log, bars, signal })
}

/** @param {unknown} error */
function report(error) {
  // An error with a code is about files and arguments, and its message says all. One without is our own mistake: its stack helps.
  const isExpected = error instanceof Refusal || (error instanceof Error && 'code' in error)
  console.error(isExpected ? `game-map: ${/** @type {Error} */ (error).message}` : error)
  process.exitCode = 1
}

const interruption = new AbortController()
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(name, () => interruption.abort(new Refusal(`stopped by ${name}; run it again to go on`)))
}

await main(interruption.signal).catch(report)
