// The benchmarks of this package: npm run bench -- <suite> [question …] [options]
//
// A suite is a folder with a suite.mjs; a question is one file in it. This file reads the command line and
// says what there is; frame/ runs a suite and knows nothing of any of them.

import { parseArgs } from 'node:util'
import { runSuite } from './frame/run-suite.mjs'
import { loadSuite, suiteNames } from './frame/suites.mjs'

const USAGE = `npm run bench -- <suite> [question …] [options]

  --seconds N   of timing in each trial, after its warm-up (default 0.5)
  --trials N    processes for each contestant (default 5)
  --seed N      what the data, the places read and the order of contestants follow from (default 1)
  --json FILE   where the results go (default bench/results/<suite>.json; with questions named, nowhere)
`

async function list() {
  process.stdout.write(`${USAGE}\n`)
  for (const name of suiteNames()) {
    const suite = await loadSuite(name)
    process.stdout.write(`${name}: ${suite.title}\n`)
    for (const question of suite.questions) process.stdout.write(`  ${question.name.padEnd(12)}  ${question.asks}\n`)
  }
}

function numberOption(name, text, fallback, isValid) {
  const value = text === undefined ? fallback : Number(text)
  if (isValid(value)) return value
  throw new RangeError(`--${name} cannot be ${text}`)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, trials: { type: 'string' }, seed: { type: 'string' }, json: { type: 'string' } },
})

const [suiteName, ...questionNames] = positionals
if (suiteName === undefined) {
  await list()
} else {
  await runSuite(await loadSuite(suiteName), {
    questionNames,
    seconds: numberOption('seconds', values.seconds, 0.5, (value) => value > 0 && value <= 3600),
    trials: numberOption('trials', values.trials, 5, (value) => Number.isInteger(value) && value >= 1 && value <= 1000),
    seed: numberOption('seed', values.seed, 1, (value) => Number.isInteger(value) && value >= 1 && value < 2 ** 31),
    json: values.json,
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
  })
}
