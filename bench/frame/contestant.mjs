// What takes part in a question. Either JavaScript, which trial.mjs runs in a process of its own:
//
//   missing(setting)  why it cannot take part here; undefined when it can. Optional
//   begin(setting)    gets ready, also what must not be timed; returns, or resolves to,
//     answer()        does a fixed, seeded piece of the work and returns what came out: a number, the same for all
//     run(count)      does the work `count` times; returns (or resolves to) a number that depends on all of it
//     most            the largest count worth a round, where one round may not be long. Optional
//
// or any other program that prints the line trial.mjs prints:
//
//   missing(setting)
//   command(setting, seconds)   [file, ...arguments]
//
// The program is called with 0 seconds for the answer alone.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const TRIAL = fileURLToPath(new URL('trial.mjs', import.meta.url))
const PATIENCE_MS = 120_000

/** Runs one trial in its own process: { answer, rounds: nanoseconds per operation, one a round }, or { failed }. */
export function runTrial(question, name, setting, seconds) {
  const { command } = question.contestants[name]
  const [file, ...args] = command
    ? command(setting, seconds)
    : [process.execPath, TRIAL, JSON.stringify({ suite: question.suite, question: question.name, name, setting, seconds })]
  return new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS + seconds * 1000, maxBuffer: 2 ** 26 }
    execFile(file, args, options, (error, stdout, stderr) => {
      resolve(error ? { failed: reasonOf(error, stderr) } : JSON.parse(stdout))
    })
  })
}

// A crash says what happened in its first line that is not a stack frame or a dump.
function reasonOf(error, stderr) {
  if (error.killed) return `took more than ${PATIENCE_MS / 1000} s`
  const lines = stderr.split('\n').map((line) => line.trim())
  const told = lines.find((line) => /^(\w*Error|FATAL ERROR|terminate called)\b/.test(line)) ?? lines.find((line) => line !== '')
  return [error.signal ?? `exit code ${error.code}`, told].filter(Boolean).join(': ')
}
