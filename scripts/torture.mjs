// Kills, stops and starves real processes at work on a structure: npm run torture -- --seconds 60 [--seed 1] [--structure log]…
// Runs every program of test/torture, or those of the named structures, each for that long; prints what each one did and counted.
// Exits with 1 when anything was lost.

import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const PLACE = fileURLToPath(new URL('../test', import.meta.url))
const NODE = ['--enable-source-maps', '--require', `${PLACE}/support/typescript.cjs`, `${PLACE}/instruments/torture.ts`]

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    structure: { type: 'string', multiple: true },
    // How much longer than `seconds` a program may take before it counts as hanging.
    patience: { type: 'string', default: '60' },
    programs: { type: 'string', default: `${PLACE}/torture` },
  },
})

function numberOf(name) {
  const value = Number(options[name])
  if (options[name] === '' || !Number.isFinite(value) || value < 0) refuse(`--${name} takes a number, not '${options[name]}'`)
  return value
}

function refuse(message) {
  console.error(message)
  process.exit(2)
}

function knownStructures() {
  try {
    const files = readdirSync(options.programs).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    return files.map((name) => basename(name, '.ts')).sort()
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return []
  }
}

function chosenStructures() {
  const known = knownStructures()
  if (known.length === 0) refuse(`there is no torture program in ${options.programs}`)
  for (const name of options.structure ?? [])
    if (!known.includes(name)) refuse(`no torture for a structure '${name}'; there are: ${known.join(', ')}`)
  return options.structure ?? known
}

function countsIn(output) {
  try {
    return JSON.parse(output.trim().split('\n').at(-1))
  } catch {
    return { failed: 'it ended before it had counted' }
  }
}

/** What the program counted, or in which other way it ended. */
function torture(structure, seconds, seed, patience) {
  return new Promise((answer) => {
    const program = resolve(options.programs, `${structure}.ts`)
    const args = [...NODE, program, '--seconds', String(seconds), '--seed', String(seed)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let hung = false
    const deadline = setTimeout(
      () => {
        hung = true
        child.kill('SIGKILL')
      },
      (seconds + patience) * 1000,
    )
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    child.on('close', (code, signal) => {
      clearTimeout(deadline)
      if (hung) answer({ failed: `it did not end within ${seconds + patience} s` })
      else if (code !== 0) answer({ failed: `it ended with ${signal ?? `code ${code}`}` })
      else answer(countsIn(output))
    })
  })
}

const [seconds, seed, patience] = ['seconds', 'seed', 'patience'].map(numberOf)
let sound = true
for (const structure of chosenStructures()) {
  const counts = await torture(structure, seconds, seed, patience)
  console.log(JSON.stringify({ structure, seed, ...counts }))
  if (counts.lost !== 0) sound = false
}
console.log(sound ? 'nothing was lost' : 'something was lost, or a program failed: see above')
process.exitCode = sound ? 0 : 1
