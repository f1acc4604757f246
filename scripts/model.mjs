// Checks the models in model/ with Spin, every interleaving of each run: npm run model [-- NAME…] [--trail]
// A property passes when the whole state space was searched without an error; a mutant (a protocol broken on purpose)
// passes when an error was found. --trail prints the steps to the error. Exits with 1 when something failed, and with 2,
// after a word, when Spin or gcc is missing: nothing was checked then.

import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const models = fileURLToPath(new URL('../model/', import.meta.url))
const WORKERS = 2
const MEMORY_LIMIT = 6000 // MiB for each search
const TIME_LIMIT = 200_000 // ms for each search

const property = (name, model, ...defines) => ({ name, model, defines, mutant: false, cycles: false })
const mutant = (name, model, ...defines) => ({ name, model, defines, mutant: true, cycles: false })
const cycles = (...run) => ({ ...property(...run), cycles: true })

// The longest first, so that the workers end together.
const RUNS = [
  property('lock', 'lock', 'CRASHES=2', 'RESTARTS=1'),
  property('lock: two mutexes', 'lock', 'MUTEXES=2', 'CRASHES=1'),
  property('lock: two mutexes, two die', 'lock', 'MUTEXES=2', 'CRASHES=2', 'ROLES'),
  property('lock: everyone opens', 'lock', 'OPENERS', 'CRASHES=1', 'SUSPICIONS=1'),
  property('lock: terminated inside, one comes back', 'lock', 'CRASHES=1', 'TERMINATIONS=1', 'RESTARTS=1'),
  property('lock: terminated inside, two die', 'lock', 'CRASHES=2', 'TERMINATIONS=1'),
  property('lock: two sections each, one lock time-out', 'lock', 'ATTEMPTS=2', 'CRASHES=1', 'GIVEUPS=1'),
  property('lock: no wake-up is lost', 'lock', 'NO_TIMEOUTS', 'ATTEMPTS=3'),
  property('lock: no wake-up is lost, two mutexes', 'lock', 'NO_TIMEOUTS', 'MUTEXES=2'),
  cycles('lock: nobody runs in circles', 'lock', 'CRASHES=2'),
  property('takeover', 'lock', 'TAKEOVER', 'CRASHES=2', 'RESTARTS=1'),
  property('takeover: two mutexes, two die', 'lock', 'TAKEOVER', 'MUTEXES=2', 'CRASHES=2', 'ROLES'),
  property('takeover: terminated inside', 'lock', 'TAKEOVER', 'CRASHES=1', 'TERMINATIONS=1'),
  property('wait: no wake-up is lost', 'wait'),
  property('wait: writers die, the next wakes all', 'wait', 'CRASHES=2'),
  property('wait: writers die, time-outs', 'wait', 'CRASHES=2', 'TIMEOUTS', 'FIRST=1'),

  mutant('burial by either byte', 'lock', 'CRASHES=1', 'MUTANT_EITHER_BYTE'),
  mutant('burial clears the intent last', 'lock', 'CRASHES=2', 'MUTANT_INTENT_CLEARED_LAST'),
  mutant('burial without a second look', 'lock', 'CRASHES=1', 'RESTARTS=1', 'MUTANT_NO_SECOND_LOOK'),
  mutant('burial releases without the generation check', 'lock', 'CRASHES=1', 'RESTARTS=1', 'MUTANT_NO_GENERATION_CHECK'),
  mutant('burial frees the slot first', 'lock', 'CRASHES=1', 'RESTARTS=1', 'MUTANT_SLOT_FREED_FIRST'),
  mutant('recover is not idempotent', 'lock', 'CRASHES=2', 'MUTANT_REDO_ADDS'),
  mutant('liveness by time-out', 'lock', 'MUTANT_LIVENESS_BY_TIMEOUT'),
  mutant('leave keeps the generation', 'lock', 'OPENERS', 'CRASHES=1', 'SUSPICIONS=1', 'MUTANT_LEAVE_KEEPS_GENERATION'),
  mutant('held[] is written after the CAS', 'lock', 'CRASHES=1', 'MUTANT_RECORD_AFTER_CAS'),
  mutant('held[] is cleared before the release', 'lock', 'CRASHES=1', 'MUTANT_UNRECORD_BEFORE_RELEASE'),
  mutant('the intent outlives the mutex', 'lock', 'CRASHES=1', 'MUTANT_INTENT_OUTLIVES_MUTEX'),
  mutant('terminated inside, keeps the bytes', 'lock', 'CRASHES=1', 'TERMINATIONS=1', 'MUTANT_TURN_KEEPS_BYTES'),
  mutant('no WAITERS after a sleep', 'lock', 'NO_TIMEOUTS', 'MUTANT_NO_WAITERS_AFTER_SLEEP'),
  mutant('takeover without a record', 'lock', 'TAKEOVER', 'MUTEXES=2', 'CRASHES=2', 'ROLES', 'MUTANT_TAKEOVER_WITHOUT_RECORD'),
  mutant('takeover before redo and undo', 'lock', 'TAKEOVER', 'CRASHES=2', 'MUTANT_TAKEOVER_SETTLES_LATE'),
  mutant('token read after the publish', 'wait', 'MUTANT_LATE_TOKEN'),
  mutant('clear before wake', 'wait', 'CRASHES=1', 'MUTANT_CLEAR_BEFORE_WAKE'),
  mutant('clear without a token', 'wait', 'MUTANT_CLEAR_WITHOUT_TOKEN'),
  mutant('registered once', 'wait', 'MUTANT_REGISTER_ONCE'),
  mutant('sleep without a comparison', 'wait', 'MUTANT_NO_COMPARE'),
]

