// Runs one suite from its temporary folder to its plot.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contest } from './contest.mjs'
import { machine } from './machine.mjs'
import { plot } from './plot.mjs'
import { report } from './report.mjs'

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url))

export async function runSuite(suite, options) {
  const { questionNames, seconds, trials, seed, command } = options
  const questions = chosen(suite, questionNames)
  const notes = []
  const folder = mkdtempSync(join(tmpdir(), `mmap-io-bench-${suite.name}-`))
  const clean = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', clean)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

  progress('getting ready')
  const setting = await suite.prepare({ folder, seed, note: (text) => notes.push(text) })
  const answered = []
  for (const question of questions) {
    answered.push(await contest(question, setting, { seconds, trials, seed, progress }))
    notes.push(...((await question.remarks?.(setting)) ?? []))
  }
  progress('')
  clean()

  const result = {
    suite: suite.name,
    title: suite.title,
    command,
    date: new Date().toISOString(),
    machine: machine(tmpdir()),
    seconds,
    trials,
    seed,
    notes,
    questions: answered,
  }
  process.stdout.write(report(result))
  const json = options.json ?? (questionNames.length === 0 ? join(RESULTS, `${suite.name}.json`) : undefined)
  if (json !== undefined) write(resolve(json), result)
}

function chosen(suite, names) {
  const known = suite.questions.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new RangeError(`${suite.name} does not ask ${unknown}, only: ${known.join(', ')}`)
  return names.length === 0 ? suite.questions : suite.questions.filter(({ name }) => names.includes(name))
}

// The plot lies beside the numbers it was made from.
function write(json, result) {
  const svg = json.replace(/(\.json)?$/, '.svg')
  mkdirSync(dirname(json), { recursive: true })
  writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`)
  writeFileSync(svg, plot(result))
  process.stdout.write(`\nwritten: ${json}\n         ${svg}\n`)
}

// One line that is written over; nothing where nobody watches.
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}