const missing = ['spin', 'gcc'].filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error)
if (missing.length > 0) {
  console.error(`skipped, nothing was checked: ${missing.join(' and ')} not found; on Debian and Ubuntu: apt-get install -y spin gcc`)
  process.exit(2)
}

const trail = process.argv.includes('--trail')
const names = process.argv.slice(2).filter((argument) => argument !== '--trail')
const strangers = names.filter((name) => !RUNS.some((run) => run.name === name))
if (strangers.length > 0) {
  console.error(`no such run: ${strangers.join(', ')}; there are:\n${RUNS.map((run) => `  ${run.name}`).join('\n')}`)
  process.exit(1)
}
const chosen = names.length > 0 ? RUNS.filter((run) => names.includes(run.name)) : RUNS

const folder = mkdtempSync(join(tmpdir(), 'mmap-io-model-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

/** Resolves to everything the program printed, whatever its exit code: pan's says nothing. */
function output(program, args, cwd, timeout) {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, timeout, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ text: stdout + stderr, failed: error !== null })
    })
  })
}

async function search(run) {
  const cwd = mkdtempSync(join(folder, 'run-'))
  const source = join(models, `${run.model}.pml`)
  const defines = run.defines.map((define) => `-D${define}`)
  const spin = await output('spin', ['-a', ...defines, source], cwd)
  if (spin.failed || /error/i.test(spin.text)) return { passed: false, found: `spin: ${spin.text}` }
  // Cycles: with no state marked as progress, each cycle at all is one without.
  const kind = run.cycles ? ['-DNP', '-DNOFAIR'] : trail ? ['-DSAFETY', '-DBFS'] : ['-DSAFETY']
  const gcc = await output('gcc', ['-O2', '-w', ...kind, '-DCOLLAPSE', `-DMEMLIM=${MEMORY_LIMIT}`, '-o', 'pan', 'pan.c'], cwd)
  if (gcc.failed) return { passed: false, found: `gcc: ${gcc.text}` }
  const { text } = await output('./pan', run.cycles ? ['-m20000', '-l'] : ['-m20000'], cwd, TIME_LIMIT)
  const result = judge(run, text)
  if (trail && result.errors > 0)
    result.steps = (await output('spin', ['-k', `${run.model}.pml.trail`, '-p', ...defines, source], cwd)).text
  rmSync(cwd, { recursive: true, force: true })
  return result
}

function judge(run, text) {
  const number = (pattern) => Number(text.match(pattern)?.[1] ?? Number.NaN)
  const errors = number(/errors: (\d+)/)
  const found = text.match(/^pan:\d+: (.*?) \(at depth/m)?.[1] ?? ''
  // Only what was searched to its end, and not by hashes alone, counts as proved.
  const whole = /Full statespace search for/.test(text) && !/not completed|max search depth too small|out of memory|MEMLIM/i.test(text)
  return {
    errors,
    found: found || (whole ? '' : 'the search was not completed'),
    passed: run.mutant
      ? errors > 0 && /assertion violated|invalid end state/.test(found) && !/invalid array index/.test(found)
      : errors === 0 && whole,
    states: number(/([\d.e+]+) states, stored/),
    depth: number(/depth reached (\d+)/),
    seconds: number(/elapsed time ([\d.e+-]+)/),
  }
}

function report(run, { passed, found, states, depth, seconds, steps }) {
  const figures =
    states === undefined
      ? ''
      : `${String(states).padStart(9)} states, depth ${String(depth).padStart(3)}, ${seconds.toFixed(1).padStart(5)} s`
  const word = passed ? (run.mutant ? 'refuted' : 'holds') : 'FAILED'
  console.log(`${word.padEnd(7)}  ${run.name.padEnd(45)} ${figures}${found ? `  ${found}` : ''}`)
  if (steps) console.log(steps)
}

const results = chosen.map(() => undefined)
let next = 0
let printed = 0
async function work() {
  while (next < chosen.length) {
    const index = next++
    results[index] = await search(chosen[index])
    while (printed < chosen.length && results[printed]) report(chosen[printed], results[printed++])
  }
}
await Promise.all(Array.from({ length: WORKERS }, work))

const passed = results.filter((result) => result.passed).length
console.log(`${passed} passed, ${results.length - passed} failed`)
process.exitCode = passed === results.length ? 0 : 1
